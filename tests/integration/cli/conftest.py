"""`ptc` as a process, in a home and a project of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.homes import home
from tests.integration.cli.screen import Screen

ROOT = Path(__file__).parents[3]
PLAIN = ROOT / "tests" / "servers" / "plain.py"
VENDOR = ROOT / "tests" / "servers" / "vendor.py"

CONFIGURATION = f"""\
[servers.plain]
command = {str(sys.executable)!r}
args = [{str(PLAIN)!r}]
ask = ["nothing"]

[servers.gone]
command = "/no/such/command"
"""


@dataclass(frozen=True, kw_only=True)
class Ptc:
    """The command, with its configuration named so that it is trusted."""

    folder: Path
    config: Path | None
    also: Mapping[str, str] = field(default_factory=dict)
    """More variables."""

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PTC_", "NO_COLOR", "FORCE"))}
        kept |= {"PTC_HOME": home(self.folder / "home"), "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
        kept |= {"PTC_DAEMON": "never"}
        return kept | ({"PTC_CONFIG": str(self.config)} if self.config else {}) | dict(self.also)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ptc_cli", *arguments]

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=self.environ,
            cwd=self.project,
            timeout=60,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err or 'File "<' in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ,
            cwd=self.project,
            text=True,
        )

    def on_a_terminal(self, *arguments: str, **environ: str) -> Screen:
        return Screen(self.command(*arguments), environ=self.environ | environ, folder=self.project)


def made(folder: Path, configuration: str | None) -> Ptc:
    (folder / "project").mkdir()
    config = folder / "ptc.toml" if configuration is not None else None
    if config is not None:
        config.write_text(configuration or "")
    return Ptc(folder=folder, config=config)


@pytest.fixture(scope="session")
def ptc(tmp_path_factory: pytest.TempPathFactory) -> Ptc:
    """One that all tests share, so that servers are listed and the checker warmed up once."""
    return made(tmp_path_factory.mktemp("ptc"), CONFIGURATION)


@contextmanager
def with_daemon(ptc: Ptc, runtime: Path) -> Iterator[Ptc]:
    """Give the same with a daemon, which is started by whatever comes first, and is gone afterwards."""
    runtime.mkdir(mode=0o700)
    for history in (ptc.folder / "home" / "state").glob("*_history"):
        history.unlink()  # what it suggests would look like what is completed
    there = replace(ptc, also={**ptc.also, "PTC_DAEMON": "auto", "XDG_RUNTIME_DIR": str(runtime)})
    try:
        yield there
    finally:
        there("daemon", "stop", "--all")


@pytest.fixture(scope="module", params=["here", "there"])
def anywhere(request: pytest.FixtureRequest, ptc: Ptc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ptc]:
    """The shared one, without the daemon and with it."""
    if request.param == "here":
        yield ptc
        return
    with with_daemon(ptc, tmp_path_factory.mktemp("there") / "runtime") as there:
        yield there


@pytest.fixture
def alone(tmp_path: Path) -> Ptc:
    """One with an empty home and the same servers, for a test that changes what others rely on."""
    return made(tmp_path, CONFIGURATION)


@pytest.fixture
def fresh(tmp_path: Path) -> Ptc:
    """One with an empty home and no configuration."""
    return made(tmp_path, None)


@pytest.fixture(scope="session")
def vendor() -> Iterator[str]:
    """Give the address of a server that wants a login."""
    with subprocess.Popen([sys.executable, str(VENDOR)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()
