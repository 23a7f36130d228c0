"""Reading JSON Schema that nobody has validated: whatever is malformed reads as if it were not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias
from urllib.parse import unquote

from ptc_cli.codegen.resources import Resources, pointed
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

Node: TypeAlias = JsonObject | bool
"""A schema: `True` allows everything, `False` nothing."""

MAX_NESTING = 200
"""How deep a schema's JSON may nest: Python's own JSON writer gives up not far beyond."""

MAX_CONTAINERS = 30_000
MAX_CHARACTERS = 4_000_000
MAX_HOPS = 32

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
"""Python types by JSON type."""

TYPING_KEYS = frozenset(
    {
        "$ref", "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "dependentSchemas", "else",
        "enum", "items", "maxItems", "minItems", "nullable", "oneOf", "patternProperties", "prefixItems", "properties",
        "required", "then", "type",
    }
)  # fmt: skip
"""The keywords that a type can say something of."""

UNSAID_KEYS = ("not", "if", "dependentRequired", "dependentSchemas", "dependencies", "contains", "propertyNames",
               "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef")  # fmt: skip
"""The keywords that no annotation says and that a range or a format is not: losses worth naming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How big a JSON value is."""

    nesting: int
    containers: int
    characters: int
    has_resources: bool
    """Whether a part has a `$id` of its own, from which on references mean something else."""

    @property
    def is_too_big(self) -> bool:
        """Whether it is more than anybody reads."""
        return self.containers > MAX_CONTAINERS or self.characters > MAX_CHARACTERS


def measure(root: JsonValue) -> Size:
    """Return how big a value is, without recursion, stopping where it is too big anyway."""
    level: list[JsonValue] = [root]
    nesting = containers = characters = 0
    has_resources = False
    while level and nesting <= MAX_NESTING and containers <= MAX_CONTAINERS and characters <= MAX_CHARACTERS:
        below: list[JsonValue] = []
        for value in level:
            if isinstance(value, dict):
                containers += 1
                has_resources = has_resources or (value is not root and isinstance(value.get("$id"), str))
                below.extend(value.values())
                characters += sum(map(len, value))
            elif isinstance(value, list):
                containers += 1
                below.extend(value)
            elif isinstance(value, str):
                characters += len(value)
        level = below
        nesting += 1
    return Size(nesting=nesting, containers=containers, characters=characters, has_resources=has_resources)


def node(value: JsonValue) -> Node:
    """Return a value as a schema; what is none allows everything."""
    return value if isinstance(value, (dict, bool)) else True


def properties(schema: JsonObject) -> JsonObject:
    """Return the properties of an object schema by name, with what allows nothing left out."""
    found = schema.get("properties")
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if value is not False and isinstance(name, str)}


def required(schema: JsonObject) -> list[str]:
    """Return the names that an object schema requires, each once."""
    found = schema.get("required")
    return list(dict.fromkeys(name for name in found if isinstance(name, str))) if isinstance(found, list) else []


def branches(schema: JsonObject, key: str) -> list[Node]:
    """Return the schemas under `allOf`, `anyOf`, `oneOf` or `prefixItems`."""
    found = schema.get(key)
    return [node(value) for value in found] if isinstance(found, list) else []


def types(schema: JsonObject) -> tuple[str, ...]:
    """Return the JSON types that a schema states; none for any."""
    found = schema.get("type")
    if isinstance(found, str):
        return (found,)
    return tuple(dict.fromkeys(kind for kind in found if isinstance(kind, str))) if isinstance(found, list) else ()


def text_of(schema: JsonValue, key: str) -> str:
    """Return a text that a schema carries, such as its description; empty if there is none."""
    found = schema.get(key) if isinstance(schema, dict) else None
    return found if isinstance(found, str) else ""


class Document:
    """A whole schema, in which local references point."""

    def __init__(self, root: Node, *, size: Size | None = None) -> None:
        self.root = root
        self._size = size
        dialect = text_of(root, "$schema")
        # Up to draft 7 a reference stands alone: validators ignore what is written beside it.
        self.ignores_siblings = any(f"draft-0{number}" in dialect for number in (3, 4, 6, 7))

    def resolve(self, schema: JsonObject) -> Node | None:
        """Follow a schema's `$ref`, and on as long as it only leads to another; None if it leads nowhere.

        Remote references are never fetched.
        """
        found: Node | None = schema
        for _ in range(MAX_HOPS):
            if not isinstance(found, dict) or "$ref" not in found:
                return found
            if found is not schema and not self.is_bare(found):
                return found
            found = self._find(found, found["$ref"])
        return None

    def is_bare(self, schema: JsonObject) -> bool:
        """Say whether a schema is a reference and nothing else that counts."""
        return "$ref" in schema and (self.ignores_siblings or schema.keys() & TYPING_KEYS == {"$ref"})

    def _find(self, schema: JsonObject, ref: JsonValue) -> Node | None:
        if not isinstance(ref, str):
            return None
        if ref in ("", "#") or ref.startswith("#/"):
            # Most documents hold no addresses, and need not be read through for them.
            found = self._resources.find(schema, ref) if self._has_resources else pointed(self.root, unquote(ref[1:]))
        else:
            found = self._resources.find(schema, ref)
        return found if isinstance(found, (dict, bool)) else None

    @property
    def _has_resources(self) -> bool:
        if self._size is None:
            self._size = measure(self.root)
        return self._size.has_resources

    @cached_property
    def _resources(self) -> Resources:
        return Resources(self.root, ignores_siblings=self.ignores_siblings)


def ref_name(schema: JsonObject) -> str:
    """Return the last word of a reference, to name what it points to."""
    ref = schema.get("$ref")
    return unquote(ref).rpartition("/")[2].lstrip("#") if isinstance(ref, str) else ""
