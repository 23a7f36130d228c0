"""Small views for tests, written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptc_cli.core.catalog import Caller, ServerEntry, View
from ptc_cli.core.names import identifier
from ptc_cli.core.server import Origin, ServerConfig, ServerListing, ServerStatus, ToolSpec
from ptc_cli.core.stub import Parameter, Stub, ToolStub


def spec(
    server: str, name: str, description: str = "", parameters: Mapping[str, str] | None = None, **rest: object
) -> ToolSpec:
    properties = {key: {"type": "string", "description": text} for key, text in (parameters or {}).items()}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return ToolSpec(server=server, name=name, description=description, input_schema=schema, **rest)  # type: ignore[arg-type]  # a shorthand


def stub(tool: ToolSpec) -> ToolStub:
    properties: Mapping[str, Mapping[str, str]] = tool.input_schema.get("properties", {})
    parameters = tuple(
        Parameter(
            name=identifier(key), wire_name=key, annotation="str", is_required=True, description=value["description"]
        )
        for key, value in properties.items()
    )
    listed = ", ".join(f"{parameter.name}: str" for parameter in parameters)
    name = identifier(tool.name)
    return ToolStub(
        name=name,
        tool=tool.name,
        digest=tool.digest,
        parameters=parameters,
        returns="Any",
        result_source="none",
        signature=f"{name}({listed}) -> Any",
        summary=tool.description.partition(". ")[0],
    )


def entry(
    server: str, tools: Sequence[ToolSpec], *, status: ServerStatus = "ok", reason: str | None = None
) -> ServerEntry:
    return ServerEntry(
        config=ServerConfig(name=server, transport="stdio", command="true", origin=Origin(path="<test>")),
        listing=ServerListing(server=server, status=status, reason=reason, tools=tuple(tools)),
        stub=Stub(server=server, module=identifier(server), source="", tools=tuple(stub(tool) for tool in tools)),
    )


def view(*entries: ServerEntry, caller: Caller | None = None) -> View:
    return View(caller=caller or Caller(door="api"), generation=1, servers=entries)
