"""Worked programs, made of what the tools themselves say."""

from __future__ import annotations

from ptc_cli.codegen.docs import example_call
from ptc_cli.codegen.text import docstring
from ptc_cli.core.catalog import ServerEntry, Tool
from ptc_cli.core.stub import Face

_READING = ("get", "list", "search", "read", "find", "fetch", "query", "show", "describe", "count")


def worked_program(source: ServerEntry, sink: ServerEntry, *, face: Face) -> str | None:
    """Return a program that carries what one server's tool returns to a tool of another; None where none fits."""
    first, second = source_tool(source), _sink_tool(sink)
    if first is None or second is None:
        return None
    parameter = next(item for item in second.stub.parameters if item.is_required)
    wait = "await " if face == "async" else ""
    return "\n".join(
        [
            docstring(f"Pass what `{first.path}` returns on to `{second.path}`."),
            "",
            "import json",
            "",
            f"from tools import {', '.join(sorted({first.module, second.module}))}",
            "",
            f"found = {example_call(first, face=face)}",
            "text = found if isinstance(found, str) else json.dumps(found)",
            f"answer = {wait}{second.path}({parameter.name}=text)",
            "answer",
            "",
        ]
    )


def source_tool(entry: ServerEntry) -> Tool | None:
    """Return the simplest tool that plainly only reads and gives something back."""
    fitting = [tool for tool in entry.tools if _only_reads(tool) and tool.stub.returns != "None"]
    return min(fitting, key=_simplicity, default=None)


def _sink_tool(entry: ServerEntry) -> Tool | None:
    """Return the simplest tool that takes one text and does not say that it destroys."""
    fitting = [tool for tool in entry.tools if _takes_one_text(tool) and tool.spec.annotations.destructive is not True]
    return min(fitting, key=_simplicity, default=None)


def _takes_one_text(tool: Tool) -> bool:
    needed = [item.annotation for item in tool.stub.parameters if item.is_required]
    return needed in (["str"], ["builtins.str"])


def _only_reads(tool: Tool) -> bool:
    claim = tool.spec.annotations.read_only
    return claim if claim is not None else tool.stub.name.lower().startswith(_READING)


def _simplicity(tool: Tool) -> tuple[bool, int, str]:
    needed = sum(item.is_required for item in tool.stub.parameters)
    return tool.stub.result_source == "none", needed, tool.stub.name
