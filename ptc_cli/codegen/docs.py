"""What a tool does, in full: Markdown for people and agents, made of a tool and its stub."""

from __future__ import annotations

from ptc_cli.codegen.arguments import NotAnObjectError, arguments
from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.outline import outline
from ptc_cli.codegen.sample import sample, source_of
from ptc_cli.codegen.schema import Document
from ptc_cli.codegen.text import blockquote, code_span, fenced, learned_from, one_line
from ptc_cli.core.catalog import ServerEntry, Tool
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.results import unwrapped
from ptc_cli.core.server import ToolAnnotations
from ptc_cli.core.stub import Face, Parameter

_SOURCES = {
    "declared": "declared by the server",
    "configured": "written in the configuration",
    "none": "the server declares no result type; look at one result before you rely on its shape",
}


def signature(tool: Tool, *, qualified: bool = True) -> str:
    """Return a tool's signature on one line, with the server's module before the name unless told otherwise."""
    return f"{tool.module}.{tool.stub.signature}" if qualified else tool.stub.signature


def definitions_for(tool: Tool, entry: ServerEntry) -> str:
    """Return the source of the classes and aliases that a tool's signature uses, directly or through others."""
    known = entry.stub.definitions
    return "\n".join(known[name] for name in tool.stub.types if name in known)


def example_call(tool: Tool, *, face: Face = "sync") -> str:
    """Return a call of a tool with a value for everything it requires."""
    document = Document(tool.spec.input_schema)
    wait = "await " if face == "async" else ""
    try:
        found = arguments(document, Budget())
    except NotAnObjectError:
        return f"{wait}{tool.path}()"
    given = [
        f"{item.name}={source_of(sample(found.schemas.get(item.wire_name, True), item.wire_name, document))}"
        for item in tool.stub.parameters
        if item.is_required
    ]
    return f"{wait}{tool.path}({', '.join(given)})"


def documentation(tool: Tool, entry: ServerEntry, *, face: Face = "sync") -> str:
    """Return the page of one tool: how it is called, what it says of itself, what it takes and gives."""
    parts = [
        f"# {tool.path}",
        _naming(tool),
        fenced(signature(tool)),
        blockquote(tool.spec.description),
        _parameters(tool),
        _returns(tool, entry),
        _types(tool, entry),
        _hints(tool.spec.annotations),
        _losses(tool),
        _example(tool, face),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _naming(tool: Tool) -> str:
    if tool.spec.name == tool.stub.name and tool.spec.server == tool.module:
        return ""
    return f"Tool {code_span(tool.spec.name)} of server {code_span(tool.spec.server)}."


def _parameters(tool: Tool) -> str:
    if not tool.stub.parameters:
        return ""
    document = Document(tool.spec.input_schema)
    schemas = arguments(document, Budget()).schemas
    lines: list[str] = []
    for item in tool.stub.parameters:
        lines.append(_parameter(item))
        inner = outline(schemas.get(item.wire_name, True), item.name, document)
        lines.extend(f"  {line}" for line in inner)
    return "\n".join(["## Parameters", "", *lines])


def _parameter(item: Parameter) -> str:
    need = "required" if item.is_required else "optional" if item.default == "..." else f"default {item.default}"
    wire = f", sent as {code_span(item.wire_name)}" if item.wire_name != item.name else ""
    text = f": {item.description}" if item.description else ""
    return f"- {code_span(item.name)} ({need}{wire}){text}"


def _returns(tool: Tool, entry: ServerEntry) -> str:
    schema = _result_schema(tool, entry)
    fields = outline(schema, "", Document(schema)) if schema is not None else []
    head = f"## Returns\n\n{code_span(tool.stub.returns)}: {_source(tool)}."
    return "\n".join([head, "", *fields]) if fields else head


def _source(tool: Tool) -> str:
    if tool.stub.result_source == "learned":
        return f"{learned_from(tool.stub.learned_from)}, not declared: others may look different"
    return _SOURCES[tool.stub.result_source]


def _result_schema(tool: Tool, entry: ServerEntry) -> JsonObject | None:
    if tool.stub.result_source == "configured":
        return entry.config.tool(tool.spec.name).output_schema
    declared = tool.spec.output_schema if tool.stub.result_source == "declared" else None
    inner = unwrapped(declared)
    return declared if inner is None else inner


def _types(tool: Tool, entry: ServerEntry) -> str:
    source = definitions_for(tool, entry)
    return f"## Types\n\n{fenced(source)}" if source else ""


def _hints(claims: ToolAnnotations) -> str:
    """Return what a server claims of a tool; nobody has verified it."""
    words = [
        (claims.read_only, "read-only", "changes something"),
        (None if claims.read_only else claims.destructive, "may destroy", "destroys nothing"),
        (None if claims.read_only else claims.idempotent, "safe to repeat", "does more when repeated"),
        (claims.open_world, "reaches the outside world", "stays within its own system"),
    ]
    said = [yes if claim else no for claim, yes, no in words if claim is not None]
    return f"The server says: {', '.join(said)}." if said else ""


def _losses(tool: Tool) -> str:
    if not tool.stub.losses:
        return ""
    return f"Checked only when called, not by the types: {one_line(', '.join(tool.stub.losses), 400)}."


def _example(tool: Tool, face: Face) -> str:
    source = f"from tools import {tool.module}\n\nresult = {example_call(tool, face=face)}"
    return f"## Example\n\n{fenced(source)}"
