"""How long it takes to render stubs and trees: `python -m tests.benchmarks.bench_codegen`."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import cycle, islice

from ptc_cli.codegen import render, tree
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.server import ServerListing, ToolSpec
from tests.unit.codegen.making import config, real_schemas, recorded, view

TOOLS_PER_SERVER = 50


def listings(count: int) -> list[ServerListing]:
    """Return servers with a number of tools in all, made of what real servers list, each with its own name."""
    real = [each for path in real_schemas() for each in recorded(path)]
    tools = list(islice(cycle(real), count))
    return [
        _listing(f"server{start // TOOLS_PER_SERVER}", tools[start : start + TOOLS_PER_SERVER])
        for start in range(0, count, TOOLS_PER_SERVER)
    ]


def _listing(server: str, tools: list[ToolSpec]) -> ServerListing:
    named = [replace(each, server=server, name=f"{each.name}_{number}") for number, each in enumerate(tools)]
    return ServerListing(server=server, status="ok", tools=tuple(named))


def entries(offered: list[ServerListing]) -> list[ServerEntry]:
    made = []
    for listing in offered:
        server = config(listing.server)
        made.append(ServerEntry(config=server, listing=listing, stub=render(server, listing, module=listing.server)))
    return made


def report(what: str, run: Callable[[], object], times: int) -> None:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    ordered = sorted(seconds)
    median, worst = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"{what:42} median {median * 1e3:8.1f} ms   p99 {worst * 1e3:8.1f}   spread {ordered[0] * 1e3:.1f}..", end="")
    print(f"{ordered[-1] * 1e3:.1f}   n={times}")


def main() -> None:
    print(f"{platform.platform()}, Python {platform.python_version()}")
    for count, times in ((250, 40), (5_000, 7)):
        offered = listings(count)
        report(f"render {count} tools", partial(entries, offered), times)
    made = entries(listings(5_000))
    report("tree of 5000 tools, from nothing", lambda: tree(view(*map(replace, made))), 5)
    report("tree of 5000 tools, one server changed", lambda: tree(view(replace(made[0]), *made[1:])), 40)


if __name__ == "__main__":
    main()
