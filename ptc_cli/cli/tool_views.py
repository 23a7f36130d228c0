"""Tools and servers as the commands show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ptc_cli.console import talk
from ptc_cli.console.tables import listing
from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.codec import to_json
from ptc_cli.core.jsonvalue import JsonObject

NO_SERVER = "no server is configured; add one with: ptc servers add NAME -- COMMAND ARGS"


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


def as_json(view: View, tool: Tool) -> JsonObject:
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


def in_full(view: View, tool: Tool) -> JsonObject:
    """Return everything about a tool."""
    return as_json(view, tool) | {
        "description": tool.spec.description,
        "title": tool.spec.title,
        "documentation": documented(tool, view),
        "stub": stub_text(tool, view),
        "input_schema": tool.spec.input_schema,
        "output_schema": tool.spec.output_schema,
        "digest": tool.spec.digest,
    }


def documented(tool: Tool, view: View) -> str:
    """Return a tool's documentation, with an example."""
    from ptc_cli.codegen import documentation

    return documentation(tool, view.server(tool.spec.server))


def stub_text(tool: Tool, view: View) -> str:
    """Return what programs that use a tool are checked against."""
    definitions = view.server(tool.spec.server).stub.definitions
    parts = [definitions[name].rstrip() for name in tool.stub.types if name in definitions]
    return "\n\n".join([*parts, f"def {tool.stub.signature}: ..."])


def server_as_json(entry: ServerEntry) -> JsonObject:
    """Return a server in short."""
    config, listed = entry.config, entry.listing
    return {
        "server": entry.name,
        "module": entry.stub.module,
        "status": listed.status,
        "reason": listed.reason,
        "tools": len(entry.tools),
        "rejected_tools": [{"name": tool.name, "reason": tool.reason} for tool in listed.rejected],
        "held": [to_json(held) for held in entry.held],
        "transport": config.transport,
        "origin": str(config.origin),
        "protocol_version": listed.protocol_version,
        "server_version": listed.server_version,
    }


def write_listing(stream: TextIO, view: View) -> None:
    """Write the tools of a view, one a line, with where their servers were configured."""
    columns = ("tool", "flags", "summary", "origin")
    listing(
        stream, columns, [(*_row(tool), str(entry.config.origin)) for entry in view.servers for tool in entry.tools]
    )


def write_tools(stream: TextIO, tools: Sequence[Tool]) -> None:
    """Write tools, one a line."""
    listing(stream, ("tool", "flags", "summary"), [_row(tool) for tool in tools])


def write_problems(stream: TextIO, entries: Sequence[ServerEntry]) -> None:
    """Say which servers and tools cannot be used, and what to do."""
    for entry in entries:
        listed = entry.listing
        if listed.status not in ("ok", "disabled"):
            message, _, hint = (listed.reason or "no reason given").partition("\n")
            talk.warning(stream, f"server '{entry.name}' {listed.status}: {message}", hint or None)
        for tool in listed.rejected:
            talk.warning(stream, f"server '{entry.name}': tool '{tool.name}' is left out: {tool.reason}")
        for held in entry.held:
            talk.warning(stream, held.message, held.hint)


def _row(tool: Tool) -> tuple[str, str, str]:
    return f"{tool.module}.{tool.stub.signature}", ", ".join(flags(tool)) or "-", tool.stub.summary or "-"
