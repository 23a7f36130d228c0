"""Everything that a server says, text by text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.server import ServerListing, ToolSpec

Use = Literal["prose", "name", "value"]

_STRUCTURAL = frozenset({"type", "format", "$ref", "$schema", "$id", "$anchor"})
_VALUES = frozenset({"default", "const", "enum", "examples", "example"})
_MOST_STRUCTURAL = 60
"""Longer than that, even a `type` is a text that somebody may have hidden something in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text, and where it stands."""

    where: str
    use: Use
    text: str


def of_server(listing: ServerListing) -> Iterator[Said]:
    """Give what a server says of itself."""
    if listing.instructions:
        yield Said(where="instructions", use="prose", text=listing.instructions)


def of_tool(spec: ToolSpec) -> Iterator[Said]:
    """Give every text of a tool: a model may come to read any of them."""
    yield Said(where="name", use="name", text=spec.name)
    prose = {"title": spec.title, "description": spec.description, "annotations.title": spec.annotations.title}
    for where, text in prose.items():
        if text:
            yield Said(where=where, use="prose", text=text)
    yield from _of_value(spec.input_schema, "inputSchema")
    yield from _of_value(spec.output_schema, "outputSchema")
    yield from _of_value(dict(spec.meta), "_meta")


def _of_value(root: JsonValue, where: str) -> Iterator[Said]:
    """Walk a value without recursion: a schema may be nested deeper than Python's stack."""
    waiting: list[tuple[JsonValue, str, Use]] = [(root, where, "prose")]
    while waiting:
        value, path, use = waiting.pop()
        if isinstance(value, str):
            yield Said(where=path, use=use, text=value)
        elif isinstance(value, list):
            waiting.extend((item, f"{path}[{number}]", use) for number, item in enumerate(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, str) and key in _STRUCTURAL and len(item) < _MOST_STRUCTURAL:
                    continue
                # A name is looked at where it is the server's own: keywords of JSON Schema are in plain ASCII.
                if path.endswith(("properties", "$defs", "definitions")) or not key.isascii():
                    yield Said(where=f"{path} name", use="name", text=key)
                waiting.append((item, f"{path}.{key}", "value" if key in _VALUES else use))
