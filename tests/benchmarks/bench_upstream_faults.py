"""Upstreams that die: how soon a program knows, and whether a long run over dying servers loses or leaks anything.

Run `python -m tests.benchmarks upstream_faults`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.event import CallFinished, CallStarted
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.engine import Engine
from ptc_cli.upstream import Logins, Pool
from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import PLAIN, engine_over, execution, plain_server, run

CALLS, SERVERS, AT_ONCE = 20_000, 5, 20
KNOWN_SECONDS = 0.1
_MOST_GROWTH_MB = 10.0
_SETTLED = CALLS // 4


async def main() -> int:
    """Print the figures, and return 1 when a bar is missed."""
    print(machine(), HEADER, sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        late = await _killed(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        lost = await _soak(Path(folder))
    return int(late or lost)


async def _killed(folder: Path) -> bool:
    """Kill a server in the middle of a program, again and again."""
    seconds = []
    async with engine_over(folder, plain_server()) as engine:
        await run(engine, "plain.nothing()")
        for _ in range(7):
            seconds.append(await _known_after(engine))
            assert (await run(engine, "plain.add(a=1, b=2)['sum']")).value == 3
    print(row("a killed server is an error in its program", seconds, bar=f"{KNOWN_SECONDS * 1000:.0f}"))
    return sorted(seconds)[len(seconds) // 2] > KNOWN_SECONDS


async def _known_after(engine: Engine) -> float:
    started = await engine.start(execution("plain.sleep(seconds=60)"))
    killed = 0.0
    async for event in started.events():
        if isinstance(event.what, CallStarted):
            # The call is on its way once the server had time to read it.
            await asyncio.sleep(0.1)
            os.kill(_servers()[0].pid, signal.SIGKILL)
            killed = time.time()
        if isinstance(event.what, CallFinished):
            assert event.what.failure is not None
            assert event.what.failure.kind == "unavailable"
            return event.time - killed
    raise AssertionError("the call did not come back")


async def _soak(folder: Path) -> bool:
    """Make many calls over several servers while one dies every second: every call has one reply, its own."""
    pool = Pool(
        [_plain(number) for number in range(SERVERS)],
        resolve=lambda config: lambda text: text,
        logs=folder / "logs",
        logins=Logins(folder / "logins", remember=lambda secret: None),
    )
    counts: Counter[str] = Counter()
    killer = asyncio.create_task(_kill_one_every_second(counts))
    settled = 0
    began = time.perf_counter()
    for first in range(0, CALLS, AT_ONCE):
        if first == _SETTLED:
            settled = _memory()
        batch = range(first, first + AT_ONCE)
        for number, result in zip(batch, await asyncio.gather(*(_call(pool, n) for n in batch)), strict=True):
            counts[_judged(number, result)] += 1
    seconds, grown = time.perf_counter() - began, (_memory() - settled) / 1e6
    killer.cancel()
    tasks = len(asyncio.all_tasks())
    await pool.close()
    left = len(_servers())
    print(
        f"{CALLS} calls in {seconds:.0f} s, {counts['killed']} servers killed: {counts['right']} answered, "
        f"{counts['told']} told that their server was lost, {counts['wrong']} wrong or without reply (bar: 0); "
        f"memory grew by {grown:.1f} MB (bar: {_MOST_GROWTH_MB:.0f}), {tasks} tasks at the end, {left} processes left"
    )
    return bool(counts["wrong"] or left or grown > _MOST_GROWTH_MB)


async def _kill_one_every_second(counts: Counter[str]) -> None:
    while True:
        await asyncio.sleep(1)
        servers = _servers()
        if servers:
            os.kill(servers[counts["killed"] % len(servers)].pid, signal.SIGKILL)
            counts["killed"] += 1


async def _call(pool: Pool, number: int) -> ToolResult:
    call = ToolCall(
        run="soak",
        server=f"s{number % SERVERS}",
        tool="add",
        arguments={"a": number, "b": 1},
        deadline=time.time() + 30,
    )
    return await asyncio.wait_for(pool.call(call), 60)


def _judged(number: int, result: ToolResult) -> str:
    if result.failure is not None:
        return "told" if result.failure.kind == "unavailable" else "wrong"
    return "right" if result.value == {"sum": number + 1} else "wrong"


def _plain(number: int) -> ServerConfig:
    return ServerConfig(
        name=f"s{number}",
        transport="stdio",
        command=sys.executable,
        args=("-S", str(PLAIN)),
        origin=Origin(path="<benchmark>"),
    )


def _servers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if str(PLAIN) in child.cmdline()]


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
