"""A view over a server that never runs, with stubs as the generator makes them."""

from ptc_cli.codegen import render
from ptc_cli.core.catalog import Caller, ServerEntry, Tool, View
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import Origin, ServerConfig, ServerListing, ToolAnnotations, ToolSpec

LIST: JsonObject = {
    "type": "object",
    "properties": {
        "status": {"enum": ["open", "closed"], "description": "Only these."},
        "limit": {"type": "integer", "default": 10},
        "ratio": {"type": "number"},
        "is_mine": {"type": "boolean"},
        "labels": {"type": "array", "items": {"type": "string"}},
        "sizes": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]},
        "filter": {"type": "object"},
        "since": {"$ref": "#/$defs/When"},
        "anything": {},
        "from": {"type": "string"},
    },
    "$defs": {"When": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
}

GET: JsonObject = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}


def view(server: str = "tickets") -> View:
    specs = (
        ToolSpec(
            server=server,
            name="list-tickets",
            description="List tickets. There are many.",
            input_schema=LIST,
            annotations=ToolAnnotations(read_only=True),
        ),
        ToolSpec(server=server, name="get_ticket", description="Return one ticket.", input_schema=GET),
    )
    config = ServerConfig(name=server, transport="stdio", command="true", origin=Origin(path="ptc.toml", line=3))
    listing = ServerListing(server=server, status="ok", tools=specs)
    entry = ServerEntry(config=config, listing=listing, stub=render(config, listing, module=server))
    return View(caller=Caller(door="cli"), generation=1, servers=(entry,))


def tool(name: str) -> Tool:
    return view().tool("tickets", name)
