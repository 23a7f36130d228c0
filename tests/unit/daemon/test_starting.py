"""Starting: bounded, one at a time, and no daemon where something is wrong."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ptc_cli.daemon import starting
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.place import STARTING, opened

ROOT = Path(__file__).parents[3]


def test_a_daemon_that_cannot_start_is_said_at_once(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place, pytest.raises(DaemonError, match="did not start"):
        starting.started(place, "x", ["--config", str(tmp_path / "none.toml")], door="cli")


def test_who_has_been_starting_for_too_long_is_not_waited_for(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place, place.locked(f"x{STARTING}") as is_ours:
        assert is_ours
        with pytest.raises(DaemonError, match="too long"), starting._turn(place, "x", time.monotonic()):
            pass


def test_nothing_in_the_current_folder_is_imported(tmp_path: Path) -> None:
    for name in ("click", "ptc_cli"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'hijacked')!r}, 'w')")
    code = (
        "from ptc_cli.daemon.place import opened\nfrom ptc_cli.daemon.starting import started\n"
        f"with opened({{}}, {str(tmp_path / 'state')!r}) as place:\n"
        "    started(place, 'x', ['--version', '--'], door='cli')\n"
    )
    environ = {"PYTHONPATH": str(ROOT), "PTC_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "the daemon did not start" in done.stderr
    assert not (tmp_path / "hijacked").exists()


def test_asking_imports_neither_the_engine_nor_asyncio() -> None:
    code = (
        "import sys, ptc_cli.cli.main, ptc_cli.cli.run, ptc_cli.cli.warm, ptc_cli.cli.there, ptc_cli.daemon.attach\n"
        "print([name for name in ('asyncio', 'mcp', 'rich', 'http.client', 'ptc_cli.engine', 'ptc_cli.upstream')\n"
        "       if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout == "[]\n"


def test_a_prompt_in_the_daemon_imports_neither_the_engine_nor_what_it_needs() -> None:
    code = (
        "import sys, ptc_cli.cli.main, ptc_cli.cli.desks, ptc_cli.console.ask, ptc_cli.repl.programs\n"
        "import ptc_cli.repl.commands, ptc_cli.repl.terminal, ptc_cli.repl.remote_run\n"
        "unwanted = 'mcp', 'mypy', 'rich', 'http.client', 'httpx2', 'ptc_cli.engine', 'ptc_cli.config', 'ptc_cli.codegen'\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("[]\n", "")
