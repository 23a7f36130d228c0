"""The tools of a view as they are: their names on our side, and their definitions."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import mcp_types as types
from mcp_types.methods import serialize_server_result
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolAnnotations
from ptc_cli.serve.mcp.extras import passed_on
from ptc_cli.serve.mcp.surface import OWN_TOOLS

Names = Literal["prefixed", "plain"]
"""`plain`: a tool keeps its own name where no other has the same; those that share one are prefixed."""

NAME_CHARACTERS = 64
"""What the strictest of the common clients allows."""

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_.-]")


def exposed(view: View, names: Names = "prefixed") -> Mapping[str, Tool]:
    """Return the tools that a caller may call directly, by distinct names that any client takes.

    The same set of tools gets the same names, in whatever order the servers list them.
    """
    tools = sorted(_direct(view), key=lambda tool: (tool.spec.server, tool.spec.name))
    shared = {name for name, times in Counter(_wanted(tool, "plain") for tool in tools).items() if times > 1}
    found: dict[str, Tool] = {}
    for tool in tools:
        plain = _wanted(tool, "plain")
        is_plain = names == "plain" and plain not in shared and plain not in OWN_TOOLS["sidecar"]
        found[_free(plain if is_plain else _wanted(tool, "prefixed"), found)] = tool
    return found


def definition(name: str, tool: Tool, protocol_version: str) -> types.Tool:
    """Return a tool as its server describes it, its description opening with its signature in a program."""
    spec = tool.spec
    is_handshake = protocol_version in HANDSHAKE_PROTOCOL_VERSIONS
    full = types.Tool(
        name=name,
        title=spec.title,
        description=_description(tool),
        input_schema={"type": "object", **spec.input_schema},
        output_schema=None if is_handshake and not _is_object(spec.output_schema) else spec.output_schema,
        annotations=_annotations(spec.annotations),
        icons=_icons(spec.icons),
        _meta=passed_on(spec.meta) or None,
    )
    return full if _is_valid(full, protocol_version) else _bare(full)


def _description(tool: Tool) -> str:
    text = f"In a program: {tool.module}.{tool.stub.signature}"
    return f"{text}\n\n{tool.spec.description}" if tool.spec.description else text


def _bare(tool: types.Tool) -> types.Tool:
    """Return a tool without schemas. One definition that a protocol revision cannot carry would cost all the others.

    The gate checks arguments against the true schema.
    """
    return types.Tool(name=tool.name, description=tool.description, input_schema={"type": "object"})


def _is_valid(tool: types.Tool, protocol_version: str) -> bool:
    listing = types.ListToolsResult(tools=[tool]).model_dump(by_alias=True, mode="json", exclude_none=True)
    try:
        serialize_server_result("tools/list", protocol_version, listing)
    except ValidationError:
        return False
    return True


def _is_object(schema: JsonObject | None) -> bool:
    return schema is not None and schema.get("type") == "object"


def _annotations(stated: ToolAnnotations) -> types.ToolAnnotations | None:
    annotations = types.ToolAnnotations(
        title=stated.title,
        read_only_hint=stated.read_only,
        destructive_hint=stated.destructive,
        idempotent_hint=stated.idempotent,
        open_world_hint=stated.open_world,
    )
    return annotations if annotations.model_dump(exclude_none=True) else None


def _icons(given: Sequence[JsonValue]) -> list[types.Icon] | None:
    """Return those icons that are such: one that is not must not cost the tool its schemas."""
    found = []
    for icon in given:
        try:
            found.append(types.Icon.model_validate(icon))
        except ValidationError:
            continue
    return found or None


def _direct(view: View) -> list[Tool]:
    return [
        tool
        for entry in view.servers
        for tool in entry.tools
        if "direct" in entry.config.tool(tool.spec.name).allowed_callers
    ]


def _wanted(tool: Tool, names: Names) -> str:
    own = tool.spec.name if names == "plain" else f"{tool.spec.server}__{tool.spec.name}"
    return _shortened(_FORBIDDEN.sub("_", own) or "_", own)


def _shortened(name: str, whole: str) -> str:
    if len(name) <= NAME_CHARACTERS:
        return name
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: NAME_CHARACTERS - 9]}_{digest}"


def _free(name: str, taken: Mapping[str, Tool]) -> str:
    number, free = 2, name
    while free in taken or free in OWN_TOOLS["sidecar"]:
        suffix = f"_{number}"
        free = f"{name[: NAME_CHARACTERS - len(suffix)]}{suffix}"
        number += 1
    return free
