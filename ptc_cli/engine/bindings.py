"""The servers that a program can reach by name."""

from __future__ import annotations

import re
from collections.abc import Collection

from ptc_cli.core.catalog import View
from ptc_cli.core.execution import ModuleBinding

# A program that looks names up in ways of its own gets every server; others get those they mention, since the whole
# of 5,000 tools would cost each run a millisecond.
_LOOKS_UP = re.compile(
    r"\b(?:getattr|vars|dir|eval|exec|compile|__\w+__|importlib|import_module|inspect|pkgutil)\b|import\s*\*|\btools\s*\(|\btools\b\s*(?![.\w\s])"
)
_WORD = re.compile(r"\w+")


def mentioned(source: str, names: Collection[str]) -> frozenset[str]:
    """Return those names that a program may mean: all of them, if it looks names up in ways of its own."""
    words = set(_WORD.findall(source))
    if _LOOKS_UP.search(source) or any(word.startswith("mcp__") for word in words):
        return frozenset(names)
    # A server's name that is no identifier stands in quotes, as `ptc.call` takes it.
    return frozenset(name for name in names if name in words or (not name.isidentifier() and name in source))


def bindings(source: str, view: View) -> tuple[ModuleBinding, ...]:
    """Return what the worker needs to know of the servers that a program may use."""
    names = mentioned(source, {name for entry in view.servers for name in (entry.name, entry.stub.module)})
    return tuple(
        ModuleBinding.of(entry.stub) for entry in view.servers if entry.stub.module in names or entry.name in names
    )
