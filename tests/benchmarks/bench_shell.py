"""How fast the shell and its tree are: `python tests/benchmarks/bench_shell.py`. Medians with spread, no bars.

The tree is one of 20 servers with 50 tools each, then one of 100 servers.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import VirtualTree

ROUNDS = 21
COMMANDS = (
    "echo hi",
    "ls",
    "cat /README.md",
    "grep -rn issue /docs",
    "grep -rnE 'issue [0-9]+$' /docs",
    "rg -n issue /docs",
    "find . -name '*1.md'",
    "find /docs -type f | xargs grep -l issue",
    "tree -L 2",
    "jq .name /schemas/s1/tool_1.json",
    "cat nope",
)
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


def shown(name: str, what: Callable[[], object], rounds: int = ROUNDS) -> None:
    """Print the median and the spread of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        times.append((time.perf_counter() - began) * 1000)
    print(f"  {name:42}{statistics.median(times):9.2f} ms  ({min(times):.2f} to {max(times):.2f})")


def bench(servers: int, tools: int) -> None:
    """Print a table for one size of tree."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    texts = files(servers, tools)
    print(f"\n{servers} servers x {tools} tools, {len(texts):,} files")
    shown("build the tree", lambda: VirtualTree(StubTree(files=texts)), 5)
    tree = VirtualTree(StubTree(files=texts))
    versions = [StubTree(files=files(servers, tools, changed=1)), StubTree(files=texts)]
    shell = Shell(tree)
    shown("first command, which fills the mirror", lambda: Shell(tree).run_blocking("ls", shell.session()), 3)
    shown("one server changes", lambda: tree.update(versions[(tree.generation - 1) % 2]))
    for command in COMMANDS:
        shown(command, partial(shell.run_blocking, command, shell.session()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  peak memory grew by {(peak - before) / 1024:.0f} MB")


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    bench(20, 50)
    bench(100, 50)
