"""Programs that abuse what is kept of their files, and files that other programs or the host will come to."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from ptc_cli.core.event import Kept, Warned
from ptc_cli.core.limits import Limits
from ptc_cli.core.settings import Folders, SandboxSettings
from tests.adversarial.attacks import Attacks, World
from tests.sandboxes import Ran, started

pytestmark = pytest.mark.asyncio(loop_scope="module")

RAW = """
def send(**frame):
    payload = b'F' + json.dumps(frame).encode()
    data = len(payload).to_bytes(4, 'big') + payload
    while data:
        data = data[os.write(3, data):]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o755)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(home: Path, aims: World) -> AsyncIterator[Attacks]:
    folders = Folders(config=str(home / "config"), cache=str(home / "cache"), state=str(home / "state"))
    async with started(SandboxSettings(backend="zygote"), folders=folders) as sandbox:
        yield Attacks(sandbox=sandbox, world=aims)


def kept(ran: Ran) -> dict[str, bytes]:
    return {each.path: each.content for each in ran.events if isinstance(each, Kept)}


def warned(ran: Ran) -> str:
    return "\n".join(each.message for each in ran.events if isinstance(each, Warned))


@pytest.mark.parametrize(
    "path",
    ["../../escaped", "/etc/escaped", "a/../../b", "a//b", ".", "", "a/\x00", "x\n", "\x1b]0;x", "a/" * 64 + "b"],
)
async def test_a_kept_file_whose_name_leads_elsewhere(given: Attacks, path: str) -> None:
    source = f"send(kind='keep', path={path!r}, content='eA==', is_last=True)\ntime.sleep(15)"
    ran = await given.raw(RAW + source, keep=("**",))

    assert (ran.outcome.status, kept(ran)) == ("killed", {})


async def test_keeping_a_file_of_the_host_through_a_link(given: Attacks) -> None:
    source = (
        "os.symlink(W['secret'], 'a.txt'); os.symlink('/etc/passwd', 'b.txt'); os.symlink('/', 'root')\n"
        "os.symlink('/usr/lib', 'lib')"
    )
    assert kept(await given.raw(source, keep=("*", "*/*"))) == {}


async def test_keeping_what_is_no_file(given: Attacks) -> None:
    source = "os.mkdir('folder.txt'); s = socket.socketpair()\nos.symlink('loop.txt', 'loop.txt')"
    assert kept(await given.raw(source, keep=("*.txt",))) == {}


async def test_keeping_a_file_of_gigabytes_of_nothing(given: Attacks) -> None:
    before = psutil.Process().memory_info().rss
    source = (
        "for name, size in (('huge', 10 << 30), ('large', 60 << 20)):\n    with open(name, 'wb') as f:\n"
        "        try: f.truncate(size)\n        except OSError: f.write(b'no')"
    )
    limits = Limits(wall_seconds=20, artifact_bytes=1 << 20)
    ran = await given.raw(source, keep=("*",), limits=limits)

    assert kept(ran) == {"huge": b"no"}
    assert "not kept: large" in warned(ran)
    assert psutil.Process().memory_info().rss - before < 32 << 20


async def test_a_file_that_grows_while_it_is_kept(given: Attacks) -> None:
    source = (
        "import threading\nf = open('growing', 'wb', buffering=0)\nf.write(b'x' * 1000)\n"
        "def grow():\n    while True: f.write(b'x' * 65536)\n"
        "threading.Thread(target=grow, daemon=True).start()"
    )
    limits = Limits(wall_seconds=20, artifact_bytes=1 << 20)
    ran = await given.raw(source, keep=("*",), limits=limits)

    assert sum(map(len, kept(ran).values())) <= 1 << 20


async def test_a_flood_of_names_of_files_that_are_left_out(given: Attacks) -> None:
    before = psutil.Process().memory_info().rss
    source = "for n in range(60_000): send(kind='left', path='x' * 1000, reason='count')"
    ran = await given.raw(RAW + source, keep=("*",))

    assert "and 59,990 more" in warned(ran)
    assert psutil.Process().memory_info().rss - before < 32 << 20


async def test_a_flood_of_empty_pieces(given: Attacks) -> None:
    source = "while True: send(kind='keep', path='x', content='', is_last=False)"
    ran = await given.raw(RAW + source, keep=("*",))

    assert ran.outcome.status == "killed"


async def test_claiming_more_than_may_be_kept(given: Attacks) -> None:
    source = "while True: send(kind='keep', path='x', content='eHh4' * 100_000, is_last=False)"
    ran = await given.raw(RAW + source, keep=("*",), limits=Limits(wall_seconds=20, artifact_bytes=1 << 20))

    assert ran.outcome.error is not None
    assert "1,048,576 bytes" in ran.outcome.error.message
    assert kept(ran) == {}


async def test_keeping_in_another_program_s_name(given: Attacks) -> None:
    ran = await given.raw(RAW + "send(kind='keep', path='x', content='eA==', is_last=True)\ntime.sleep(15)")

    assert (ran.outcome.status, kept(ran)) == ("killed", {})


async def test_a_link_planted_in_a_workspace_for_the_next_program(given: Attacks) -> None:
    await given.sandbox.run(
        f"import os\nos.symlink({str(given.world.folder / 'secret')!r}, 'report.txt')", workspace="planted"
    )
    look = "def attack(): return read('report.txt')"
    done, said = await given.tried(look, workspace="planted")

    assert (done, said.split(":")[0]) == ("refused", "FileNotFoundError")
    assert kept(await given.raw("1", workspace="planted", keep=("*",))) == {}


async def test_a_hard_link_to_what_is_mounted(given: Attacks, home: Path) -> None:
    shown = home / "shown"
    shown.mkdir(exist_ok=True)
    shown.chmod(0o755)
    (shown / "data").write_text("x")
    (shown / "data").chmod(0o644)
    source = "def attack(): return os.link('/mnt/shown/data', 'linked')"

    done, _ = await given.tried(source, workspace="linked", mounts=(str(shown),))
    assert done == "refused"


async def test_writing_into_a_pipe_of_what_is_mounted(given: Attacks, home: Path) -> None:
    """A read-only mount lets pipes be written to: they are no files of its file system."""
    shown = home / "pipes"
    shown.mkdir()
    shown.chmod(0o755)
    os.mkfifo(shown / "pipe")
    (shown / "pipe").chmod(0o666)
    reader = os.open(shown / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        source = "def attack(): return os.write(os.open('/mnt/pipes/pipe', os.O_WRONLY | os.O_NONBLOCK), b'x')"
        done, said = await given.tried(source, mounts=(str(shown),))
    finally:
        os.close(reader)

    assert (done, said.split(":")[0]) == ("refused", "PermissionError")


async def test_a_socket_of_what_is_mounted(given: Attacks, home: Path) -> None:
    source = f"def attack(): return socket.socket(socket.AF_UNIX).connect('/mnt/{given.world.folder.name}/socket')"
    given.world.folder.chmod(0o755)
    await given.is_refused(source, mounts=(str(given.world.folder),))


async def test_changing_what_is_mounted(given: Attacks, home: Path) -> None:
    shown = home / "mine"
    shown.mkdir()
    (shown / "data").write_text("x")
    for each in (shown, shown / "data"):
        each.chmod(0o777)
    for deed in (
        "open('/mnt/mine/data', 'w')", "open('/mnt/mine/new', 'w')", "os.chmod('/mnt/mine/data', 0)",
        "os.utime('/mnt/mine/data')", "os.remove('/mnt/mine/data')", "os.rename('/mnt/mine', '/mnt/x')",
        "os.truncate('/mnt/mine/data', 0)", "os.mkdir('/mnt/new')", "os.symlink('/etc', '/mnt/mine/l')",
    ):  # fmt: skip
        await given.is_refused(f"def attack(): return {deed}", mounts=(str(shown),))
    assert (shown / "data").read_text() == "x"
    assert [each.name for each in shown.iterdir()] == ["data"]


async def test_reading_the_journal_and_the_tokens(given: Attacks, home: Path) -> None:
    state = home / "state"
    state.mkdir(exist_ok=True)
    (state / "tokens.json").write_text(json.dumps({"token": "tok_verysecret"}))
    aims = [
        where
        for each in (state, state / "tokens.json", home)
        for where in (str(each), f"/mnt/{each.name}", f"../{each.name}", f"../../{each.name}")
    ]
    found = [await given.tried(f"def attack(): return os.listdir({where!r})", workspace="spy") for where in aims]

    assert {done for done, _ in found} == {"refused"}
