"""Calls made from a tool's own schema: valid ones, and ones made wrong in every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import jsonschema

from ptc_cli.codegen.sample import sample, source_of
from ptc_cli.codegen.schema import Document
from ptc_cli.core.catalog import Tool
from ptc_cli.core.jsonvalue import JsonObject, JsonValue


@dataclass(frozen=True)
class Call:
    """A call as a program writes it, and what jsonschema says of its arguments."""

    tool: Tool
    arguments: JsonObject
    kind: str
    is_valid: bool

    @property
    def source(self) -> str:
        names = {item.wire_name: item.name for item in self.tool.stub.parameters}
        given = [f"{names.get(wire, wire)}={source_of(value)}" for wire, value in self.arguments.items()]
        return f"tools.{self.tool.path}({', '.join(given)})"


def calls(tool: Tool) -> list[Call]:
    """Return calls of a tool with as much as it requires, with all it takes, and with one thing wrong with them."""
    schema = tool.spec.input_schema
    judge = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)(schema)
    document = Document(schema)
    found: list[Call] = []
    for everything in (False, True):
        arguments = {
            item.wire_name: sample(schema["properties"][item.wire_name], item.wire_name, document)
            for item in tool.stub.parameters
            if item.is_required or everything
        }
        if not judge.is_valid(arguments):
            continue
        found.append(Call(tool, arguments, "valid", is_valid=True))
        for kind, wrong in mutants(arguments):
            assert isinstance(wrong, dict)
            found.append(Call(tool, wrong, kind, is_valid=judge.is_valid(wrong)))
    return found


def mutants(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Yield a value with one thing changed, at every depth, and what was done to it."""
    if isinstance(value, dict):
        yield "unknown", {**value, "zz_unknown": 1}
        for key, each in value.items():
            yield "missing", {name: item for name, item in value.items() if name != key}
            for kind, other in [*_replacements(each), *mutants(each)]:
                yield kind, {**value, key: other}
    elif isinstance(value, list) and value:
        yield "element", [*value, 7 if isinstance(value[0], (dict, str)) else {"zz": 1}]
        for kind, other in mutants(value[0]):
            yield kind, [other, *value[1:]]


def _replacements(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    yield "null", None
    yield "type", "text" if isinstance(value, (dict, list)) else {"zz": 1}
    if isinstance(value, str):
        yield "type", 7
        yield "enum", "zz not a value"
    elif isinstance(value, (int, float)):
        yield "type", "7"
        yield "range", 10**9
    elif isinstance(value, list):
        yield "type", value[0] if value else 3
