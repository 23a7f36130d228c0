"""A view over tools whose results are typed."""

from ptc_cli.codegen import render
from ptc_cli.core.catalog import Caller, ServerEntry, View
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import Origin, ServerConfig, ServerListing, ToolSpec

PERSON: JsonObject = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "e-mail": {"type": "string"}},
    "required": ["name"],
}

ISSUE: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "state": {"enum": ["open", "closed"]},
        "author": {"anyOf": [PERSON, {"type": "null"}]},
        "labels": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title", "state"],
}

FILTER: JsonObject = {
    "type": "object",
    "properties": {"state": {"enum": ["open", "closed"]}, "by": {"type": "array", "items": PERSON}},
}


def issues() -> View:
    specs = (
        ToolSpec(
            server="issues",
            name="find",
            description="Find issues.",
            input_schema={"type": "object", "properties": {"filter": FILTER, "limit": {"type": "integer"}}},
            output_schema={
                "type": "object",
                "properties": {"result": {"type": "array", "items": ISSUE}},
                "required": ["result"],
                "x-fastmcp-wrap-result": True,
            },
        ),
        ToolSpec(
            server="issues",
            name="one",
            description="Return one issue.",
            input_schema={
                "type": "object",
                "properties": {"kind": {"enum": ["bug", "wish"]}},
                "required": ["kind"],
            },
            output_schema=ISSUE,
        ),
    )
    config = ServerConfig(name="issues", transport="stdio", command="true", origin=Origin(path="ptc.toml"))
    listing = ServerListing(server="issues", status="ok", tools=specs)
    entry = ServerEntry(config=config, listing=listing, stub=render(config, listing, module="issues"))
    return View(caller=Caller(door="cli"), generation=1, servers=(entry,))
