"""Prompts whose engine is in the daemon, when something becomes of either."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.integration.cli.conftest import CONFIGURATION, PLAIN, Ptc, made, with_daemon
from tests.processes import living

SECOND = f"""
[servers.second]
command = {str(sys.executable)!r}
args = [{str(PLAIN)!r}]
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ptc]:
    ptc = made(tmp_path_factory.mktemp("prompts"), CONFIGURATION)
    with with_daemon(ptc, ptc.folder / "runtime") as there:
        yield there


def daemons(ptc: Ptc) -> list[int]:
    return [each["pid"] for each in json.loads(ptc("daemon", "status", "--json").stdout)["daemons"]]


class Typed:
    """A prompt in a pipe that is written to step by step."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._stdin, self._stdout = process.stdin, process.stdout

    def enter(self, entry: str, answer: str | None = None) -> None:
        """Type an entry, and read a line if one is to come."""
        self._stdin.write(f"{entry}\n")
        self._stdin.flush()
        if answer is not None:
            assert self._stdout.readline() == f"{answer}\n"

    def end(self) -> tuple[int, str, str]:
        """End the input; return the exit code, and what else was written."""
        out, err = self.process.communicate(timeout=60)
        assert "Traceback" not in err
        return self.process.returncode, out, err


@contextmanager
def at_a_prompt(ptc: Ptc, *, prompt: str = "repl", **environ: str) -> Iterator[Typed]:
    with subprocess.Popen(
        ptc.command(prompt),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ptc.environ | environ,
        cwd=ptc.project,
        text=True,
    ) as process:
        try:
            yield Typed(process)
        finally:
            process.kill()


def test_a_daemon_that_is_killed_costs_the_variables_and_runs_nothing_twice(there: Ptc) -> None:
    with at_a_prompt(there) as typed:
        typed.enter("x = 1")
        typed.enter("print('begun', flush=True); plain.sleep(seconds=50)", answer="begun")
        for pid in daemons(there):
            os.kill(pid, signal.SIGKILL)
        typed.enter("x")
        typed.enter("plain.add(a=1, b=2)['sum']", answer="3")
        code, _, err = typed.end()

    names = [each["program"] for each in json.loads(there("runs", "list", "--json").stdout)["runs"]]
    assert code == 0
    assert "error: the daemon was lost" in err
    assert err.count("the variables of the earlier entries are gone") == 1
    assert 'Name "x" is not defined' in err
    assert names.count("<entry 1>") == 2  # of either daemon
    assert names.count("<entry 2>") == 2
    assert len(daemons(there)) == 1


def test_a_shell_whose_daemon_is_killed_begins_anew(there: Ptc) -> None:
    with at_a_prompt(there, prompt="shell") as typed:
        typed.enter("cd docs; pwd", answer="/docs")
        for pid in daemons(there):
            os.kill(pid, signal.SIGKILL)
        typed.enter("pwd", answer="/")
        _, _, err = typed.end()

    assert err.count("the shell begins anew in its first folder") == 1


def test_a_prompt_that_is_killed_leaves_nothing_in_the_daemon(there: Ptc) -> None:
    with at_a_prompt(there) as typed:
        typed.enter("kept = b'x' * 80_000_000")
        typed.enter("len(kept)", answer="80000000")
        (daemon,) = (psutil.Process(pid) for pid in daemons(there))
        holders = [each for each in living(daemon) if each.memory_info().rss > 80_000_000 and is_forked(each, daemon)]
        typed.process.kill()
        _, alive = psutil.wait_procs(holders, timeout=20)

    assert holders
    assert alive == []


def is_forked(process: psutil.Process, daemon: psutil.Process) -> bool:
    """Say whether a process is a child of one that the daemon started: its sandbox's, and not the checker."""
    return process.ppid() != daemon.pid


def test_a_changed_configuration_is_there_with_the_next_entry(there: Ptc) -> None:
    assert there.config is not None
    with at_a_prompt(there) as typed:
        typed.enter("x = 1")
        typed.enter("x", answer="1")
        before = daemons(there)
        there.config.write_text("rubbish")
        typed.enter("x + 1", answer="2")
        there.config.write_text(CONFIGURATION + SECOND)
        typed.enter("second.add(a=x, b=2)['sum']", answer="3")
        there.config.write_text(CONFIGURATION)
        typed.enter("second.add(a=x, b=2)['sum']")
        code, _, err = typed.end()

    assert before == daemons(there)
    assert code == 3
    assert err.count("the changed configuration is not applied") == 1
    assert "configuration applied: added second" in err
    assert "configuration applied: removed second" in err


def test_what_a_changed_configuration_means_in_another_environment_needs_another_daemon(there: Ptc) -> None:
    assert there.config is not None
    before = daemons(there)
    with at_a_prompt(there, MINE="only here") as typed:
        typed.enter("x = 1")
        typed.enter("x", answer="1")
        there.config.write_text(CONFIGURATION + SECOND + 'env = { TOKEN = "${MINE}" }\n')
        typed.enter("second.add(a=1, b=2)['sum']", answer="3")
        typed.enter("x")
        code, _, err = typed.end()
    there.config.write_text(CONFIGURATION)

    assert code == 3
    assert "needs another daemon; the variables of the earlier entries are gone" in err
    assert len(daemons(there)) == len(before) + 1
