"""What a client waits for: `ptc mcp start` over stdio, driven as an agent drives it.

Run it alone: `python -m tests.benchmarks.bench_serve`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, StdioServerParameters, stdio_client

from tests.benchmarks.figures import HEADER, machine, row

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


async def _seconds(call: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    for _ in range(WARM_UP):
        await call()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await call()
        found.append(time.perf_counter() - started)
    return found


async def _programs(home: Path) -> None:
    async with _client("catalog", home) as client:
        for calls, bar in ((0, 12), (1, 15), (10, 30), (100, 200)):
            code = _program(calls)

            async def one(code: str = code) -> None:
                result = await client.call_tool("execute_python", {"code": code})
                assert not result.is_error, result

            rounds = ROUNDS if calls < 100 else 10
            print(row(f"execute_python, {calls} calls", await _seconds(one, rounds), bar=f"at most {bar}"))


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


async def main() -> None:
    print(machine())
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        await _programs(Path(folder))
        await _shell(Path(folder))
        await _start(Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
