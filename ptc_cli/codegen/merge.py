"""One schema out of several that all hold: `allOf`, what stands beside a `$ref`, a parent of alternatives.

What cannot be merged is left out, never invented: the outcome allows at least what all the parts allow together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.schema import TYPING_KEYS, Document, Node, branches, node, properties, types
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical

MAX_PARTS = 200


def flatten(schema: JsonObject, document: Document, budget: Budget) -> Node:
    """Return a schema with its own `$ref` followed, its `allOf` merged and the properties of its conditions added."""
    if "$ref" not in schema and "allOf" not in schema:
        return with_conditional(schema)
    merged: Node = True
    for part in conjuncts(schema, document, budget):
        if isinstance(part, dict) and not budget.spend(1 + len(properties(part))):
            break
        merged = merge(merged, part)
    return with_conditional(merged) if isinstance(merged, dict) else merged


def conjuncts(schema: JsonObject, document: Document, budget: Budget) -> list[Node]:
    """Return the parts that all hold of a schema, none of them a reference or an `allOf`, and none of them idle."""
    parts: list[Node] = []
    seen: set[int] = set()
    waiting: list[Node] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, bool):
            parts.extend([] if part else [False])
            continue
        if id(part) in seen:
            continue
        seen.add(id(part))
        if len(seen) > MAX_PARTS:
            budget.lose(f"more than {MAX_PARTS} parts of an allOf")
            break
        waiting.extend(_inner(part, document, budget))
        own = {key: value for key, value in part.items() if key not in ("$ref", "allOf")}
        if not isinstance(part.get("items"), list):
            # It counts only beside a list of its own.
            own.pop("additionalItems", None)
        if own.keys() & TYPING_KEYS and not document.is_bare(part):
            parts.append(own)
    return parts


def sole_part(schema: JsonObject) -> JsonObject | None:
    """Return the one schema that an `allOf` only wraps, so that it keeps its name; None if it does more."""
    if "allOf" not in schema or schema.keys() & TYPING_KEYS != {"allOf"}:
        return None
    parts = [part for part in branches(schema, "allOf") if part is not True and not _is_idle(part)]
    return parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else None


def _is_idle(part: Node) -> bool:
    return isinstance(part, dict) and not part.keys() & TYPING_KEYS


def _inner(part: JsonObject, document: Document, budget: Budget) -> Iterable[Node]:
    """Return what a schema refers to and what its `allOf` lists, last first."""
    inner = [] if document.ignores_siblings and "$ref" in part else branches(part, "allOf")[::-1]
    if "$ref" in part:
        target = document.resolve(part)
        if target is None:
            budget.lose("a $ref that leads nowhere in its document")
        else:
            inner.append(target)
    return inner


def merge(first: Node, second: Node) -> Node:
    """Return a schema of what two schemas both allow."""
    if first is False or second is False:
        return False
    if first is True or second is True:
        return second if first is True else first
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    merged = {**second, **first}
    for key in first.keys() & second.keys() & _RULES.keys():
        merged[key] = _RULES[key](first[key], second[key])
    if "anyOf" in first and "anyOf" in second and "oneOf" not in merged:
        # Both kinds of alternatives are a union to us, so the second one can stand in the other's place.
        merged["oneOf"] = second["anyOf"]
    return False if merged.get("type") == [] else merged


def both(first: JsonValue, second: JsonValue) -> JsonValue:
    """Return a schema of two that both hold, to be merged when somebody reads it."""
    if first is second or first is True or second is False or first == {}:
        return second
    if second is True or first is False or second == {}:
        return first
    if isinstance(first, dict) and first.keys() == {"allOf"} and len(first["allOf"]) < MAX_PARTS:
        return {"allOf": [*first["allOf"], second]}
    return {"allOf": [first, second]}


def with_conditional(schema: JsonObject) -> JsonObject:
    """Return an object schema that also has the properties which only its conditions name, as optional ones."""
    says_object = "object" in types(schema) or "properties" in schema
    if not says_object or not schema.keys() & {"then", "else", "dependentSchemas"}:
        return schema
    dependent = schema.get("dependentSchemas")
    parts = [
        schema.get("if"),
        schema.get("then"),
        schema.get("else"),
        *(dependent.values() if isinstance(dependent, dict) else ()),
    ]
    names = [name for part in parts if isinstance(part, dict) for name in properties(part)]
    if not names:
        return schema
    return {**schema, "properties": {**properties(schema), **dict.fromkeys(names, True), **properties(schema)}}


def _types(first: JsonValue, second: JsonValue) -> JsonValue:
    one, other = types({"type": first}), types({"type": second})
    if not one or not other:
        return first if one else second
    kept = [kind for kind in one if kind in other or (kind == "integer" and "number" in other)]
    kept += [kind for kind in other if kind == "integer" and "number" in one and kind not in one]
    return kept[0] if len(kept) == 1 else kept


def _properties(first: JsonValue, second: JsonValue) -> JsonValue:
    one, other = (value if isinstance(value, dict) else {} for value in (first, second))
    return {**one, **{name: both(one[name], value) if name in one else value for name, value in other.items()}}


def _listed(first: JsonValue, second: JsonValue) -> JsonValue:
    return [*(first if isinstance(first, list) else []), *(second if isinstance(second, list) else [])]


def _enumerated(first: JsonValue, second: JsonValue) -> JsonValue:
    if not isinstance(first, list) or not isinstance(second, list):
        return first if isinstance(first, list) else second
    known = {canonical(value) for value in second}
    return [value for value in first if canonical(value) in known]


def _extra(first: JsonValue, second: JsonValue) -> JsonValue:
    if isinstance(first, dict) and isinstance(second, dict):
        return both(first, second)
    return first if isinstance(first, dict) else second if isinstance(second, dict) else first and second


def _items(first: JsonValue, second: JsonValue) -> JsonValue:
    return both(node(first), node(second)) if not isinstance(first, list) and not isinstance(second, list) else first


def _fewest(first: JsonValue, second: JsonValue) -> JsonValue:
    numbers = [value for value in (first, second) if isinstance(value, int)]
    return min(numbers, default=None)


def _most(first: JsonValue, second: JsonValue) -> JsonValue:
    numbers = [value for value in (first, second) if isinstance(value, int)]
    return max(numbers, default=None)


_RULES: Mapping[str, Callable[[JsonValue, JsonValue], JsonValue]] = {
    "additionalProperties": _extra,
    "allOf": _listed,
    "enum": _enumerated,
    "items": _items,
    "maxItems": _fewest,
    "minItems": _most,
    "nullable": lambda first, second: first is True and second is True,
    "patternProperties": _properties,
    "properties": _properties,
    "required": _listed,
    "type": _types,
}
