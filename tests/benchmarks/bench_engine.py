"""Programs through the engine, warm: what a front door adds nothing to but its own wire.

Run as `python -m tests.benchmarks.bench_engine`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from ptc_cli.engine import Engine
from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import CALLER, engine_over, plain_server, run

RUNS = 100
PROGRAMS = {
    "program without a call": ("1 + 1", ""),
    "program with 1 call": ("plain.add(a=1, b=2)['sum']", "15"),
    "program with 10 calls": ("[plain.add(a=i, b=2)['sum'] for i in range(10)]", "30"),
    "program with 100 sequential calls over stdio": ("[plain.add(a=i, b=2)['sum'] for i in range(100)]", "200"),
    "program with 100 calls at once over stdio": (
        "import asyncio\nr = await asyncio.gather(*(plain.add(a=i, b=2) for i in range(100)))\nlen(r)",
        "150",
    ),
}


async def timed(engine: Engine, source: str) -> float:
    """Return the seconds that one program takes, checked anew like any program."""
    started = time.perf_counter()
    result = await run(engine, source)
    assert result.status == "ok", result
    return time.perf_counter() - started


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with engine_over(Path(folder), plain_server()) as engine:
            await engine.warm(CALLER)
            await run(engine, "plain.echo(text='x')")
            print(machine())
            print(HEADER)
            for name, (source, bar) in PROGRAMS.items():
                samples = [await timed(engine, f"{source}  # {number}") for number in range(RUNS)]
                print(row(f"{name}, checked and run", samples[5:], bar=bar))
            shell = await engine.shell(CALLER)
            await shell.run("ls")
            samples = []
            for _ in range(RUNS):
                started = time.perf_counter()
                await shell.run("ls")
                samples.append(time.perf_counter() - started)
            print(row("ls in the shell", samples, bar="2"))


if __name__ == "__main__":
    asyncio.run(main())
