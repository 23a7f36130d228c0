"""The JSON Schema of our own configuration file, made from the dataclasses that it becomes.

`python -m ptc_cli.config.schema` prints it.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import sys
import textwrap
from collections.abc import Mapping
from functools import cache

from ptc_cli.config.shape import (
    AnyTable,
    Choice,
    Flag,
    Key,
    ListOf,
    Number,
    Record,
    Shape,
    TableOf,
    Text,
    settings,
)
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import ServerConfig


def schema() -> JsonObject:
    """Return the schema, in the draft that editors of TOML know."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "ptc configuration",
        **_record(settings()),
    }


def schema_text() -> str:
    """Return the schema as it is written to a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _shape(shape: Shape) -> JsonObject:
    match shape:
        case Text():
            return {"type": "string"}
        case Flag():
            return {"type": "boolean"}
        case Number():
            kind = "integer" if shape.is_integer else "number"
            return {"type": kind, "minimum": _plain(shape.least), "maximum": _plain(shape.most)}
        case Choice():
            return {"enum": list(shape.words)}
        case ListOf():
            return {"type": "array", "items": _shape(shape.item)}
        case TableOf():
            return {"type": "object", "additionalProperties": _shape(shape.item)}
        case AnyTable():
            return {"type": "object"}
        case Record():
            return _record(shape)


def _record(shape: Record) -> JsonObject:
    made: JsonObject = {"description": _first_line(shape.kind.__doc__)} if shape.kind.__doc__ else {}
    made["type"] = "object"
    made["properties"] = {key.name: _key(shape.kind, key) for key in shape.keys.values()}
    made["additionalProperties"] = False
    if shape.kind is ServerConfig:
        made["oneOf"] = [
            {"required": ["command"], "not": {"anyOf": _required("url", "headers", "auth")}},
            {"required": ["url"], "not": {"anyOf": _required("command", "args", "env", "cwd")}},
        ]
    return made


def _required(*names: str) -> list[JsonObject]:
    return [{"required": [name]} for name in names]


def _key(kind: type, key: Key) -> JsonObject:
    described = {"description": docs[key.field]} if key.field in (docs := field_docs(kind)) else {}
    return {**_shape(key.shape), **described, **_default(kind, key)}


def _default(kind: type, key: Key) -> JsonObject:
    field = next(field for field in dataclasses.fields(kind) if field.name == key.field)
    if isinstance(key.shape, Record | TableOf | AnyTable) or field.default in (dataclasses.MISSING, None):
        return {}
    value = field.default
    return {"default": list(value) if isinstance(value, tuple) else value}


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().split("\n", 1)[0]


@cache
def field_docs(kind: type) -> Mapping[str, str]:
    """Return the texts that stand under a dataclass's fields in its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[field.target.id] = inspect.cleandoc(str(after.value.value))
    return found


if __name__ == "__main__":
    sys.stdout.write(schema_text())
