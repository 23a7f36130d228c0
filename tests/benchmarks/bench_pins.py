"""What pins cost where a catalog is loaded: `python -m tests.benchmarks.bench_pins`. Bar: 5,000 tools in 500 ms."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from ptc_cli.core.server import ServerListing
from ptc_cli.core.settings import PolicySettings
from ptc_cli.pins import Pins
from tests.benchmarks.figures import HEADER, machine, row
from tests.unit.codegen.making import config, real_schemas, recorded

TOOLS = 5_000


def offer() -> ServerListing:
    """Return a server with many tools, made of what real servers list."""
    real = [spec for path in real_schemas() for spec in recorded(path)]
    tools = tuple(replace(spec, name=f"{spec.name}_{number}") for number, spec in enumerate(islice(cycle(real), TOOLS)))
    return ServerListing(server="demo", status="ok", tools=tools)


def main() -> None:
    listing, known, number = offer(), config(), count()
    digests = {spec.name: spec.digest for spec in listing.tools}
    changed = replace(listing, tools=tuple(replace(spec, description="changed") for spec in listing.tools))
    print(machine())
    print(HEADER)
    with TemporaryDirectory() as folder:

        def pins(name: str = "pins") -> Pins:
            return Pins(Path(folder) / name, PolicySettings())

        pins().cleared(known, listing)
        cases: list[tuple[str, Callable[[], object], str]] = [
            ("compare 5,000 tools of known digests", lambda: pins().cleared(known, listing, digests), "500"),
            ("digest and compare 5,000 tools", lambda: pins().cleared(known, listing), "500"),
            ("hold back 5,000 tools", lambda: pins().cleared(known, changed), "500"),
            ("pin 5,000 tools, first seen", lambda: pins(f"pins{next(number)}").cleared(known, listing), ""),
        ]
        for name, work, bar in cases:
            seconds = []
            for _ in range(7):
                start = time.perf_counter()
                work()
                seconds.append(time.perf_counter() - start)
            print(row(name, seconds, bar=bar))


if __name__ == "__main__":
    main()
