"""How long a check takes: warm at three sizes of catalog, after a change of one stub, and in a fresh process.

Run as `python -m tests.benchmarks.bench_check`.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ptc_cli.check.checker import Checker
from ptc_cli.core.catalog import ServerEntry, View
from ptc_cli.core.program import Program
from tests.unit.check.views import runtime_stub, server, view_of

_TOOLS_PER_SERVER = 40
_HEAD = "from typing import Any, Literal, NotRequired, TypedDict\n"
_TOOL = '''
class Item{n}(TypedDict):
    id: int
    name: str
    email: str | None
    tags: list[str]
    status: Literal["lead", "active", "closed"]
    extra: NotRequired[dict[str, Any]]

def get_{n}(id: int, *, limit: int = 50, status: Literal["lead", "active", "closed"] = ...) -> Item{n}:
    """Thing {n} of this server, by its id."""
    ...
'''

PROGRAM = "from tools import server_0\nimport json, re\nout = []\n" + "".join(
    f"item_{n} = server_0.get_{n % 20}({n}, limit=3)\nout.append(item_{n}['name'].lower())\n" for n in range(18)
)


HELPERS = (
    "from tools import server_0\n"
    + "".join(f"def name_{n}(item):\n    return item['name'].lower()\n" for n in range(5))
    + "".join(f"item_{n} = server_0.get_{n % 5}({n}, limit=3)\nprint(name_{n % 5}(item_{n}))\n" for n in range(14))
)


def catalog(tools: int) -> View:
    """Return a view of so many tools."""
    counts = [_TOOLS_PER_SERVER] * (tools // _TOOLS_PER_SERVER) + [tools % _TOOLS_PER_SERVER]
    return view_of(*(_server(number, count) for number, count in enumerate(counts) if count))


def _server(number: int, tools: int) -> ServerEntry:
    return server(f"server_{number}", _HEAD + "".join(_TOOL.format(n=n) for n in range(tools)))


async def main() -> None:
    """Print the figures."""
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for tools in (100, 1000, 5000):
        await _bench(tools, catalog(tools))


async def _bench(tools: int, view: View) -> None:
    with tempfile.TemporaryDirectory() as folder:
        without = [await _cold(Path(folder) / str(run), view) for run in range(3)]
        cached = [await _cold(Path(folder) / "0", view) for run in range(5)]
        checker = Checker(cache=Path(folder) / "0", runtime_stub=runtime_stub)
        await checker.check(Program.of(PROGRAM), view)
        warm = [await _timed(checker, f"{PROGRAM}# {run}\n", view) for run in range(300)]
        changed = [await _timed(checker, PROGRAM, _changed(view, run)) for run in range(10)]
        helpers = [await _timed(checker, f"{HELPERS}# {run}\n", view) for run in range(100)]
        taught = _taught(view)
        await _timed(checker, PROGRAM, taught)
        learned = [await _timed(checker, f"{PROGRAM}# {run}\n", taught) for run in range(100)]
        await _timed(checker, f"import asyncio\n{PROGRAM.replace('= server', '= await server')}", view)
        memory = sum(_memory_megabytes(pid) for pid in checker.pids)
        await checker.close()
    _print(f"{tools:>5} tools  warm check", warm)
    _print(f"{tools:>5} tools  warm check, helpers without annotations", helpers)
    _print(f"{tools:>5} tools  warm check, learned result types", learned)
    _print(f"{tools:>5} tools  check after one server's stub changed", changed)
    _print(f"{tools:>5} tools  process and first check, from cache", cached)
    _print(f"{tools:>5} tools  process and first check, without cache", without)
    print(f"{tools:>5} tools  memory of the processes of both faces {memory:.0f} MB")


async def _cold(folder: Path, view: View) -> float:
    checker = Checker(cache=folder, runtime_stub=runtime_stub)
    seconds = await _timed(checker, PROGRAM, view)
    await checker.close()
    return seconds


async def _timed(checker: Checker, source: str, view: View) -> float:
    started = time.perf_counter()
    report = await checker.check(Program.of(source), view)
    seconds = time.perf_counter() - started
    if not report.passed:
        raise SystemExit(f"the program must pass: {report.errors}")
    return seconds


def _changed(view: View, number: int) -> View:
    first = view.servers[0]
    source = f"{first.stub.source}\ndef added_{number}() -> int: ...\n"
    return view_of(server(first.name, source), *view.servers[1:])


def _taught(view: View) -> View:
    first = view.servers[0]
    tools = tuple(replace(tool, result_source="learned", learned_from=3) for tool in first.stub.tools)
    stub = replace(first.stub, learned_source=f"{first.stub.source}\n", tools=tools)
    return view_of(replace(first, stub=stub), *view.servers[1:])


def _memory_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _print(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(each * 1000 for each in seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"{what}: p50 {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms, {len(ordered)} runs")


if __name__ == "__main__":
    asyncio.run(main())
