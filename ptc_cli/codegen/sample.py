"""Values that a schema allows, for examples."""

from __future__ import annotations

import math

from ptc_cli.codegen.annotation import EXACT_INTEGER
from ptc_cli.codegen.annotator import matches
from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.merge import both, flatten
from ptc_cli.codegen.schema import Document, Node, branches, node, properties, required, text_of, types
from ptc_cli.codegen.text import one_line, quoted
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

MAX_DEPTH = 8

_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "ann@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def sample(schema: Node, name: str, document: Document) -> JsonValue:
    """Return a small value that a schema allows, as far as types go; the same every time."""
    return _Sampler(document).value(schema, name, 0)


def source_of(value: JsonValue) -> str:
    """Return a JSON value as Python source."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(source_of(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {source_of(item)}" for key, item in value.items()) + "}"
    return repr(value)


class _Sampler:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._budget = Budget(500)

    def value(self, schema: Node, name: str, depth: int) -> JsonValue:
        if not isinstance(schema, dict) or depth > MAX_DEPTH or not self._budget.spend():
            return one_line(name, 40)
        flat = flatten(schema, self._document, self._budget)
        if not isinstance(flat, dict):
            return one_line(name, 40)
        for key in ("anyOf", "oneOf"):
            if "enum" not in flat and "const" not in flat and branches(flat, key):
                return self._alternative(flat, key, name, depth)
        return self._flat(flat, name, depth)

    def _flat(self, schema: JsonObject, name: str, depth: int) -> JsonValue:
        kind = _kind(schema)
        for candidate in _stated(schema):
            if _is_plain(candidate) and (kind is None or matches(kind, candidate)):
                return candidate
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return _text(schema, name)

    def _alternative(self, schema: JsonObject, key: str, name: str, depth: int) -> JsonValue:
        beside = {word: value for word, value in schema.items() if word != key}
        several = [branch for branch in branches(schema, key) if branch is not False]
        told = [branch for branch in several if not (isinstance(branch, dict) and types(branch) == ("null",))]
        chosen = (told or several or [True])[0]
        return self.value(node(both(beside, chosen)), name, depth + 1)

    def _array(self, schema: JsonObject, name: str, depth: int) -> JsonValue:
        items = schema.get("items")
        listed = items if isinstance(items, list) else branches(schema, "prefixItems")
        if listed:
            return [self.value(node(item), name, depth + 1) for item in listed[:8]]
        fewest = schema.get("minItems")
        count = min(max(fewest, 1), 3) if isinstance(fewest, int) else 1
        if items is False or depth >= MAX_DEPTH:
            return []
        return [self.value(node(items), name, depth + 1)] * count

    def _object(self, schema: JsonObject, depth: int) -> JsonValue:
        known = properties(schema)
        if not known:
            extra = schema.get("additionalProperties")
            return {"key": self.value(extra, "value", depth + 1)} if isinstance(extra, dict) else {}
        return {name: self.value(node(known.get(name, True)), name, depth + 1) for name in required(schema)}


def _kind(schema: JsonObject) -> str | None:
    kinds = [kind for kind in types(schema) if kind != "null"] or list(types(schema))
    if kinds:
        return kinds[0]
    if properties(schema) or isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else None


def _stated(schema: JsonObject) -> list[JsonValue]:
    """Return the values that a schema itself gives, best first."""
    if "const" in schema:
        return [schema["const"]]
    enum, examples = schema.get("enum"), schema.get("examples")
    if isinstance(enum, list):
        return [value for value in enum if value is not None] + enum
    default = [schema["default"]] if schema.get("default") is not None else []
    return [*(examples[:1] if isinstance(examples, list) else []), *default]


def _is_plain(value: JsonValue) -> bool:
    if isinstance(value, str):
        return len(value) <= 60 and value.isprintable()
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, int) and abs(value) <= EXACT_INTEGER)


def _text(schema: JsonObject, name: str) -> str:
    known = _FORMATS.get(text_of(schema, "format"))
    if known:
        return known
    text = one_line(name, 40) or "text"
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least <= 100:
        text = (text * least)[:least]
    return text[:most] if isinstance(most, int) and 0 < most < len(text) else text


def _number(schema: JsonObject) -> JsonValue:
    least, above, most = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if _is_plain(least) and isinstance(least, (int, float)):
        return least if schema.get("type") == "number" else math.ceil(least)
    if _is_plain(above) and isinstance(above, (int, float)) and not isinstance(above, bool):
        return math.floor(above) + 1
    return min(1, math.floor(most)) if _is_plain(most) and isinstance(most, (int, float)) else 1
