"""The described fields inside a schema, as a Markdown list: what types alone do not tell."""

from __future__ import annotations

from collections.abc import Iterator

from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.constraints import described
from ptc_cli.codegen.merge import flatten
from ptc_cli.codegen.schema import Document, Node, branches, node, properties, required
from ptc_cli.codegen.text import code_span
from ptc_cli.core.jsonvalue import JsonObject

MAX_DEPTH = 4
MAX_FIELDS = 100


def outline(schema: Node, path: str, document: Document) -> list[str]:
    """Return a line for each field, at any depth, that has a description or a constraint; a hundred at most."""
    lines: dict[str, None] = {}
    for where, name, is_needed, text in _fields(schema, path, document, Budget(500), MAX_DEPTH):
        if len(lines) == MAX_FIELDS:
            lines["- and more fields that are not listed here"] = None
            break
        place = f"{where}.{name}" if where else name
        lines[f"- {code_span(place)}{'' if is_needed else ' (optional)'}: {text}"] = None
    return list(lines)


def _fields(
    schema: Node, path: str, document: Document, budget: Budget, depth: int
) -> Iterator[tuple[str, str, bool, str]]:
    """Yield path, name, need and text of every field with a text."""
    for where, flat in _objects(schema, path, document, budget, depth):
        needed = frozenset(required(flat))
        for name, value in properties(flat).items():
            if text := described(value, name=name, most=200):
                yield where, name, name in needed, text
            inner = f"{where}.{name}" if where else name
            yield from _fields(node(value), inner, document, budget, depth - 1)


def _objects(
    schema: Node, path: str, document: Document, budget: Budget, depth: int
) -> Iterator[tuple[str, JsonObject]]:
    """Yield the objects that a schema describes: itself, the items of a list, alternatives."""
    if depth == 0 or not isinstance(schema, dict) or not budget.spend():
        return
    flat = flatten(schema, document, budget)
    if not isinstance(flat, dict):
        return
    if properties(flat):
        yield path, flat
    items = flat.get("items")
    if isinstance(items, dict):
        yield from _objects(items, f"{path}[]", document, budget, depth)
    for key in ("anyOf", "oneOf"):
        for branch in branches(flat, key)[:8]:
            yield from _objects(branch, path, document, budget, depth - 1)
