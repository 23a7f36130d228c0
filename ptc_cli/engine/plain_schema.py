"""Schemas that say no more than which scalars an object has: most tools' do, and jsonschema takes 15 us to agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

Types: TypeAlias = tuple[type, ...]

_TYPES: Mapping[str, Types] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_REMARKS = frozenset({"title", "description", "default", "examples", "$comment"})
_OBJECT = frozenset({"$schema", "type", "properties", "required", "additionalProperties"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSchema:
    """An object with members of known types."""

    members: Mapping[str, Types]
    required: frozenset[str]

    def admits(self, value: JsonValue) -> bool:
        """Say whether a value fits beyond doubt; what does not, may fit all the same."""
        if type(value) is not dict or not self.required.issubset(value):
            return False
        return all(name in self.members and type(each) in self.members[name] for name, each in value.items())


def plain(schema: JsonObject) -> PlainSchema | None:
    """Return what a schema comes to; None where it says more than a `PlainSchema` can."""
    members, required = schema.get("properties", {}), schema.get("required", [])
    if schema.get("type") != "object" or not schema.keys() <= _OBJECT | _REMARKS or not isinstance(members, dict):
        return None
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return None
    types = {name: _types(each) for name, each in members.items()}
    known = {name: found for name, found in types.items() if found is not None}
    return PlainSchema(members=known, required=frozenset(required)) if len(known) == len(types) else None


def _types(member: object) -> Types | None:
    if not isinstance(member, dict) or not member.keys() <= _REMARKS | {"type"}:
        return None
    name = member.get("type")
    return _TYPES.get(name) if isinstance(name, str) else None
