"""The servers that a program can reach by name."""

from __future__ import annotations

import re

from ptc_cli.core.catalog import View
from ptc_cli.core.execution import ModuleBinding

# A program that looks names up in ways of its own gets every server; others get those they mention, since the whole
# of 5,000 tools would cost each run a millisecond.
_LOOKS_UP = re.compile(
    r"\b(?:getattr|vars|dir|eval|exec|compile|__\w+__|importlib|import_module|inspect|pkgutil)\b|import\s*\*|\btools\s*\(|\btools\b\s*(?![.\w\s])"
)
_WORD = re.compile(r"\w+")


def bindings(source: str, view: View) -> tuple[ModuleBinding, ...]:
    """Return what the worker needs to know of the servers that a program may use."""
    words = set(_WORD.findall(source))
    wants_all = _LOOKS_UP.search(source) is not None
    flat = any(word.startswith("mcp__") for word in words)
    return tuple(
        ModuleBinding.of(entry.stub)
        for entry in view.servers
        if wants_all or flat or entry.stub.module in words or entry.name in words
    )
