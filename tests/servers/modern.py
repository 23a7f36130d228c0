"""A server of the 2026-07-28 protocol on the SDK: `python modern.py [--http PORT]`."""

from __future__ import annotations

import json
import sys
from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult
from pydantic import Field

server = MCPServer("modern", log_level="WARNING")


@server.tool()
async def grow(ctx: Context) -> str:
    """Say that the tools changed."""
    await ctx.notify_tools_changed()
    return "grown"


@server.tool()
async def later(ctx: Context) -> str | InputRequiredResult:
    """Put the answer off twice."""
    rounds = int(ctx.request_state or 0)
    return "at last" if rounds == 2 else InputRequiredResult(request_state=str(rounds + 1))


@server.tool()
async def ask(ctx: Context) -> str | InputRequiredResult:
    """Ask for a name in the middle of the call."""
    if ctx.input_responses:
        return json.dumps({key: reply.model_dump(exclude_none=True) for key, reply in ctx.input_responses.items()})
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    question = ElicitRequest(params=ElicitRequestFormParams(message="Name?", requested_schema=schema))
    return InputRequiredResult(input_requests={"name": question})


@server.tool()
async def headed(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> str:
    """Take an argument that HTTP repeats in a header."""
    return region


if __name__ == "__main__":
    if "--http" in sys.argv:
        server.run("streamable-http", port=int(sys.argv[-1]))
    else:
        server.run("stdio")
