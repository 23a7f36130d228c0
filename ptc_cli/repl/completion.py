"""What may come next in an entry: servers, tools, keyword arguments, and the values of a Literal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.errors import ToolNotFoundError

_WORD = re.compile(r"\w*\Z")
_PATH = re.compile(r"(?:(?:\btools\.)?\b(?P<module>[^\W\d]\w*)\.)(?P<word>\w*)\Z")
_CALLED = re.compile(r"(?:\btools\.)?\b(?P<module>[^\W\d]\w*)\.(?P<tool>[^\W\d]\w*)\s*\Z")
_KEYWORD = re.compile(r"\b(?P<name>[^\W\d]\w*)\s*=(?!=)")
_VALUE = re.compile(r"\b(?P<name>[^\W\d]\w*)\s*=\s*\Z")
_READ_BACK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text that may come next."""

    text: str
    typed: int
    """How many characters of it are there already."""

    note: str = ""


def candidates(text: str, view: View) -> tuple[Candidate, ...]:
    """Return what may come after a text that ends at the cursor."""
    text = text[-_READ_BACK:]
    spot = _spot(text)
    if spot.quote is not None:
        return tuple(_values(text, spot, view))
    if path := _PATH.search(text):
        return tuple(_tools(path["module"], path["word"], view))
    found = _WORD.search(text)
    word = found[0] if found else ""
    if text.removesuffix(word).endswith("."):
        return ()
    keywords = list(_keywords(text, spot, word, view))
    return tuple(keywords + list(_names(word, view) if word or not keywords else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where the cursor is."""

    call: int | None
    """Index of the parenthesis of the innermost call that is open."""

    quote: int | None
    """Index of the quote of the string that is open."""


def _spot(text: str) -> _Spot:
    brackets: list[int] = []
    quote: int | None = None
    escaped = False
    for index, character in enumerate(text):
        if quote is not None:
            is_end = character == text[quote] and not escaped
            escaped = character == "\\" and not escaped
            quote = None if is_end or character == "\n" else quote
        elif character in "'\"":
            quote = index
        elif character in "([{":
            brackets.append(index)
        elif character in ")]}" and brackets:
            brackets.pop()
    call = brackets[-1] if brackets and text[brackets[-1]] == "(" else None
    return _Spot(call=call, quote=quote)


def _names(word: str, view: View) -> Iterator[Candidate]:
    for entry in view.servers:
        note = f"{len(entry.tools)} tools" if entry.listing.status == "ok" else entry.listing.status
        yield from _candidate(entry.stub.module, word, note)
    yield from _candidate("tools", word, "every server")
    yield from _candidate("ptc", word, "the runtime: errors, progress, dynamic calls")


def _tools(module: str, word: str, view: View) -> Iterator[Candidate]:
    if module == "tools":
        for entry in view.servers:
            yield from _candidate(entry.stub.module, word, f"{len(entry.tools)} tools")
    for entry in view.servers:
        if entry.stub.module == module:
            for tool in entry.tools:
                yield from _candidate(tool.stub.name, word, tool.stub.summary)


def _keywords(text: str, spot: _Spot, word: str, view: View) -> Iterator[Candidate]:
    tool = _called(text, spot, view)
    if tool is None or spot.call is None:
        return
    given = text[spot.call + 1 : len(text) - len(word)]
    if given.strip() and not given.rstrip().endswith(","):
        return
    used = {found["name"] for found in _KEYWORD.finditer(given)}
    for parameter in tool.stub.parameters:
        if parameter.name not in used:
            note = f"{parameter.annotation}  {parameter.description}".rstrip()
            yield from _candidate(f"{parameter.name}=", word, note)


def _values(text: str, spot: _Spot, view: View) -> Iterator[Candidate]:
    tool, quote = _called(text, spot, view), spot.quote
    found = _VALUE.search(text[:quote])
    if tool is None or quote is None or found is None:
        return
    for parameter in tool.stub.parameters:
        if parameter.name == found["name"]:
            for value in _literals(parameter.annotation):
                yield from _candidate(value, text[quote + 1 :], "")


def _called(text: str, spot: _Spot, view: View) -> Tool | None:
    found = _CALLED.search(text[: spot.call]) if spot.call is not None else None
    if found is None:
        return None
    try:
        return view.tool(found["module"], found["tool"])
    except ToolNotFoundError:
        return None


def _literals(annotation: str) -> Iterable[str]:
    try:
        tree = ast.parse(annotation, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _candidate(text: str, word: str, note: str) -> Iterator[Candidate]:
    if text.startswith(word) and text != word:
        yield Candidate(text=text, typed=len(word), note=note)
