"""A small MCP server over stdio: one tool for each thing that a gateway must carry."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

BUS = InMemorySubscriptionBus()

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def _schema(*required: str, **properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


TOOLS = {
    "add": types.Tool(
        name="add",
        description="Add two whole numbers. The sum is exact.",
        input_schema=_schema("a", "b", a="integer", b="integer"),
        output_schema={"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]},
        annotations=types.ToolAnnotations(read_only_hint=True),
    ),
    "fail": types.Tool(name="fail", description="Fail, always.", input_schema=_schema()),
    "wipe": types.Tool(
        name="wipe",
        description="Destroy everything.",
        input_schema=_schema("what", what="string"),
        annotations=types.ToolAnnotations(destructive_hint=True),
    ),
    "nap": types.Tool(name="nap", description="Sleep.", input_schema=_schema("seconds", seconds="number")),
    "picture": types.Tool(name="picture", description="Return a picture.", input_schema=_schema()),
    "grow": types.Tool(name="grow", description="Offer one more tool from now on.", input_schema=_schema()),
}


async def _list(context: ServerRequestContext, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=list(TOOLS.values()))


async def _call(context: ServerRequestContext, params: types.CallToolRequestParams) -> types.CallToolResult:
    arguments = params.arguments or {}
    match params.name:
        case "add":
            total = {"sum": arguments["a"] + arguments["b"]}
            return types.CallToolResult(content=[_text(str(total))], structured_content=total)
        case "fail":
            return types.CallToolResult(content=[_text("the printer is on fire")], is_error=True)
        case "nap":
            await asyncio.sleep(arguments["seconds"])
            return types.CallToolResult(content=[_text("rested")])
        case "picture":
            return types.CallToolResult(content=[types.ImageContent(type="image", data=PIXEL, mime_type="image/png")])
        case "grow":
            TOOLS["grown"] = types.Tool(name="grown", description="New.", input_schema=_schema())
            await BUS.publish(ToolsListChanged())
            await context.session.send_tool_list_changed()
            return types.CallToolResult(content=[_text("one more")])
        case _:
            return types.CallToolResult(content=[_text(f"{params.name} done: {arguments}")])


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


async def main() -> None:
    server = Server(
        "desk",
        version="1",
        instructions="An office desk.",
        on_list_tools=_list,
        on_call_tool=_call,
        on_subscriptions_listen=ListenHandler(BUS),
    )
    options = server.create_initialization_options(NotificationOptions(tools_changed=True))
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, options)


if __name__ == "__main__":
    asyncio.run(main())
