"""`ptc mcp start --attach`: clients over stdio, served by one daemon."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from tests.homes import home
from tests.integration.serve.clients import CONFIGURATION, text
from tests.integration.serve.test_stdio import ROOT, _initialize, _send

PTC = [sys.executable, "-m", "ptc_cli"]
PROGRAM = "desk.add(mine, 100)['sum']"
ATTACH = [*PTC, "mcp", "start", "--attach", "--mode", "catalog"]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("attach")
    (folder / "runtime").mkdir(mode=0o700)
    (folder / "ptc.toml").write_text(CONFIGURATION)
    variables = {
        "PTC_HOME": home(folder / "home"),
        "PTC_CONFIG": str(folder / "ptc.toml"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": str(ROOT),
        "PTC_DAEMON": "auto",
    }
    yield {**os.environ, **variables}
    subprocess.run([*PTC, "daemon", "stop", "--all"], env={**os.environ, **variables}, check=True, timeout=60)


def attached(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(ATTACH, env=dict(environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def daemon_of(environ: Mapping[str, str]) -> psutil.Process:
    done = subprocess.run([*PTC, "daemon", "start"], env=dict(environ), capture_output=True, text=True, timeout=60)
    return psutil.Process(int(done.stderr.split()[-1]))


async def test_five_clients_share_it_and_each_costs_little(environ: dict[str, str]) -> None:
    before = set(psutil.Process().children())
    async with AsyncExitStack() as stack:
        parameters = StdioServerParameters(command=ATTACH[0], args=ATTACH[1:], env=environ)
        clients = [await stack.enter_async_context(Client(stdio_client(parameters))) for _ in range(5)]
        for number, client in enumerate(clients):
            await client.call_tool("execute_python", {"code": f"mine = {number}", "session": "s"})
        answers = await asyncio.gather(
            *(client.call_tool("execute_python", {"code": PROGRAM, "session": "s"}) for client in clients)
        )
        ours = [each for each in psutil.Process().children() if each not in before]
        megabytes = [each.memory_info().rss / 1e6 for each in ours]

    # Each has its own session, in which its own names are.
    assert [text(each) for each in answers] == ["100", "101", "102", "103", "104"]
    assert len(megabytes) == 5
    assert max(megabytes) < 80


def test_a_client_that_goes_away_in_the_middle_of_a_program_ends_it(environ: dict[str, str]) -> None:
    daemon = daemon_of(environ)
    with attached(environ) as process:
        _initialize(process)
        _send(process, "tools/call", {"name": "execute_python", "arguments": {"code": "while True: pass"}}, 2)
        process.communicate(timeout=30)

    assert process.returncode == 0
    assert daemon.is_running()
    state = [*PTC, "runs", "list", "--json"]
    for _ in range(50):
        if b'"running"' not in subprocess.run(state, env=environ, capture_output=True, timeout=60, check=True).stdout:
            break
    else:
        pytest.fail("the program runs on")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_told_to(environ: dict[str, str], number: signal.Signals) -> None:
    with attached(environ) as process:
        _initialize(process)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)

    assert (process.returncode, out) == (0, b"")


def test_it_ends_when_the_daemon_does(environ: dict[str, str]) -> None:
    daemon = daemon_of(environ)
    with attached(environ) as process:
        _initialize(process)
        daemon.send_signal(signal.SIGTERM)
        process.wait(timeout=30)

    assert process.returncode == 0
    psutil.wait_procs([daemon], timeout=30)


@pytest.mark.parametrize("rubbish", [b"rubbish\n", b"[]\n", b"\xff\xfe\n", b'"' * 100_000 + b"\n"])
def test_rubbish_on_the_wire_is_not_the_end(environ: dict[str, str], rubbish: bytes) -> None:
    with attached(environ) as process:
        _initialize(process)
        assert process.stdin is not None
        process.stdin.write(rubbish)
        process.stdin.flush()
        _send(process, "ping", {}, 3)
        assert process.stdout is not None
        answers = [process.stdout.readline() for _ in range(1)]
        process.communicate(timeout=30)

    assert process.returncode == 0
    assert b'"id":3' in b"".join(answers) or b"error" in b"".join(answers)


def test_it_serves_itself_where_there_is_no_daemon(environ: dict[str, str], tmp_path: Path) -> None:
    with attached({**environ, "PTC_DAEMON": "never"}) as process:
        _initialize(process)
        process.communicate(timeout=30)

    assert process.returncode == 0
