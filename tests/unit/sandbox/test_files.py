"""What every backend gives a program of the host's files, and what it keeps of the program's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.event import Kept, Warned
from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit
from ptc_cli.core.settings import Folders, SandboxSettings
from ptc_cli.sandbox import open_backend, workspaces
from tests.sandboxes import KINDS, Ran, Sandbox, execution_of, started

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def folders(home: Path) -> Folders:
    return Folders(config=str(home / "config"), cache=str(home / "cache"), state=str(home / "state"))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def sandbox(request: pytest.FixtureRequest, folders: Folders) -> AsyncIterator[Sandbox]:
    async with started(SandboxSettings(backend=request.param), folders=folders) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zygote(folders: Folders) -> AsyncIterator[Sandbox]:
    async with started(SandboxSettings(backend="zygote"), folders=folders) as sandbox:
        yield sandbox


@pytest.fixture
def shared(home: Path) -> Path:
    """A folder of the host with a file in it, that everybody may read."""
    folder = home / "shared"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    (folder / "sales.csv").write_text("1,2")
    (folder / "sales.csv").chmod(0o644)
    return folder


def kept(ran: Ran) -> dict[str, bytes]:
    return {event.path: event.content for event in ran.events if isinstance(event, Kept)}


def warnings(ran: Ran) -> list[str]:
    return [event.message for event in ran.events if isinstance(event, Warned)]


async def test_a_named_workspace_outlives_its_programs(sandbox: Sandbox, folders: Folders) -> None:
    name = f"lasting-{sandbox.layers.backend}"
    await sandbox.run("open('note', 'w').write('hello')", workspace=name)

    assert await sandbox.value("open('note').read()", workspace=name) == "hello"
    on_disk = Path(folders.state, "workspaces", name)
    assert (on_disk / "note").read_text() == "hello"
    assert (on_disk.stat().st_mode & 0o777, on_disk.parent.stat().st_mode & 0o777) == (0o700, 0o700)
    if os.geteuid() != 0:
        assert (on_disk / "note").stat().st_uid == os.geteuid()


async def test_a_workspace_is_seen_by_no_program_of_another(sandbox: Sandbox, folders: Folders) -> None:
    await sandbox.run("open('secret', 'w').write('x')", workspace="mine")
    path = str(Path(folders.state, "workspaces", "mine", "secret"))

    look = f"import os\n[os.listdir('.'), [os.path.exists(each) for each in ('../mine/secret', {path!r})]]"
    if sandbox.layers.backend == "zygote":
        assert await sandbox.value(look, workspace="yours") == [[], [False, False]]
    else:
        # That a path exists can be seen there; not what is in it.
        outcome = (await sandbox.run(f"open({path!r}).read()", workspace="yours")).outcome
        assert outcome.error is not None
        assert outcome.error.type == "PermissionError"


async def test_two_programs_may_be_in_one_workspace_at_once(sandbox: Sandbox) -> None:
    name = f"together-{sandbox.layers.backend}"
    wait = "import os, time\nwhile not os.path.exists('there'): time.sleep(0.01)\nopen('there').read()"
    waiting = asyncio.create_task(sandbox.value(wait, workspace=name))
    await sandbox.run("open('new', 'w').write('x')\nimport os\nos.rename('new', 'there')", workspace=name)

    assert await waiting == "x"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "/etc", ".hidden", "a" * 65, "a b", "a\n", "ä", "a\0"])
async def test_a_name_that_could_lead_elsewhere_is_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(SandboxError, match="cannot name a workspace"):
        await sandbox.run("1", workspace=name)


async def test_a_workspace_that_is_a_link_is_refused(sandbox: Sandbox, folders: Folders, home: Path) -> None:
    Path(folders.state, "workspaces").mkdir(parents=True, exist_ok=True)
    link = Path(folders.state, "workspaces", "link")
    if not link.is_symlink():
        link.symlink_to(home)

    with pytest.raises(SandboxError, match="workspace 'link'"):
        await sandbox.run("1", workspace="link")


async def test_a_workspace_that_grows_too_full_ends_its_program_and_the_next(sandbox: Sandbox) -> None:
    name, limits = f"full-{sandbox.layers.backend}", Limits(disk_bytes=MIB, wall_seconds=20)
    grow = "import time\nprint('begun')\nfor i in range(100_000):\n    open(f'{i}', 'wb').write(bytes(100_000)); time.sleep(0.005)"
    ran = await sandbox.run(grow, workspace=name, limits=limits)
    again = await sandbox.run("import time\ntime.sleep(15)", workspace=name, limits=limits)

    for each in (ran, again):
        assert (each.outcome.status, each.outcome.limit) == ("limit", LimitHit(name="disk_bytes", value=MIB))
        assert each.outcome.error is not None
        assert f"the workspace '{name}' holds" in each.outcome.error.message
        assert "ptc workspaces remove" in (each.outcome.error.hint or "")
    assert ran.stdout == "begun\n"


async def test_one_file_cannot_be_larger_than_the_disk_may_hold(sandbox: Sandbox) -> None:
    name, limits = f"big-{sandbox.layers.backend}", Limits(disk_bytes=MIB, wall_seconds=20)
    outcome = (await sandbox.run("open('big', 'wb').write(bytes(2 << 20))", workspace=name, limits=limits)).outcome

    assert (outcome.status, outcome.limit) == ("limit", LimitHit(name="disk_bytes", value=MIB))


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("deep", "import os\nfor _ in range(2000):\n    os.mkdir('d'); os.chdir('d')"),
        ("many", "for i in range(4300): open(str(i), 'w').close()"),
        ("closed", "import os\nos.mkdir('d')\nopen('d/f', 'wb').write(bytes(100))\nos.chmod('d', 0)"),
    ],
)
async def test_what_a_program_left_behind_can_be_counted_and_deleted(
    zygote: Sandbox, folders: Folders, what: str, source: str
) -> None:
    ran = await zygote.run(source, workspace=what)
    found = {each.name: each.usage for each in workspaces(folders).all()}

    assert ran.outcome.status == ("ok" if what == "closed" else "limit")
    assert found[what].is_complete == (what == "closed")
    workspaces(folders).remove(what)
    assert what not in {each.name for each in workspaces(folders).all()}


async def test_deleting_a_workspace_follows_no_link_out_of_it(zygote: Sandbox, folders: Folders, home: Path) -> None:
    outside = home / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    source = f"import os\nos.symlink({str(outside)!r}, 'a')\nos.mkdir('d')\nos.symlink({str(outside)!r}, 'd/b')"
    await zygote.run(source, workspace="links")
    workspaces(folders).remove("links")

    assert (outside / "precious").read_text() == "x"


async def test_deleting_what_is_not_there_is_refused(folders: Folders) -> None:
    for name in ("nothing", "..", "../config"):
        with pytest.raises(SandboxError):
            workspaces(folders).remove(name)


READ = """
import os
def refused(deed):
    try: deed()
    except OSError: return True
deeds = [lambda: open('/mnt/shared/sales.csv', 'a'), lambda: open('/mnt/shared/new', 'w'),
         lambda: os.remove('/mnt/shared/sales.csv'), lambda: open('/mnt/new', 'w'), lambda: os.mkdir('/mnt/shared/new'),
         lambda: os.chmod('/mnt/sales.csv', 0o600), lambda: os.link('/mnt/sales.csv', 'sales')]
flags = [os.statvfs(f'/mnt/{each}').f_flag & 15 for each in ('shared', 'sales.csv', '')]
[open('/mnt/shared/sales.csv').read(), open('/mnt/sales.csv').read(), [*map(refused, deeds)], flags, sorted(os.listdir('/mnt'))]
"""


async def test_a_mounted_file_or_folder_can_be_read_and_not_changed(zygote: Sandbox, shared: Path) -> None:
    value = await zygote.value(READ, mounts=(str(shared), str(shared / "sales.csv")))

    # Flags: read-only, no setuid, no devices, nothing executed.
    assert value == ["1,2", "1,2", [True] * 7, [15] * 3, ["sales.csv", "shared"]]
    assert (shared / "sales.csv").read_text() == "1,2"


async def test_a_mount_is_for_one_program(zygote: Sandbox, shared: Path) -> None:
    await zygote.run("1", mounts=(str(shared),))

    assert await zygote.value("import os\nos.listdir('/mnt')") == []


async def test_a_link_is_mounted_under_its_own_name(zygote: Sandbox, shared: Path, home: Path) -> None:
    link = home / "today.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(shared / "sales.csv")

    assert await zygote.value("open('/mnt/today.csv').read()", mounts=(str(link),)) == "1,2"


async def test_what_is_new_since_the_sandbox_began_can_be_mounted(zygote: Sandbox, home: Path) -> None:
    late = home / "late.txt"
    late.write_text("late")
    late.chmod(0o644)

    assert await zygote.value("open('/mnt/late.txt').read()", mounts=(str(late),)) == "late"


@pytest.mark.parametrize(
    "path", ["/", "/proc", "/proc/1", "/sys/kernel", "/dev/null", "/dev", "relative", "/no/such", ""]
)
async def test_what_programs_may_not_see_is_not_mounted(zygote: Sandbox, path: str) -> None:
    with pytest.raises(SandboxError, match="mount "):
        await zygote.run("1", mounts=(path,))


@pytest.mark.parametrize("part", ["", "state", "state/workspaces/x", "config"])
async def test_our_own_files_are_not_mounted_nor_what_holds_them(zygote: Sandbox, home: Path, part: str) -> None:
    (home / "state" / "workspaces" / "x").mkdir(parents=True, exist_ok=True)
    (home / "config").mkdir(exist_ok=True)
    link = home / "shared" / f"link{len(part)}"
    link.unlink(missing_ok=True)
    link.symlink_to(home / part)

    for path in (home / part, link):
        with pytest.raises(SandboxError, match="ptc's own files"):
            await zygote.run("1", mounts=(str(path),))


async def test_two_mounts_of_one_name_are_refused(zygote: Sandbox, shared: Path, home: Path) -> None:
    other = home / "other" / "shared"
    other.mkdir(parents=True, exist_ok=True)

    with pytest.raises(SandboxError, match=r"'/mnt/shared' is already"):
        await zygote.run("1", mounts=(str(shared), str(other)))


async def test_where_there_is_no_mnt_mounts_are_refused(shared: Path, folders: Folders) -> None:
    async with started(SandboxSettings(backend="landlock"), folders=folders) as sandbox:
        with pytest.raises(SandboxError, match="no /mnt"):
            await sandbox.run("1", mounts=(str(shared),))
        with pytest.raises(SandboxError, match="nothing to keep"):
            await sandbox.run("1", keep=("*",))


async def test_without_folders_there_is_no_workspace() -> None:
    backend = open_backend(SandboxSettings(backend="zygote"))
    with pytest.raises(SandboxError, match="where workspaces lie"):
        await backend.run(execution_of("1", workspace="w"), call=None, emit=print)  # type: ignore[arg-type]  # not called
    await backend.close()


WRITE = """
import os
os.makedirs('plots/old')
for name in ('a.png', 'plots/b.png', 'plots/old/c.png', 'notes.txt', '.hidden', 'plots/.cache'):
    open(name, 'w').write(name)
"""


@pytest.mark.parametrize(
    ("globs", "paths"),
    [
        (("*",), ["a.png", "notes.txt", "plots/b.png", "plots/old/c.png"]),
        (("*.png",), ["a.png", "plots/b.png", "plots/old/c.png"]),
        (("plots/*",), ["plots/b.png", "plots/old/c.png"]),
        (("notes.txt", ".hidden"), [".hidden", "notes.txt"]),
        (("nothing",), []),
        ((), []),
    ],
)
async def test_files_that_match_are_kept(sandbox: Sandbox, globs: tuple[str, ...], paths: list[str]) -> None:
    name = f"kept-{abs(hash(globs))}-{sandbox.layers.backend}"
    ran = await sandbox.run(WRITE, keep=globs, workspace=name)

    assert sorted(kept(ran)) == paths
    assert kept(ran) == {path: path.encode() for path in paths}


@pytest.mark.parametrize("end", ["1/0", "raise SystemExit(3)", "import os\nos.chdir('/')", "import os\nos.remove('a')"])
async def test_files_are_kept_however_the_program_ends_by_itself(zygote: Sandbox, end: str) -> None:
    ran = await zygote.run(
        f"open('a', 'w').write('1')\nopen('b', 'wb').write(bytes(range(256)) * 5000)\n{end}", keep=("*",)
    )

    assert kept(ran)["b"] == bytes(range(256)) * 5000


async def test_no_link_leads_to_what_is_kept(zygote: Sandbox) -> None:
    source = "import os\nos.symlink(os.__file__, 'link.py')\nos.symlink('/usr', 'folder')\nopen('real', 'w').write('1')"

    assert kept(await zygote.run(source, keep=("*",))) == {"real": b"1"}


async def test_what_is_over_the_limit_is_left_out_with_a_warning_that_names_it(zygote: Sandbox) -> None:
    source = "for n, size in (('a', 600), ('b', 600), ('c', 300)): open(n, 'wb').write(bytes(size))"
    ran = await zygote.run(source, keep=("*",), limits=Limits(artifact_bytes=1000))

    assert {path: len(content) for path, content in kept(ran).items()} == {"a": 600, "c": 300}
    assert warnings(ran) == ["not kept: b: over the limit artifact_bytes = 1,000 of all files together"]
    assert ran.outcome.status == "ok"


async def test_names_that_cannot_be_shown_are_left_out(zygote: Sandbox) -> None:
    source = "import os\nfor n in (b'a\\x1b[2J', b'b\\n', b'c\\xff', 'd\\u202e'.encode()): open(n, 'w').write('1')"
    ran = await zygote.run(source, keep=("*",))

    assert kept(ran) == {}
    (warning,) = warnings(ran)
    assert warning.isprintable()
    assert "cannot be shown" in warning


async def test_more_files_than_a_run_keeps_are_left_out(zygote: Sandbox) -> None:
    ran = await zygote.run("for i in range(1010): open(f'{i:04}', 'w').close()", keep=("*",))

    assert len(kept(ran)) == 1000
    assert warnings(ran) == [
        f"not kept: {', '.join(str(each) for each in range(1000, 1010))}: a run keeps at most 1,000 files"
    ]


def forged(*frames: dict[str, Any]) -> str:
    return f"""
import json, os
for frame in {frames!r}:
    payload = b"F" + json.dumps(frame).encode()
    os.write(3, len(payload).to_bytes(4, "big") + payload)
"""


PIECE = {"kind": "keep", "path": "a", "content": "", "is_last": True}


@pytest.mark.parametrize(
    "frames",
    [
        [PIECE | {"path": "../a"}],
        [PIECE | {"path": "/etc/passwd"}],
        [PIECE | {"path": "a//b"}],
        [PIECE | {"path": "./a"}],
        [PIECE | {"path": ""}],
        [PIECE | {"path": "a\n"}],
        [PIECE | {"path": "a" * 2000}],
        [PIECE | {"content": "?"}],
        [PIECE | {"is_last": 1}],
        [PIECE, PIECE],
        [PIECE | {"is_last": False}, PIECE | {"path": "b"}],
        [PIECE | {"content": "AAAA" * 300_000}],
        [{"kind": "left", "path": "a", "reason": "because"}],
    ],
)  # fmt: skip
async def test_a_forged_file_ends_the_program_that_sends_it(zygote: Sandbox, frames: list[dict[str, Any]]) -> None:
    ran = await zygote.run(forged(*frames), keep=("*",), limits=Limits(artifact_bytes=MIB // 2, wall_seconds=20))

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type) == ("killed", "ProtocolViolation")


async def test_a_file_that_nobody_asked_for_is_not_taken(zygote: Sandbox) -> None:
    ran = await zygote.run(forged(PIECE))

    assert (ran.outcome.status, kept(ran)) == ("killed", {})


async def test_a_session_has_its_workspace_and_mounts_and_keeps_files_of_every_program(
    zygote: Sandbox, shared: Path
) -> None:
    files: dict[str, Any] = {"workspace": "session", "mounts": (str(shared),)}
    async with zygote.session(**files) as session:
        await session.run("import os\nopen('a', 'w').write(open('/mnt/shared/sales.csv').read())\nos.chdir('/')")
        first = await session.run("1", keep=("*",))
        over = await session.run(
            "open('/workspace/b', 'wb').write(bytes(600))", keep=("b",), limits=Limits(artifact_bytes=500)
        )

    assert kept(first) == {"a": b"1,2"}
    assert kept(over) == {}
    assert warnings(over) == ["not kept: b: over the limit artifact_bytes = 500 of all files together"]
    assert await zygote.value("open('a').read()", workspace="session") == "1,2"
