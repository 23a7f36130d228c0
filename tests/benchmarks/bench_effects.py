"""How long it takes to list what a program can do: at three sizes of catalog.

Run as `python -m tests.benchmarks.bench_effects`.
"""

from __future__ import annotations

import statistics
import time

from ptc_cli.core.catalog import View
from ptc_cli.effects import effects
from tests.benchmarks.bench_check import PROGRAM, catalog

_ROUNDS = 200


def main() -> None:
    """Print the figures."""
    lines = PROGRAM.count("\n")
    for tools in (100, 1000, 5000):
        view = catalog(tools)
        taken = sorted(_taken(view) for _ in range(_ROUNDS))
        median, slow = statistics.median(taken), taken[int(_ROUNDS * 0.99)]
        print(f"{lines} lines, {tools:,} tools: median {median:.2f} ms, p99 {slow:.2f} ms (bar: 3 ms)")


def _taken(view: View) -> float:
    started = time.perf_counter()
    effects(PROGRAM, view)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
