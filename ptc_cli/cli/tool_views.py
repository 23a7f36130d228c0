"""Tools and servers as the commands show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ptc_cli.console import talk
from ptc_cli.core import described
from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.codec import to_json
from ptc_cli.core.described import flags
from ptc_cli.core.jsonvalue import JsonObject

NO_SERVER = "no server is configured; add one with: ptc servers add NAME -- COMMAND ARGS"


def documented(tool: Tool, view: View) -> str:
    """Return a tool's documentation, with an example."""
    from ptc_cli.codegen import documentation

    return documentation(tool, view.server(tool.spec.server))


def server_in_short(entry: ServerEntry) -> JsonObject:
    """Return a server in short, with what is held back of it: that is said to people, and to nobody else."""
    return described.server_in_short(entry) | {"held": [to_json(held) for held in entry.held]}


def write_listing(stream: TextIO, view: View) -> None:
    """Write the tools of a view, one a line, with where their servers were configured."""
    from ptc_cli.console.tables import listing

    columns = ("tool", "flags", "summary", "origin")
    listing(
        stream, columns, [(*_row(tool), str(entry.config.origin)) for entry in view.servers for tool in entry.tools]
    )


def write_tools(stream: TextIO, tools: Sequence[Tool]) -> None:
    """Write tools, one a line."""
    from ptc_cli.console.tables import listing  # `ptc tools call` has no use for it

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
