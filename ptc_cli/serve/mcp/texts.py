"""The words that lead a model: descriptions of our own tools, and the server's instructions.

Every client pays for these texts in every conversation: a test holds the whole surface of a mode to 700 tokens.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ptc_cli.core.catalog import View

Mode = Literal["catalog", "filesystem", "sidecar"]

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "list_functions": (
            "List the functions that programs can call: servers with counts, or one server's functions with their "
            "signatures."
        ),
        "search_functions": "Find functions by what they do; the best first.",
        "get_function_details": "Show functions in full: parameters, result types, hints, an example.",
        "execute_bash": (
            "Explore the functions that programs can call, as a read-only tree of files, with bash: ls, cat, grep, "
            "find, jq, pipes. Start with `cat /README.md`; `ls /docs/SERVER` lists functions, "
            "`cat /docs/SERVER/FUNCTION.md` shows one in full. It cannot call them or run programs."
        ),
        "execute_python": (
            "Run a Python program in a sandbox that reaches the world only through the functions:\n"
            "from tools import github\n"
            'issues = github.search_issues(query="is:open")\n'
            'len(issues["items"])\n'
            "The program is type-checked first; if that fails, nothing runs. Do all the work in one program: loop, "
            "filter, combine. You get back the value of its last expression and what it prints, so return only what "
            "is needed. A call that fails raises ptc.ToolError. `await` works if you use it throughout. "
            "No other tool of this server can be called inside."
        ),
    }
)
"""Descriptions by the name of the tool; the configuration can replace each."""

_WORKFLOWS: Mapping[Mode, str] = MappingProxyType(
    {
        "catalog": (
            "The tools of the servers below are Python functions, callable only inside programs. Find them with "
            "search_functions or list_functions, read their types with get_function_details, then write one program "
            "for execute_python that does all the work and returns only what is needed."
        ),
        "filesystem": (
            "The tools of the servers below are Python functions, callable only inside programs. Read about them with "
            "execute_bash (`cat /README.md`, `ls /docs/SERVER`, `cat /docs/SERVER/FUNCTION.md`), then write one "
            "program for execute_python that does all the work and returns only what is needed."
        ),
        "sidecar": (
            "The tools of the servers below can be called one by one. For more than one call, for loops and for large "
            "results write one program for execute_python: there each tool is the Python function "
            "that its description begins with."
        ),
    }
)

NO_SERVERS = "No server is configured. A person adds one with: ptc servers add NAME -- COMMAND"

SUMMARY_CHARACTERS = 80
UPSTREAM_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One server, as a line of the instructions."""

    name: str
    count: int | None = None
    """How many functions it has; None while that is not known."""

    summary: str = ""


def upstreams(view: View) -> tuple[Upstream, ...]:
    """Return a line for every server of a view that has something to call."""
    return tuple(
        Upstream(name=entry.name, count=len(entry.tools), summary=first_sentence(entry.listing.instructions))
        for entry in view.servers
        if entry.tools
    )


def instructions(mode: Mode, servers: Sequence[Upstream]) -> str:
    """Return the server's instructions: the workflow, and one line per upstream."""
    lines = [_upstream_line(server) for server in servers[:UPSTREAM_LINES]]
    if len(servers) > UPSTREAM_LINES:
        lines.append(f"- and {len(servers) - UPSTREAM_LINES} more")
    return "\n".join([_WORKFLOWS[mode], "", *(["Servers:", *lines] if lines else [NO_SERVERS])])


def lesson(mode: Mode, task: str) -> str:
    """Return what the prompt says that teaches the workflow."""
    steps = _WORKFLOWS[mode]
    example = DESCRIPTIONS["execute_python"]
    wanted = f"\n\nThe task: {task.strip()}" if task.strip() else ""
    return f"{steps}\n\nexecute_python: {example}{wanted}"


def one_line(text: str, most: int = SUMMARY_CHARACTERS) -> str:
    """Return a stranger's text on one line, with nothing in it that does not print, cut to a length."""
    printable = "".join(character if _prints(character) else " " for character in text[: 4 * most])
    line = " ".join(printable.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def first_sentence(text: str) -> str:
    """Return the first sentence of a stranger's text, on one line."""
    return one_line(one_line(text, 1_000).partition(". ")[0].removesuffix("."))


def _prints(character: str) -> bool:
    # Control, format (bidi and zero-width characters), private and unassigned characters, and surrogates: all "C".
    return not unicodedata.category(character).startswith(("C", "Zl", "Zp"))


def _upstream_line(server: Upstream) -> str:
    count = "" if server.count is None else f": {server.count} function{'' if server.count == 1 else 's'}"
    summary = f" - {server.summary}" if server.summary else ""
    return f"- {one_line(server.name)}{count}{summary}"
