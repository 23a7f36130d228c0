"""What a client waits for: `ptc mcp start` over stdio, driven as an agent drives it.

Run it alone: `python -m tests.benchmarks.bench_serve`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import mcp_types as types
import psutil
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.benchmarks.figures import HEADER, machine, row
from tests.outside.packages import fastmcp_python

ROOT = Path(__file__).parents[2]
DESK = ROOT / "tests" / "servers" / "desk.py"

PLAIN = str(ROOT / "tests" / "servers" / "plain.py")
SERVERS = ("desk", "one", "two")
CALLS = {0: 12, 1: 15, 10: 30, 100: 200}
"""By how many calls a program makes: what it may take, in milliseconds."""

_PEERS_CALL = "(await call_tool('desk_add', {'a': n, 'b': 1}))"

ROUNDS = 40
WARM_UP = 5
CLIENTS = 20
CROWD_SECONDS = float(os.environ.get("PTC_BENCH_CROWD_SECONDS", "30"))
IDLE_SECONDS = 5


@asynccontextmanager
async def _client(mode: str, home: Path) -> AsyncIterator[Client]:
    configuration = home / "ptc.toml"
    configuration.write_text(
        "".join(f"[servers.{name}]\ncommand = {sys.executable!r}\nargs = ['-S', {PLAIN!r}]\n" for name in SERVERS)
    )
    environ = {**os.environ, "PTC_HOME": str(home / "home"), "PYTHONPATH": str(ROOT), "PTC_CONFIG": str(configuration)}
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "ptc_cli", "mcp", "start", "--mode", mode], env=environ
    )
    async with Client(stdio_client(parameters), mode="legacy") as client:
        yield client


def _program(calls: int) -> str:
    return f"from tools import desk\ntotal = 0\nfor n in range({calls}):\n    total += desk.add(a=n, b=1)['sum']\ntotal"


async def _seconds(call: Callable[[], Awaitable[object]], rounds: int, *, warm_up: int = WARM_UP) -> list[float]:
    for _ in range(warm_up):
        await call()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await call()
        found.append(time.perf_counter() - started)
    return found


async def _programs(home: Path) -> None:
    async with _client("catalog", home) as client:
        for calls, bar in CALLS.items():
            code = _program(calls)

            async def one(code: str = code) -> None:
                result = await client.call_tool("execute_python", {"code": code})
                assert not result.is_error, result

            rounds = ROUNDS if calls < 100 else 10
            print(row(f"execute_python, {calls} calls", await _seconds(one, rounds), bar=f"at most {bar}"))


async def _peer() -> None:
    """Do the same with FastMCP's CodeMode, over the same servers."""
    try:
        python = fastmcp_python()
    except pytest.skip.Exception as reason:
        print(f"FastMCP's CodeMode: {reason}")
        return
    servers = {name: {"command": sys.executable, "args": ["-S", PLAIN]} for name in SERVERS}
    arguments = [str(Path(__file__).with_name("codemode.py")), json.dumps({"mcpServers": servers})]
    # It logs ten lines for each call otherwise, which would slow it down.
    parameters = StdioServerParameters(command=python, args=arguments, env={**os.environ, "FASTMCP_LOG_LEVEL": "ERROR"})
    async with Client(stdio_client(parameters), mode="legacy") as client:
        for calls in CALLS:
            code = f"total = 0\nfor n in range({calls}):\n    total += {_PEERS_CALL}['sum']\nreturn total"

            async def one(code: str = code) -> None:
                result = await client.call_tool("execute", {"code": code})
                assert not result.is_error, result

            rounds = {0: ROUNDS, 1: ROUNDS, 10: 5}.get(calls, 1)
            print(
                row(f"  FastMCP's CodeMode, {calls} calls", await _seconds(one, rounds, warm_up=min(rounds, WARM_UP)))
            )


async def _shell(home: Path) -> None:
    async with _client("filesystem", home) as client:

        async def one() -> None:
            result = await client.call_tool("execute_bash", {"command": "ls /docs"})
            assert not result.is_error, result

        print(row("execute_bash, ls", await _seconds(one, ROUNDS), bar="shell at most 2"))


async def _start(home: Path) -> None:
    found = []
    for _ in range(5):
        started = time.perf_counter()
        async with _client("catalog", home) as client:
            await client.call_tool("list_functions", {})
            found.append(time.perf_counter() - started)
    print(row("start to first answer, catalog cached", found, bar="at most 1200"))


async def _crowd(home: Path) -> None:
    """Have 20 clients at once send distinct programs, four a second each; and as fast as they can, for the ceiling."""
    async with _served(home) as address, AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client(streamable_http_client(address), mode="legacy"))
            for _ in range(CLIENTS)
        ]
        paced: list[float] = []
        await asyncio.gather(*(_sends(each, number, paced, pause=0.25) for number, each in enumerate(clients)))
        print(row(f"{CLIENTS} clients, 4 programs/s each", paced, bar="p99 at most 1000"))
        fast: list[float] = []
        started = time.perf_counter()
        await asyncio.gather(*(_sends(each, number, fast, pause=0.0) for number, each in enumerate(clients)))
        rate = len(fast) / (time.perf_counter() - started)
        print(row(f"{CLIENTS} clients, no pause: {rate:.0f} programs/s", fast, bar="ceiling, reported"))


async def _sends(client: Client, number: int, found: list[float], *, pause: float) -> None:
    """Send distinct programs for a while; one that is late does not put the next ones off."""
    start = time.perf_counter()
    for count in range(10_000):
        await asyncio.sleep(max(0.0, start + count * pause - time.perf_counter()))
        began = time.perf_counter()
        if began - start >= CROWD_SECONDS:
            return
        code = f"from tools import desk\nseed = {number} * {count} + {time.monotonic_ns()}\ndesk.add({number}, {count})['sum']"
        result = await client.call_tool("execute_python", {"code": code})
        assert not result.is_error, result
        found.append(time.perf_counter() - began)


@asynccontextmanager
async def _served(home: Path) -> AsyncIterator[str]:
    running = await _started(home, f"[servers.desk]\ncommand = {sys.executable!r}\nargs = [{str(DESK)!r}]\n")
    try:
        assert running.stderr is not None
        yield (await running.stderr.readline()).decode().split()[3].rstrip(";")
    finally:
        running.terminate()
        await running.wait()


async def _started(home: Path, text: str) -> asyncio.subprocess.Process:
    configuration = home / "http.toml"
    configuration.write_text(text)
    environ = {**os.environ, "PTC_HOME": str(home / "home"), "PYTHONPATH": str(ROOT), "PTC_CONFIG": str(configuration)}
    words = ["-m", "ptc_cli", "mcp", "start", "--transport", "http", "--port", "0"]
    return await asyncio.create_subprocess_exec(sys.executable, *words, env=environ, stderr=asyncio.subprocess.PIPE)


async def _memory(home: Path) -> None:
    """Say what the gateway, the checker and the sandbox's parent hold, idle, over 1,000 tools."""
    servers = "".join(
        f"[servers.s{number}]\ncommand = {sys.executable!r}\nargs = ['-S', {PLAIN!r}, '--tools', '100']\n"
        for number in range(10)
    )
    running = await _started(home, servers)
    try:
        assert running.stderr is not None
        address = (await running.stderr.readline()).decode().split()[3].rstrip(";")
        async with Client(streamable_http_client(address), mode="legacy") as client:
            listed = await client.call_tool("list_functions", {})
            await client.call_tool("execute_python", {"code": "1 + 1"})
        await asyncio.sleep(IDLE_SECONDS)
        print(f"memory, idle, {_first_line(listed)}: {_held(running.pid) / (1 << 20):.0f} MB (bar: at most 300)")
    finally:
        running.terminate()
        await running.wait()


def _first_line(result: types.CallToolResult) -> str:
    block = result.content[0]
    return block.text.splitlines()[0] if isinstance(block, types.TextContent) else ""


def _held(pid: int) -> int:
    """Return what a process and its children hold, shared pages counted once, without the upstreams'."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    ours = [process for process in processes if "plain.py" not in " ".join(process.cmdline())]
    for process in ours:
        print(f"  {process.memory_full_info().pss / (1 << 20):6.1f} MB  {' '.join(process.cmdline())[:80]}")
    return sum(process.memory_full_info().pss for process in ours)


async def main() -> None:
    print(machine())
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        await _programs(Path(folder))
        await _peer()
        await _shell(Path(folder))
        await _start(Path(folder))
        await _crowd(Path(folder))
        await _memory(Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
