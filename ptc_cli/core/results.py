"""What a declared output schema says of the value that a program gets."""

from __future__ import annotations

from ptc_cli.core.jsonvalue import JsonObject

_WRAPPER_KEYS = frozenset(
    {
        "$defs",
        "$schema",
        "additionalProperties",
        "definitions",
        "description",
        "properties",
        "required",
        "title",
        "type",
    }
)
_WRAPPER_MARK = "x-fastmcp-wrap-result"


def unwrapped(schema: JsonObject | None) -> JsonObject | None:
    """Return the schema of what an SDK wrapped as `{"result": x}`, or None if a schema is no such wrapper.

    MCP wants structured content to be an object, so servers wrap every other result this way. A program gets `x`, and
    the stub says its type. The schema that is returned carries the wrapper's definitions.
    """
    if schema is None or schema.get("type") != "object" or schema.get("required") != ["result"]:
        return None
    properties = schema.get("properties")
    if not isinstance(properties, dict) or list(properties) != ["result"]:
        return None
    if not schema.keys() <= _WRAPPER_KEYS | {_WRAPPER_MARK} or schema.get("additionalProperties", False) is not False:
        return None
    inner = properties["result"]
    if not isinstance(inner, dict):
        return {} if inner is True else None
    return {**inner, **{key: schema[key] for key in ("$defs", "definitions", "$schema") if key in schema}}
