"""What a program gets of a tool's answer, and what the declared output schema says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ptc_cli.core.call import Content
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

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


def result_of(
    structured: JsonValue, content: Sequence[Content], output_schema: JsonObject | None
) -> tuple[JsonValue, bool]:
    """Return the value that a program gets, and whether it gets the content blocks instead.

    Structured content comes first, out of its wrapper when the declared schema is exactly the wrapper. One text block
    is its text, or what its JSON says when that is an object or an array and no string is declared; a scalar is never
    coerced. Several texts are a list of them. Where any block is not text, the program gets the blocks.
    """
    inner = unwrapped(output_schema)
    if structured is not None:
        is_wrapped = inner is not None and isinstance(structured, dict) and list(structured) == ["result"]
        return (structured["result"], False) if is_wrapped and isinstance(structured, dict) else (structured, False)
    if any(block.type != "text" for block in content):
        return None, True
    texts = [block.text or "" for block in content]
    if len(texts) != 1:
        return texts or None, False
    declared = output_schema if inner is None else inner
    return _parsed(texts[0], keep_text=(declared or {}).get("type") == "string"), False


def _parsed(text: str, *, keep_text: bool) -> JsonValue:
    if keep_text or text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
