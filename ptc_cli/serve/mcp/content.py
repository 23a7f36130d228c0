"""Content blocks of ours as blocks of MCP, and results of tools as results of MCP."""

from __future__ import annotations

import base64
import json

import mcp_types as types
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ptc_cli.core.call import Content, ToolResult
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.extras import passed_on, with_extras


def text_result(text: str, *, is_error: bool = False) -> types.CallToolResult:
    """Return a result of one text."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=sendable(text))], is_error=is_error)


def tool_result(result: ToolResult, protocol_version: str) -> types.CallToolResult:
    """Return what came back from a tool as its server gave it: blocks, structure, error and metadata."""
    # Before 2026 structure is an object or nothing; the blocks hold the same for people and models.
    is_carried = isinstance(result.structured, dict) or protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS
    blocks = [content_block(block) for block in result.content]
    failure = result.failure
    if failure is not None and (failure.kind != "error" or not blocks):
        blocks = [types.TextContent(type="text", text=sendable(str(failure))), *blocks]
    return types.CallToolResult(
        content=blocks,
        structured_content=result.structured if is_carried else None,
        is_error=result.is_error,
        _meta=passed_on(result.meta) or None,
    )


def misfit(result: ToolResult) -> types.CallToolResult | None:
    """Return a result that breaks its own declaration in a form that reaches the model; None if it keeps to it.

    Clients throw away a successful result that does not fit the declared schema, but not one that is marked an error.
    """
    if result.is_error or (result.structured is not None and not result.warnings):
        return None
    why = "; ".join(result.warnings) or "it has no structured content, which the tool's output schema promises"
    remark = f"The call succeeded, but its result is not what its server declares: {why}"
    blocks = [content_block(block) for block in result.content] or [_as_text(result)]
    return types.CallToolResult(content=[types.TextContent(type="text", text=sendable(remark)), *blocks], is_error=True)


def _as_text(result: ToolResult) -> types.TextContent:
    return types.TextContent(type="text", text=sendable(json.dumps(result.structured, ensure_ascii=False)))


def content_block(block: Content) -> types.ContentBlock:
    """Return a block as MCP writes it; what a block lacks is filled with what says the least."""
    mime_type = block.mime_type or "application/octet-stream"
    match block.type:
        case "text":
            return with_extras(types.TextContent(text=sendable(block.text or "")), block.extras)
        case "image":
            return with_extras(types.ImageContent(data=_encoded(block), mime_type=mime_type), block.extras)
        case "audio":
            return with_extras(types.AudioContent(data=_encoded(block), mime_type=mime_type), block.extras)
        case "resource":
            return with_extras(types.EmbeddedResource(resource=resource_contents(block)), block.extras)
        case "resource_link":
            return with_extras(_link(block), block.extras)


def resource_contents(block: Content, *, address: str = "") -> types.TextResourceContents | types.BlobResourceContents:
    """Return what a resource holds as MCP writes it; `address` is where it was read, if it does not say so itself."""
    uri, said = block.uri or address, block.extras.get("resource")
    extras = said if isinstance(said, dict) else {}
    if block.data is not None:
        blob = types.BlobResourceContents(uri=uri, mime_type=block.mime_type, blob=_encoded(block))
        return with_extras(blob, extras)
    text = types.TextResourceContents(uri=uri, mime_type=block.mime_type, text=sendable(block.text or ""))
    return with_extras(text, extras)


def _link(block: Content) -> types.ResourceLink:
    uri = block.uri or ""
    return types.ResourceLink(uri=uri, name=block.name or uri, mime_type=block.mime_type, description=block.text)


def _encoded(block: Content) -> str:
    return base64.b64encode(block.data or b"").decode()
