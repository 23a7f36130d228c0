"""Figures as every benchmark prints them: median, p99, spread, and what they are compared with."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence


def machine() -> str:
    """Return what the figures were measured on."""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.release()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )


def row(name: str, seconds: Sequence[float], *, bar: str = "") -> str:
    """Return one line of a table, in milliseconds."""
    ordered = sorted(value * 1000 for value in seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    spread = f"{ordered[0]:.2f}-{ordered[-1]:.2f}"
    return f"{name:58} {statistics.median(ordered):9.2f} {p99:9.2f}  {spread:>18}  {len(ordered):>5}  {bar}"


HEADER = f"{'milliseconds':58} {'median':>9} {'p99':>9}  {'min-max':>18}  {'runs':>5}  bar"
