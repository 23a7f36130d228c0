"""The parameters of a tool: which ones there are, whatever shape its input schema has."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.merge import flatten, merge
from ptc_cli.codegen.schema import Document, Node, branches, node, properties, required, types
from ptc_cli.codegen.text import one_line
from ptc_cli.core.jsonvalue import JsonObject

MAX_FLATTENED = 64
MAX_LEVELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a tool may be called with."""

    schemas: dict[str, Node]
    """By wire name, in the order of the declaration."""

    required: tuple[str, ...]
    """In the order of `properties`, then those that are not among them."""

    extra: Node = False
    """What any other argument must be; False for none."""


class NotAnObjectError(ValueError):
    """An input schema that no set of named arguments can fit."""


def arguments(document: Document, budget: Budget) -> Arguments:
    """Return what a tool may be called with.

    Raises:
        NotAnObjectError: The schema describes something else than an object.
    """
    root = document.root
    schema = flatten(root, document, budget) if isinstance(root, dict) else root
    if schema is True:
        schema = {}
    if not isinstance(schema, dict):
        raise NotAnObjectError("its input schema allows no arguments at all, not even none")
    schema = _without_alternatives(schema, document, budget, MAX_LEVELS)
    kinds = types(schema)
    if kinds and "object" not in kinds:
        raise NotAnObjectError(f"its input schema is of type {one_line(' or '.join(kinds), 60)}, not object")
    return _arguments(schema)


def _arguments(schema: JsonObject) -> Arguments:
    wanted = dict.fromkeys(required(schema))
    known: dict[str, Node] = {name: node(value) for name, value in properties(schema).items()}
    extra = node(schema.get("additionalProperties", False))
    for name in wanted:
        known.setdefault(name, extra if isinstance(extra, dict) else True)
    # Where parameters are named, `true` is how many generators say nothing; a wrong name should still be found.
    if known and extra in (True, {}):
        extra = False
    return Arguments(schemas=known, required=tuple(name for name in known if name in wanted), extra=extra)


def _without_alternatives(schema: JsonObject, document: Document, budget: Budget, levels: int) -> JsonObject:
    """Return one object schema for several: every property of any, required what all require."""
    key = next((key for key in ("anyOf", "oneOf") if branches(schema, key)), None)
    if key is None or levels == 0:
        return schema
    beside = {name: value for name, value in schema.items() if name != key}
    found: list[JsonObject] = []
    for branch in branches(schema, key)[:MAX_FLATTENED]:
        flat = flatten(branch, document, budget) if isinstance(branch, dict) else branch
        merged = merge(beside, flat)
        if isinstance(merged, dict) and budget.spend(1 + len(properties(merged))):
            found.append(_without_alternatives(merged, document, budget, levels - 1))
    if len(branches(schema, key)) > MAX_FLATTENED or len({frozenset(required(each)) for each in found}) > 1:
        budget.lose("which arguments go together: alternatives at the top")
    return _joined(beside, found)


def _joined(beside: JsonObject, found: list[JsonObject]) -> JsonObject:
    known: dict[str, list[Node]] = {}
    for each in found:
        for name, value in properties(each).items():
            several = known.setdefault(name, [])
            if value not in several:
                several.append(node(value))
    shared = frozenset.intersection(*(frozenset(required(each)) for each in found)) if found else frozenset()
    joined = {name: several[0] if len(several) == 1 else {"anyOf": several} for name, several in known.items()}
    return {**beside, "properties": joined, "required": sorted(shared)}
