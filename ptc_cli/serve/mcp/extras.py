"""What servers say of things besides what they are: passed on as far as it is what the protocol allows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import mcp_types as types
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

M = TypeVar("M", bound=BaseModel)

_RESERVED_LABELS = frozenset({"modelcontextprotocol", "mcp"})

_EXTRAS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        "annotations": TypeAdapter(types.Annotations),
        "icons": TypeAdapter(list[types.Icon]),
        "size": TypeAdapter(Annotated[int, Field(strict=True, ge=0)]),
        "title": TypeAdapter(str),
    }
)
"""What may be said of a thing and is not needed to use it, beside `_meta`."""


def described(kind: type[M], item: JsonObject) -> M | None:
    """Return a thing as its server describes it; None if it is none of the kind."""
    needed = {key: value for key, value in item.items() if key not in _EXTRAS and key != "_meta"}
    try:
        return with_extras(kind.model_validate(needed), item)
    except ValidationError:
        return None


def with_extras(thing: M, extras: Mapping[str, JsonValue]) -> M:
    """Return a thing with what its server says of it; what is not as the protocol has it must not cost the thing."""
    found: dict[str, object] = {}
    for key in _EXTRAS.keys() & extras.keys() & type(thing).model_fields.keys():
        try:
            found[key] = _EXTRAS[key].validate_python(extras[key])
        except ValidationError:
            continue
    if isinstance(meta := extras.get("_meta"), dict):
        found["meta"] = passed_on(meta) or None
    return thing.model_copy(update=found) if found else thing


def passed_on(meta: Mapping[str, JsonValue]) -> JsonObject:
    """Return metadata without the protocol's own keys, which speak of one connection and mean nothing on another."""
    return {key: value for key, value in meta.items() if not _is_reserved(key)}


def passed_on_within(value: JsonValue) -> JsonValue:
    """Return what a server sent with all metadata in it as it is passed on."""
    if isinstance(value, list):
        return [passed_on_within(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: passed_on(item) if key == "_meta" and isinstance(item, dict) else passed_on_within(item)
        for key, item in value.items()
    }


def _is_reserved(key: str) -> bool:
    # Newer revisions reserve a prefix by its second label (`io.mcp/`), older ones also by its first (`mcp.dev/`).
    prefix, slash, _ = key.partition("/")
    labels = prefix.split(".") if slash else []
    return key == "progressToken" or (len(labels) > 1 and not _RESERVED_LABELS.isdisjoint(labels[:2]))
