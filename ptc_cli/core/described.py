"""Tools and servers as JSON objects, the same at the command line and over REST."""

from __future__ import annotations

from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.jsonvalue import JsonObject


def flags(tool: Tool) -> list[str]:
    """Return what a tool's server claims of it, and what is known of its result."""
    claims = tool.spec.annotations
    said = {
        "read-only": claims.read_only is True,
        "destructive": claims.destructive is True and claims.read_only is not True,
        "idempotent": claims.idempotent is True and claims.read_only is not True,
        "result-untyped": tool.stub.result_source == "none",
        "result-learned": tool.stub.result_source == "learned",
    }
    return [flag for flag, holds in said.items() if holds]


def tool_in_short(view: View, tool: Tool) -> JsonObject:
    """Return a tool in short."""
    return {
        "tool": tool.path,
        "server": tool.spec.server,
        "name": tool.spec.name,
        "signature": tool.stub.signature,
        "summary": tool.stub.summary,
        "flags": list(flags(tool)),
        "result": tool.stub.result_source,
        "origin": str(view.server(tool.spec.server).config.origin),
    }


def tool_in_full(view: View, tool: Tool, *, documentation: str) -> JsonObject:
    """Return everything about a tool."""
    return tool_in_short(view, tool) | {
        "description": tool.spec.description,
        "title": tool.spec.title,
        "documentation": documentation,
        "stub": stub_text(view, tool),
        "input_schema": tool.spec.input_schema,
        "output_schema": tool.spec.output_schema,
        "digest": tool.spec.digest,
    }


def stub_text(view: View, tool: Tool) -> str:
    """Return what programs that use a tool are checked against."""
    definitions = view.server(tool.spec.server).stub.definitions
    parts = [definitions[name].rstrip() for name in tool.stub.types if name in definitions]
    return "\n\n".join([*parts, f"def {tool.stub.signature}: ..."])


def server_in_short(entry: ServerEntry) -> JsonObject:
    """Return a server in short."""
    config, listed = entry.config, entry.listing
    return {
        "server": entry.name,
        "module": entry.stub.module,
        "status": listed.status,
        "reason": listed.reason,
        "tools": len(entry.tools),
        "rejected_tools": [{"name": tool.name, "reason": tool.reason} for tool in listed.rejected],
        "transport": config.transport,
        "origin": str(config.origin),
        "protocol_version": listed.protocol_version,
        "server_version": listed.server_version,
    }
