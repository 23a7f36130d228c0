"""What a client waits for: `ptc mcp start` over stdio, driven as an agent drives it.

Run it alone: `python -m tests.benchmarks.bench_serve`. Prints medians with spread.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, StdioServerParameters, stdio_client

ROOT = Path(__file__).parents[2]
DESK = ROOT / "tests" / "servers" / "desk.py"

ROUNDS = 40
WARM_UP = 5


@asynccontextmanager
async def _client(mode: str, home: Path) -> AsyncIterator[Client]:
    configuration = home / "ptc.toml"
    configuration.write_text(f"[servers.desk]\ncommand = {sys.executable!r}\nargs = [{str(DESK)!r}]\n")
    environ = {**os.environ, "PTC_HOME": str(home / "home"), "PYTHONPATH": str(ROOT), "PTC_CONFIG": str(configuration)}
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "ptc_cli", "mcp", "start", "--mode", mode], env=environ
    )
    async with Client(stdio_client(parameters), mode="legacy") as client:
        yield client


def _program(calls: int) -> str:
    return f"from tools import desk\ntotal = 0\nfor n in range({calls}):\n    total += desk.add(n, 1)['sum']\ntotal"


async def _milliseconds(call: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    for _ in range(WARM_UP):
        await call()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await call()
        found.append((time.perf_counter() - started) * 1000)
    return found


def _row(name: str, milliseconds: list[float], bar: float | None) -> str:
    tenths = statistics.quantiles(milliseconds, n=10)
    wanted = "" if bar is None else f"   (at most {bar:g})"
    return f"{name:<40} {statistics.median(milliseconds):8.2f} ms   {tenths[0]:8.2f} .. {tenths[-1]:8.2f}{wanted}"


async def _programs(home: Path) -> None:
    async with _client("catalog", home) as client:
        for calls, bar in ((0, 12), (1, 15), (10, 30), (100, 200)):
            code = _program(calls)

            async def one(code: str = code) -> None:
                result = await client.call_tool("execute_python", {"code": code})
                assert not result.is_error, result

            rounds = ROUNDS if calls < 100 else 10
            print(_row(f"execute_python, {calls} calls", await _milliseconds(one, rounds), bar))


async def _shell(home: Path) -> None:
    async with _client("filesystem", home) as client:

        async def one() -> None:
            result = await client.call_tool("execute_bash", {"command": "ls /docs"})
            assert not result.is_error, result

        print(_row("execute_bash, ls", await _milliseconds(one, ROUNDS), None))


async def _start(home: Path) -> None:
    found = []
    for _ in range(5):
        started = time.perf_counter()
        async with _client("catalog", home) as client:
            await client.call_tool("list_functions", {})
            found.append((time.perf_counter() - started) * 1000)
    print(_row("start to first answer, catalog cached", found, 1200))


async def main() -> None:
    print(f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} cores")
    print(f"{'':<40} {'median':>11}   10th .. 90th percentile")
    with tempfile.TemporaryDirectory() as folder:
        await _programs(Path(folder))
        await _shell(Path(folder))
        await _start(Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
