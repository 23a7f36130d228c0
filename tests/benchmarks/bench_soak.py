"""Three thousand random programs in a row: verdicts as of fresh processes, and memory that does not grow.

Run as `python -m tests.benchmarks.bench_soak [SEED]`.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from ptc_cli.check.checker import Checker
from ptc_cli.core.program import Program
from tests.benchmarks.figures import HEADER, machine, row
from tests.unit.check.soak import Verdict, random_programs, verdict
from tests.unit.check.views import CRM_VIEW, runtime_stub

COUNT, SAMPLED = 3000, 300
_SETTLED = 500
"""After so many programs every module of the standard library that they import has been loaded."""

_MOST_GROWTH = 15.0
"""In megabytes, of both processes together."""


async def main(seed: int) -> int:
    """Print the figures, and return 1 when a bar is missed."""
    print(f"{machine()}, seed {seed}\n{HEADER}")
    programs = [Program.of(text) for text in random_programs(seed, COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        verdicts, growth = await _warm(programs, Path(folder))
        sample = random.Random(seed).sample(range(COUNT), SAMPLED)
        differing = [number for number in sample if await _fresh(programs[number], Path(folder)) != verdicts[number]]
    for number in differing:
        print(f"\nprogram {number} is judged otherwise by a fresh process:\n{programs[number].source}")
    rejected = sum(bool(said) for _, said in verdicts)
    print(f"{len(differing)} of {SAMPLED} verdicts differ; {rejected} of {COUNT} programs had remarks")
    print(f"memory grew by {growth:.1f} MB after program {_SETTLED} (bar: {_MOST_GROWTH:.0f})")
    return int(bool(differing) or growth > _MOST_GROWTH)


async def _warm(programs: list[Program], folder: Path) -> tuple[list[Verdict], float]:
    checker = Checker(cache=folder, runtime_stub=runtime_stub)
    verdicts, seconds, settled = [], [], 0.0
    for number, program in enumerate(programs):
        started = time.perf_counter()
        verdicts.append(verdict(await checker.check(program, CRM_VIEW)))
        seconds.append(time.perf_counter() - started)
        if number == _SETTLED:
            settled = _megabytes(checker.pids)
    growth = _megabytes(checker.pids) - settled
    await checker.close()
    print(row("check of a random program", seconds[_SETTLED:]))
    return verdicts, growth


async def _fresh(program: Program, folder: Path) -> Verdict:
    checker = Checker(cache=folder, runtime_stub=runtime_stub)
    said = verdict(await checker.check(program, CRM_VIEW))
    await checker.close()
    return said


def _megabytes(pids: tuple[int, ...]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
