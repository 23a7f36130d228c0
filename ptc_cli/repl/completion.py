"""What may come next in an entry: names, tools, keyword arguments, keys of results, the values of a Literal."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ptc_cli.core.catalog import Tool, View
from ptc_cli.repl.shapes import Scope, Shape, called, parameters, shape_of
from ptc_cli.repl.spot import Spot, expression_before, spot
from ptc_cli.repl.variables import Variables

_WORD = re.compile(r"\w*\Z")
_COMPARED = re.compile(r"[=!]=\s*\Z")
_GIVEN = re.compile(r"(?<![\w=])(?P<name>[^\W\d]\w*)\s*=\s*\Z")
_GOT = re.compile(r"\.\s*(?:get|pop)\s*\(\s*\Z")
_KEYWORD = re.compile(r"\b(?P<name>[^\W\d]\w*)\s*=(?!=)")
_READ_BACK = 10_000
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text that may come next."""

    text: str
    typed: int
    """How many characters of it are there already."""

    note: str = ""


def candidates(text: str, view: View, *, after: str = "", held: Variables | None = None) -> tuple[Candidate, ...]:
    """Return what may come between a text that ends at the cursor, and the one after it.

    `held` is what the variables of earlier entries hold.
    """
    text = text[-_READ_BACK:]
    here = spot(text)
    if here.is_comment:
        return ()
    variables = Variables(view) if held is None else held.copy()
    variables.add_unfinished(text)
    place = _Place(text, here, view, variables.with_loops_after(after[:_READ_BACK]))
    return tuple(place.texts() if here.quote is not None else place.names(variables))


class _Place:
    """The cursor's place: what is before it, and what is known there."""

    def __init__(self, text: str, here: Spot, view: View, scope: Scope) -> None:
        self._text = text
        self._spot = here
        self._view = view
        self._scope = scope

    def texts(self) -> Iterator[Candidate]:
        """Give what the string may hold that is open."""
        quote = self._spot.quote or 0
        typed = self._text[self._spot.content :]
        yield from _matching(self._keys(quote), typed)
        expected = self._expected(quote, _DEEPEST) or self._compared(quote)
        yield from _matching(((text, "") for text in expected.texts()) if expected else (), typed)

    def names(self, variables: Variables) -> Iterator[Candidate]:
        """Give what a name may be."""
        found = _WORD.search(self._text)
        word = found[0] if found else ""
        before = self._text[: len(self._text) - len(word)]
        if before.rstrip(" ").endswith("."):
            yield from _matching(self._members(before.rstrip(" ")[:-1]), word)
            return
        if not word and before.endswith("["):
            keys = ((f'"{key}"', note) for key, note in self._keys(len(before)))
            yield from _matching(keys, word)
        keywords = [*_matching(self._keywords(before), word)]
        yield from keywords
        if word or not keywords:
            yield from _matching(_names(self._view, variables, with_python=bool(word) and not keywords), word)

    def _keys(self, end: int) -> Iterator[tuple[str, str]]:
        """Give the keys that fit where a key begins: of a result, or of an object that is an argument."""
        if not self._spot.brackets:
            return
        opening = self._spot.brackets[-1]
        before = self._text[opening + 1 : end].strip()
        bracket, shape = self._text[opening], None
        if bracket == "[" and not before:
            shape = shape_of(expression_before(self._text[:opening]), self._scope, self._view)
        elif bracket == "(" and (got := _GOT.search(self._text[:end])):
            shape = shape_of(expression_before(self._text[: got.start()]), self._scope, self._view)
        elif bracket == "{" and (not before or before.endswith(",")):
            shape = self._expected(opening, _DEEPEST)
        for name, each in (shape.fields() if shape is not None else {}).items():
            yield name, str(each)

    def _expected(self, end: int, depth: int) -> Shape | None:
        """Return the type that a value has which begins at a place."""
        opening = next((each for each in reversed(self._spot.brackets) if each < end), None)
        if opening is None or depth == 0:
            return None
        before = self._text[opening + 1 : end]
        match self._text[opening]:
            case "(":
                return self._argument(opening, before)
            case "{" if key := re.search(r"""(['"])(?P<key>[^'"]*)\1\s*:\s*\Z""", before):
                around = self._expected(opening, depth - 1)
                return around.fields().get(key["key"]) if around is not None else None
            case "[" if not before.strip() or before.rstrip().endswith(","):
                around = self._expected(opening, depth - 1)
                return around.element() if around is not None else None
            case _:
                return None

    def _argument(self, opening: int, before: str) -> Shape | None:
        """Return the type of the argument that begins after what was given to a call."""
        tool = self._tool(opening)
        if tool is None:
            return None
        shapes = parameters(tool, self._view)
        if named := _GIVEN.search(before):
            return shapes.get(named["name"])
        positional = [each.name for each in tool.stub.parameters if each.is_required]
        number = before.count(",")
        is_positional = not before.strip() or before.rstrip().endswith(",")
        return shapes.get(positional[number]) if is_positional and number < len(positional) else None

    def _compared(self, end: int) -> Shape | None:
        """Return the type of what a string is compared with."""
        found = _COMPARED.search(self._text[:end])
        if found is None:
            return None
        return shape_of(expression_before(self._text[: found.start()].rstrip()), self._scope, self._view)

    def _members(self, before: str) -> Iterator[tuple[str, str]]:
        owner = expression_before(before)
        match owner:
            case ast.Name(id="tools") if "tools" not in self._scope:
                yield from ((entry.stub.module, f"{len(entry.tools)} tools") for entry in self._view.servers)
            case ast.Name(id="ptc") if "ptc" not in self._scope:
                yield from _runtime()
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="tools"), attr=name) if name not in self._scope:
                entry = self._view.module(name)
                yield from ((tool.stub.name, tool.stub.summary) for tool in (entry.tools if entry else ()))
            case _:
                shape = shape_of(owner, self._scope, self._view)
                yield from ((name, "") for name in (shape.methods() if shape is not None else ()))

    def _keywords(self, before: str) -> Iterator[tuple[str, str]]:
        opening = self._spot.brackets[-1] if self._spot.brackets else None
        tool = self._tool(opening) if opening is not None and self._text[opening] == "(" else None
        if tool is None or opening is None:
            return
        given = before[opening + 1 :]
        if given.strip() and not given.rstrip().endswith(","):
            return
        used = {found["name"] for found in _KEYWORD.finditer(given)}
        for parameter in tool.stub.parameters:
            if parameter.name not in used:
                yield f"{parameter.name}=", f"{parameter.annotation}  {parameter.description}".rstrip()

    def _tool(self, opening: int) -> Tool | None:
        function = expression_before(self._text[:opening])
        return None if function is None else called(function, self._view)


def _names(view: View, variables: Variables, *, with_python: bool) -> Iterator[tuple[str, str]]:
    for name in variables.names:
        yield name, str(variables.shapes.get(name, ""))
    for entry in view.servers:
        listed = f"{len(entry.tools)} tools" if entry.listing.status == "ok" else entry.listing.status
        yield entry.stub.module, listed
    yield "tools", "every server"
    yield "ptc", "the runtime: errors, progress, dynamic calls"
    if with_python:
        yield from ((name, "") for name in keyword.kwlist)
        yield from ((name, "") for name in dir(builtins) if not name.startswith("_"))


@lru_cache(maxsize=1)
def _runtime() -> tuple[tuple[str, str], ...]:
    """Return what the module `ptc` has, each with the first line of what its stub says of it."""
    from ptc_cli.codegen import runtime_stub  # costs 30 ms

    found: list[tuple[str, str]] = []
    for node in ast.parse(runtime_stub("sync")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.append((name, (ast.get_docstring(node) or "").partition("\n")[0]))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                found.append((name, ast.unparse(annotation)))
            case _:
                pass
    return tuple(found)


def _matching(pairs: Iterable[tuple[str, str]], word: str) -> Iterator[Candidate]:
    seen: set[str] = set()
    for text, note in pairs:
        if text.startswith(word) and text != word and text not in seen:
            seen.add(text)
            yield Candidate(text=text, typed=len(word), note=note)
