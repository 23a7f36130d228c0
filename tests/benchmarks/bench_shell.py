"""How fast the shell and its tree are: `python tests/benchmarks/bench_shell.py`. Medians with spread, and bars.

The tree is one of 20 servers with 50 tools each, then one of 100 servers; memory is measured at the second. Commands
run on the calling thread; `Shell.run` adds a hop to another.
"""

from __future__ import annotations

import gc
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import Folder, LazyFile, VirtualTree

ROUNDS = 21
COMMANDS: dict[str, tuple[float | None, float | None]] = {
    "echo hi": (0.2, 0.2),
    "ls": (0.3, 0.3),
    "cat /README.md": (0.3, 0.3),
    "cd /docs; export A=1": (None, None),
    "grep -rn issue /docs": (12, 60),
    "grep -rnE 'issue [0-9]+$' /docs": (12, 60),
    "grep -rniwo 'ISSUE' --include='*.md' /docs": (12, 60),
    "rg -n issue /docs": (12, 60),
    "find . -name '*1.md'": (None, 60),
    "find /docs -type f | xargs grep -l issue": (None, None),
    "ls /docs | while read s; do grep -c issue /docs/$s/tool_1.md; done": (None, None),
    "tree -L 2": (None, None),
    "jq .name /schemas/s1/tool_1.json": (None, None),
    "cat nope": (None, None),
}
"""Bars in milliseconds, at 20 servers and at 100."""

DOC = "# tool_{tool}\n\nWorks on an issue {tool} of a project.\n\n" + "A line that describes a parameter.\n" * 12


def files(servers: int, tools: int, *, changed: int | None = None) -> dict[str, str]:
    """Return the texts of a tree, as large as generated ones are."""
    found = {"/README.md": "# Tools\n" * 20, "/tools/__init__.pyi": ""}
    for server in range(servers):
        mark = " (changed)" if server == changed else ""
        found[f"/tools/s{server}.pyi"] = "".join(f"def tool_{t}(x: str) -> int: ...{mark}\n" for t in range(tools))
        for tool in range(tools):
            found[f"/docs/s{server}/tool_{tool}.md"] = DOC.format(tool=tool) + mark
            found[f"/schemas/s{server}/tool_{tool}.json"] = '{"name": "tool", "inputSchema": {"type": "object"}}'
    return found


def shown(name: str, what: Callable[[], object], rounds: int = ROUNDS, *, bar: float | None = None) -> None:
    """Print the median and the spread of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        times.append((time.perf_counter() - began) * 1000)
    limit = "" if bar is None else f"bar {bar:g}"
    print(f"  {name:68}{statistics.median(times):9.2f} ms  ({min(times):.2f} to {max(times):.2f})  {limit}")


def overlay(kept: dict[str, Folder]) -> Folder:
    """Return what stands beside the tree: the folder of runs is new for each command, the runs in it are not."""
    return Folder({"runs": Folder(kept)})


def beside_runs(shell: Shell, command: str, kept: dict[str, Folder]) -> None:
    """Run a command that may look at runs."""
    shell.run_blocking(command, shell.session(), overlay(kept))


def finished_run(number: int) -> Folder:
    """Return a run's folder of five files, each made when it is read."""
    text = f"line of run {number}\n".encode() * 100
    names = ("program.py", "stdout", "stderr", "value.json", "calls.jsonl")
    return Folder({name: LazyFile(size=len(text), make=lambda: text) for name in names})


def resident_megabytes() -> float:
    """Return how much memory the process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def bench(servers: int, tools: int, column: int) -> None:
    """Print a table for one size of tree."""
    texts = files(servers, tools)
    print(f"\n{servers} servers x {tools} tools, {len(texts):,} files")
    gc.collect()
    before = resident_megabytes()
    tree = VirtualTree(StubTree(files=texts))
    shell = Shell(tree)
    shell.run_blocking("cat /docs/s1/*", shell.session())
    print(f"  tree and mirror take {resident_megabytes() - before:.0f} MB, bar 150")
    shown("build the tree", lambda: VirtualTree(StubTree(files=texts)), 5, bar=1000)
    versions = [StubTree(files=files(servers, tools, changed=1)), StubTree(files=texts)]
    shown("first command, which fills the mirror", lambda: Shell(tree).run_blocking("ls", shell.session()), 3)
    shown("one server changes", lambda: tree.update(versions[(tree.generation - 1) % 2]), bar=10)
    for command, bars in COMMANDS.items():
        shown(command, partial(shell.run_blocking, command, shell.session()), bar=bars[column])
    kept = {f"r{number:02}": finished_run(number) for number in range(20)}
    for command in ("echo hi", "tail -1 /runs/r19/stdout", "cat /runs/*/stdout"):
        shown(f"{command} (beside 20 runs of 5 files)", partial(beside_runs, shell, command, kept))


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    bench(20, 50, 0)
    bench(100, 50, 1)
