"""Programs that were given files of the host, and reach for more of them."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ptc_cli.core.settings import Folders, SandboxSettings
from tests.adversarial.attacks import Attacks, World
from tests.sandboxes import KINDS, started

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o755)
    (folder / "shown").mkdir()
    (folder / "shown").chmod(0o755)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def given(request: pytest.FixtureRequest, home: Path, aims: World) -> AsyncIterator[Attacks]:
    folders = Folders(config=str(home / "config"), cache=str(home / "cache"), state=str(home / "state"))
    async with started(SandboxSettings(backend=request.param), folders=folders) as sandbox:
        yield Attacks(sandbox=sandbox, world=aims)


def workspace(home: Path, name: str) -> Path:
    return home / "state" / "workspaces" / name


async def mine(given: Attacks, source: str) -> list[str]:
    return await given.tried(source, workspace=f"mine-{given.backend}")


@pytest.mark.parametrize(
    "make",
    [
        "open('f', 'w').close(); os.chmod('f', {mode})",
        "open('f', 'w').close(); os.fchmod(os.open('f', os.O_RDONLY), {mode})",
        "os.close(os.open('g', os.O_CREAT | os.O_WRONLY, {mode}))",
        "os.close(os.open('.', os.O_TMPFILE | os.O_WRONLY, {mode}))",
    ],
)
@pytest.mark.parametrize("mode", ["0o4755", "0o2755"])
async def test_leaving_a_setuid_file_on_the_host(given: Attacks, home: Path, make: str, mode: str) -> None:
    source = f"def attack():\n    os.umask(0)\n    {make.format(mode=mode)}"
    given.succeeds_unconfined(source)
    done, said = await mine(given, source)

    assert (done, said.split(":")[0]) == ("refused", "PermissionError")
    left = workspace(home, f"mine-{given.backend}").iterdir()
    assert not [path for path in left if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]


async def test_leaving_a_device_or_a_pipe_on_the_host(given: Attacks) -> None:
    for source in ("os.mknod('d', 0o20666, os.makedev(1, 3))", "os.mkfifo('p')"):
        assert (await mine(given, f"def attack(): {source}"))[0] == "refused"


async def test_executing_a_file_of_the_workspace(given: Attacks) -> None:
    source = "def attack():\n    open('x', 'w').write('#!/bin/sh'); os.chmod('x', 0o755); os.execv('./x', ['x'])"
    assert (await mine(given, source))[0] == "refused"


async def test_climbing_out_of_the_workspace(given: Attacks, home: Path) -> None:
    await given.sandbox.run("open('secret', 'w').write('PRIVATE')", workspace="other")
    paths = ["../other/secret", str(workspace(home, "other") / "secret")]
    source = f"def attack():\n    for path in {paths!r}:\n        try: return read(path)\n        except OSError: pass\n    raise OSError"
    given.succeeds_unconfined(source)

    assert (await mine(given, source))[0] == "refused"


async def test_a_link_to_another_workspace(given: Attacks, home: Path) -> None:
    await given.sandbox.run("open('secret', 'w').write('PRIVATE')", workspace="other")
    target = str(workspace(home, "other") / "secret")
    for make in ("os.symlink", "os.link"):
        assert (await mine(given, f"def attack():\n    {make}({target!r}, 'l'); return read('l')"))[0] == "refused"


async def test_moving_the_workspace_s_parents(given: Attacks, home: Path) -> None:
    target = str(workspace(home, "moved"))
    source = f"def attack(): os.rename('.', {target!r})"
    assert (await mine(given, source))[0] == "refused"


async def test_climbing_out_of_a_mount(given: Attacks, home: Path) -> None:
    if given.backend != "zygote":
        pytest.skip("only namespaces have mounts")
    (home / "beside").write_text("PRIVATE")
    (home / "shown" / "out").unlink(missing_ok=True)
    (home / "shown" / "out").symlink_to(home / "beside")
    for path in ("/mnt/shown/../beside", "/mnt/shown/out"):
        done, _ = await given.tried(f"def attack(): return read({path!r})", mounts=(str(home / "shown"),))
        assert done == "refused"


async def test_taking_the_mounts_away_or_making_them_writable(given: Attacks, home: Path) -> None:
    if given.backend != "zygote":
        pytest.skip("only namespaces have mounts")
    remount = "libc.mount(None, b'/mnt/shown', None, 32 | 4096, None)"
    for call in (remount, "libc.umount2(b'/mnt/shown', 2)", "libc.umount2(b'/workspace', 2)"):
        source = f"def attack():\n    if {call}: raise OSError(ctypes.get_errno(), 'refused')"
        done, _ = await given.tried(source, mounts=(str(home / "shown"),), workspace="mounted")
        assert done == "refused"


async def test_finding_a_way_to_the_host_s_root_among_the_descriptors(given: Attacks, home: Path) -> None:
    source = (
        "def attack():\n    found = []\n    for each in range(4096):\n"
        "        try: os.fstat(each); found.append(each)\n        except OSError: pass\n    return found"
    )
    mounts = (str(home / "shown"),) if given.backend == "zygote" else ()
    assert await given.tried(source, mounts=mounts, workspace="open") == ["done", "[0, 1, 2, 3]"]


async def test_filling_the_disk_by_way_of_a_workspace(given: Attacks, home: Path) -> None:
    source = "def attack():\n    for each in range(10**6): open(str(each), 'wb').write(bytes(1 << 20))"
    ran = await given.sandbox.run(given.program(source), workspace=f"filled-{given.backend}")

    assert ran.outcome.limit is not None
    assert ran.outcome.limit.name == "disk_bytes"
    held = sum(path.stat().st_size for path in workspace(home, f"filled-{given.backend}").iterdir())
    # As much over as is written between two looks.
    assert held < 1 << 30
    assert os.statvfs(home).f_bavail > 0
