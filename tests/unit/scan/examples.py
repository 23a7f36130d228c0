"""Poisoned and honest servers of our own, as values. Hidden characters are written as escapes in the files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import ServerListing, ToolAnnotations, ToolSpec
from ptc_cli.core.stub import Stub
from tests.unit.codegen.making import config

EXAMPLES = Path(__file__).parents[2] / "data" / "scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    id: str
    verdict: Literal["malicious", "benign"]
    kind: str
    entries: tuple[ServerEntry, ...]


def examples(name: str) -> list[Example]:
    return [
        Example(id=each["id"], verdict=each["verdict"], kind=each["kind"], entries=tuple(map(_entry, each["servers"])))
        for each in json.loads((EXAMPLES / name).read_text())
    ]


def offering(server: str, *tools: ToolSpec, instructions: str = "") -> ServerEntry:
    """Return a server with tools, without stubs: a scanner reads none."""
    listing = ServerListing(server=server, status="ok", tools=tools, instructions=instructions)
    return ServerEntry(
        config=config(server), listing=listing, stub=Stub(server=server, module=server, source="", tools=())
    )


def tool(description: str, name: str = "act", server: str = "demo", schema: JsonObject | None = None) -> ToolSpec:
    return ToolSpec(server=server, name=name, description=description, input_schema=schema or {"type": "object"})


def _entry(server: JsonObject) -> ServerEntry:
    tools = [_tool(server["server"], each) for each in server["tools"]]
    return offering(server["server"], *tools, instructions=server.get("instructions", ""))


def _tool(server: str, each: JsonObject) -> ToolSpec:
    claims = each.get("annotations", {})
    return ToolSpec(
        server=server,
        name=each["name"],
        title=each.get("title"),
        description=each["description"],
        input_schema=each["inputSchema"],
        output_schema=each.get("outputSchema"),
        annotations=ToolAnnotations(
            title=claims.get("title"),
            read_only=claims.get("readOnlyHint"),
            destructive=claims.get("destructiveHint"),
            open_world=claims.get("openWorldHint"),
        ),
    )
