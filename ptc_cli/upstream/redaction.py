"""What servers say of their tools, without secrets that they should not have said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.server import ToolSpec

_TEXTS = frozenset({"description", "title", "default", "examples", "$comment"})
"""What a schema says to readers."""

_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def without_secrets(tool: ToolSpec, redacted: Callable[[str], str]) -> ToolSpec:
    """Return a tool without what its server should not have said: it stands in stubs, for everyone to read."""
    schema, output = _said(tool.input_schema, redacted), _said(tool.output_schema, redacted)
    assert isinstance(schema, dict)
    return replace(
        tool,
        description=redacted(tool.description),
        title=None if tool.title is None else redacted(tool.title),
        input_schema=schema,
        output_schema=output if isinstance(output, dict) else None,
    )


def _said(schema: JsonValue, redacted: Callable[[str], str], *, is_text: bool = False) -> JsonValue:
    """Return a schema with its texts redacted, but not the values that it allows: those have to be sent as they are."""
    if isinstance(schema, str):
        return redacted(schema) if is_text else schema
    if isinstance(schema, list):
        return [_said(each, redacted, is_text=is_text) for each in schema]
    if isinstance(schema, dict):
        return {key: _member(key, each, redacted, is_text=is_text) for key, each in schema.items()}
    return schema


def _member(key: str, value: JsonValue, redacted: Callable[[str], str], *, is_text: bool) -> JsonValue:
    if key in _NAMES and not is_text and isinstance(value, dict):
        # What stands in here is called as its author likes, `default` too.
        return {name: _said(each, redacted) for name, each in value.items()}
    return _said(value, redacted, is_text=is_text or key in _TEXTS)
