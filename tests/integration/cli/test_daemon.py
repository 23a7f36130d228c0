"""The same commands with and without the daemon."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from tests.homes import home
from tests.integration.cli.conftest import PLAIN, ROOT, Ptc
from tests.integration.cli.many import Outcome, outcomes
from tests.integration.cli.screen import Screen
from tests.processes import living

CONFIGURATION = """\
[servers.plain]
command = {python!r}
args = ["-S", {plain!r}]
ask = ["nothing"]
env = {{ TOKEN = "${{THE_TOKEN}}" }}

[servers.gone]
command = "/no/such/command"

[servers.club]
url = "http://127.0.0.1:{port}/mcp"

[stubs]
learn = false
"""

PRINTS = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nplain.add(a=1, b=2)\n"

COMMANDS: list[tuple[list[str], str]] = [
    (["run", "-"], PRINTS),
    (["run", "-", "--json"], PRINTS),
    (["run", "-c", "plain.add(a=1)"], ""),
    (["run", "-c", "1 +"], ""),
    (["run", "-c", "1/0"], ""),
    (["run", "-c", "plain.fail(message='no')"], ""),
    (["run", "-c", "import os; os._exit(3)"], ""),
    (["run", "-c", "plain.nothing()"], ""),
    (["run", "-c", "plain.nothing()", "--yes"], ""),
    (["run", "-c", "plain.nothing()", "--json"], ""),
    (["run", "-c", "while True: pass", "--timeout", "0.3"], ""),
    (["run", "-c", "[plain.echo(text='x') for _ in range(3)]", "--max-calls", "2"], ""),
    (["run", "-c", "plain.echo(text='x')", "--max-calls", "0"], ""),
    (["run", "-c", "1", "--limit", "threads=9999999"], ""),
    (["run", "-c", "1", "--limit", "thread=9"], ""),
    (["run", "-c", "plain.echo(text='x')", "--deny", "plain.*"], ""),
    (["run", "-c", "plain.echo(text='x')", "--allow", "other.*"], ""),
    (["run", "-c", "gone.anything()"], ""),
    (["run", "-c", "import ptc\nptc.input", "--input", '{"a": [1, 1e3, "é"]}'], ""),
    (["run", "-c", "import ptc\nptc.input", "--input", "-"], '"from stdin"'),
    (["run", "-c", "1", "--input", "{"], ""),
    (["run", "-c", "print('x' * 200_000)"], ""),
    (["run", "-c", "for _ in range(400): print('x' * 100_000)"], ""),
    (["run", "-c", "print('half \\udc80 a character')"], ""),
    (["run", "-c", "print('half \\udc80 a character')", "--json"], ""),
    (["run", "-c", "{1}"], ""),
    (["run", "-c", "open('a.txt', 'w').write('kept')", "--keep", "*.txt"], ""),
    (["run", "-c", "open('b.txt', 'w').write('kept')", "--workspace", "shared"], ""),
    (["run", "-c", "open('/mnt/mounted.txt').read()", "--mount", "mounted.txt"], ""),
    (["run", "-c", "1", "--mount", "not-there.txt"], ""),
    (["run", "not-there.py"], ""),
    (["check", "-c", "plain.add(a=1, b=2)['summ']"], ""),
    (["check", "-"], "plain.add(a=1, b=2)['sum']"),
    (["check", "mounted.txt", "-", "--json"], "x: int = ''"),
    (["check", "-c", "plain.nothing()", "--effects"], ""),
    (["check", "-c", "x: int = ''", "--format", "sarif"], ""),
    (["tools", "call", "plain.add", "a=1", "b=2"], ""),
    (["tools", "call", "plain.add", "a=1", "b=2", "--json"], ""),
    (["tools", "call", "plain.add", "a=x", "b=2"], ""),
    (["tools", "call", "plain.add", "a=1", "c=2"], ""),
    (["tools", "call", "plain.add", "--args", "-"], '{"a": 1, "b": 2.5}'),
    (["tools", "call", "plain.ad", "a=1"], ""),
    (["tools", "call", "plan.add", "a=1"], ""),
    (["tools", "call", "plain"], ""),
    (["tools", "call", "plain.fail", "message=no"], ""),
    (["tools", "call", "plain.image"], ""),
    (["tools", "call", "plain.nothing"], ""),
    (["tools", "call", "plain.nothing", "--yes"], ""),
    (["tools", "call", "plain.sleep", "seconds=30", "--timeout", "0.2"], ""),
    (["tools", "call", "gone.anything"], ""),
    (["tools", "call", "gone.anything"], ""),
    (["tools", "call", "gone.anything", "--json"], ""),
    (["tools", "call", "club.anything"], ""),
    (["tools", "call", "club.a/b"], ""),
    (["shell", "-c", "ls tools; cat nothing; echo é | tr a-z A-Z"], ""),
    (["shell", "-c", "exit 3"], ""),
    (["--config", "not-there.toml", "run", "-c", "1"], ""),
]


class _Club(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_error(401)

    def do_GET(self) -> None:
        self.send_error(401)

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True, kw_only=True)
class Both:
    """One home and folder, with and without the daemon."""

    ptc: Ptc
    runtime: Path

    @property
    def without(self) -> dict[str, str]:
        kept = self.ptc.environ | {"XDG_RUNTIME_DIR": str(self.runtime), "THE_TOKEN": "a secret of 24 characters"}
        return kept | {"PYTHONPATH": str(ROOT)}

    @property
    def warm(self) -> dict[str, str]:
        return {**self.without, "PTC_DAEMON": "auto"}

    def __call__(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.ptc.command(*words),
            capture_output=True,
            env=self.warm | more,
            cwd=self.ptc.project,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.ptc.command(*words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.warm,
            cwd=self.ptc.project,
            text=True,
        )

    def pids(self) -> list[int]:
        return [each["pid"] for each in json.loads(self("daemon", "status", "--json").stdout)["daemons"]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A daemon that is there for all tests, and nothing of it afterwards."""
    folder = tmp_path_factory.mktemp("daemon")
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (folder / "project").mkdir()
    (folder / "project" / "mounted.txt").write_text("1")
    home(folder / "home")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Club) as club:
        threading.Thread(target=club.serve_forever, daemon=True).start()
        config = folder / "ptc.toml"
        config.write_text(CONFIGURATION.format(python=sys.executable, plain=str(PLAIN), port=club.server_port))
        both = Both(ptc=Ptc(folder=folder, config=config), runtime=runtime)
        try:
            yield both
        finally:
            both("daemon", "stop", "--all")
            club.shutdown()


def unnamed(text: str) -> str:
    """Return a text without what no two runs have in common."""
    for pattern, instead in (
        (r"\b[0-9a-f]{21}\b", "RUN"),
        (r"\d+(\.\d+)?(e-\d+)? m?s\b", "TIME"),
        (r'"seconds": [0-9.e-]+', '"seconds": TIME'),
    ):
        text = re.sub(pattern, instead, text)
    return text


def seen(outcome: Outcome) -> tuple[int, str, str]:
    return outcome.code, unnamed(outcome.out), unnamed(outcome.err)


@pytest.mark.deadline
def test_every_command_answers_the_same_with_and_without_it(both: Both) -> None:
    plain = outcomes(COMMANDS, environ=both.without, folder=both.ptc.project)
    warm = outcomes(COMMANDS, environ=both.warm, folder=both.ptc.project)

    for (words, _), without, within in zip(COMMANDS, plain, warm, strict=True):
        assert seen(within) == seen(without), words
    # All ways to end are among them, and the daemon has done what it could.
    assert {each.code for each in plain} == {0, 1, 2, 3, 4, 5, 6, 7}
    assert len(both.pids()) == 1


def test_what_it_did_is_recorded_as_the_command_lines(both: Both) -> None:
    both("run", "-c", "print('recorded')")
    latest = json.loads(both("runs", "list", "--json").stdout)["runs"][0]

    assert latest["door"] == "cli"
    assert latest["state"] == "ok"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_in_the_daemon_too(both: Both, number: signal.Signals, code: int) -> None:
    running = both.start("run", "-c", "print('begun', flush=True)\nplain.sleep(seconds=50)")
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"

    running.send_signal(number)
    _, said = running.communicate(timeout=30)

    assert running.returncode == code
    assert ("cancelled · " in said) == (number == signal.SIGINT)
    assert "Traceback" not in said
    assert latest_state(both) == "cancelled"


def latest_state(both: Both) -> str:
    state = ""
    for _ in range(100):
        state = str(json.loads(both("runs", "list", "--json").stdout)["runs"][0]["state"])
        if state not in ("running", "checking"):
            break
    return state


def test_a_pipe_that_closes_ends_the_run(both: Both) -> None:
    running = both.start("run", "-c", "for n in range(100000): print('x' * 100)")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()

    assert running.wait(timeout=60) == 141
    assert running.stderr.read() == ""
    running.stderr.close()


@pytest.mark.parametrize(("answers", "code"), [(("o\r",), 0), (("what\r", "n\r"), 6), (("\x04",), 6)])
def test_a_person_at_the_terminal_decides(both: Both, answers: tuple[str, ...], code: int) -> None:
    command = both.ptc.command("run", "-c", "plain.nothing()\n")
    with Screen(command, environ=both.warm, folder=both.ptc.project) as screen:
        for answer in answers:
            screen.expect("[N]o: ")
            screen.type(answer)
        screen.rest()

        assert "line 1: plain.nothing()" in screen.seen
        assert screen.exit_code() == code


def test_another_secret_is_another_daemon(both: Both) -> None:
    before = both.pids()
    done = both("tools", "call", "plain.echo", "text=x", THE_TOKEN="another secret of as many")

    assert (done.returncode, done.stdout) == (0, "x\n")
    assert len(both.pids()) == len(before) + 1
    assert "secret" not in both("daemon", "logs").stdout


def test_it_takes_its_servers_and_sandbox_with_it(both: Both) -> None:
    both("run", "-c", "plain.echo(text='x')")
    daemons = [psutil.Process(pid) for pid in both.pids()]
    processes = [each for daemon in daemons for each in [daemon, *living(daemon)]]
    assert len(processes) > 3

    ended = both("daemon", "stop", "--all")

    assert ended.stderr.startswith("ended: ")
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive
    assert both.pids() == []
    assert "there was none" in both("daemon", "stop").stderr


def test_one_that_was_killed_is_replaced(both: Both) -> None:
    both("daemon", "stop", "--all")
    both("daemon", "start")
    (pid,) = both.pids()
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=20)

    done = both("run", "-c", "1")

    assert (done.returncode, done.stdout) == (0, "1\n")
    assert len(both.pids()) == 1
    assert both.pids() != [pid]


def test_ten_commands_at_once_start_one(both: Both) -> None:
    both("daemon", "stop", "--all")
    running = [both.start("tools", "call", "plain.echo", f"text={n}") for n in range(10)]

    answers = [each.communicate(timeout=100) for each in running]

    assert [out for out, _ in answers] == [f"{n}\n" for n in range(10)]
    assert len(both.pids()) == 1


@pytest.mark.parametrize(("option", "more"), [(["--no-daemon"], {}), ([], {"PTC_DAEMON": "never"})])
def test_it_can_be_done_without(both: Both, option: list[str], more: dict[str, str]) -> None:
    both("daemon", "stop", "--all")

    assert both(*option, "tools", "call", "plain.echo", "text=x", **more).stdout == "x\n"
    assert both("tools", "call", "plain.echo", "text=x", *option, **more).stdout == "x\n"
    assert both.pids() == []
