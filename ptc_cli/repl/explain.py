"""What there is to know about a name: a server, a tool, or a variable of the session."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ptc_cli.core import described
from ptc_cli.core.catalog import ServerEntry, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.errors import ToolNotFoundError

_REVEALED = re.compile(r'Revealed type is "(?P<type>.*)"', re.DOTALL)
_TYPED_DICT = re.compile(r"TypedDict\((?P<name>[\w.]+), \{")


def explanation(name: str, view: View) -> str:
    """Return the documentation of a tool, or what a server offers.

    Raises:
        ToolNotFoundError: The view has neither by that name.
    """
    from ptc_cli.codegen import documentation

    path = name.removeprefix("tools.")
    if "." in path:
        tool = view.find(path)
        return documentation(tool, view.server(tool.spec.server))
    entry = _server(path, view)
    lines = [f"{entry.stub.module}.{tool.stub.signature}\n    {tool.stub.summary}" for tool in entry.tools]
    return "\n".join([entry.listing.instructions.strip(), *lines]).strip() or f"server '{entry.name}' has no tools"


def source(name: str, view: View) -> str:
    """Return what programs that use a tool, or a server, are checked against.

    Raises:
        ToolNotFoundError: The view has neither by that name.
    """
    path = name.removeprefix("tools.")
    return described.stub_text(view, view.find(path)) if "." in path else _server(path, view).stub.shown


def reveal(name: str) -> str:
    """Return a program of whose check `revealed` takes the type of a variable."""
    return f"from typing import reveal_type\nreveal_type({name})"


def revealed(name: str, report: CheckReport, view: View) -> str | None:
    """Return a variable with its type, and the classes of the stubs that are in it; None where there is no such one."""
    found = [match for each in report.diagnostics if (match := _REVEALED.search(each.message))]
    if not found or report.errors:
        return None
    text = _shortened(found[0]["type"])
    return "\n\n".join([f"{name}: {text}", *_definitions(text, view)])


def _server(name: str, view: View) -> ServerEntry:
    entry = view.module(name)
    if entry is None:
        view.server(name)
        raise ToolNotFoundError(f"no server '{name}'")
    return entry


def _shortened(text: str) -> str:
    """Return a type with the names of its TypedDicts in place of all that is in them."""
    while found := _TYPED_DICT.search(text):
        end = _closing(text, found.end())
        text = f"{text[: found.start()]}{found['name']}{text[end:]}"
    return text


def _closing(text: str, index: int) -> int:
    """Return where what follows an opening `({` ends."""
    depth = 2
    while depth and index < len(text):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text[index], 0)
        index += 1
    return index


def _definitions(text: str, view: View) -> Iterator[str]:
    words = set(re.findall(r"\w+", text))
    for entry in view.servers:
        for name, definition in entry.stub.definitions.items():
            if name in words:
                yield definition.rstrip()
