"""What a server behind us asks, passed on to the client in front of us; it is always said whose question it is."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from pydantic import ValidationError

from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.result import cut_text
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.texts import one_line

if TYPE_CHECKING:
    from mcp.server.session import ServerSession

logger = logging.getLogger(__name__)

_MESSAGE_BYTES = 2_000


def answered_by(session: ServerSession) -> Collection[InquiryKind]:
    """Return what may be asked of the client of a request: of one of the handshake era what it declared."""
    declared = session.client_capabilities
    if declared is None or not session.can_send_request:
        return ()
    forms = declared.elicitation
    kinds: dict[InquiryKind, bool] = {
        # A client that names no mode of elicitation has forms.
        "form": forms is not None and (forms.form is not None or forms.url is None),
        "url": forms is not None and forms.url is not None,
        "sampling": declared.sampling is not None,
        "roots": declared.roots is not None,
    }
    return tuple(kind for kind, is_there in kinds.items() if is_there)


async def passed_on(session: ServerSession, request_id: types.RequestId, inquiry: Inquiry) -> Reply:
    """Ask the client what a server wants to know; what it does not answer clearly is declined."""
    try:
        return await _asked(session, request_id, inquiry)
    except (MCPError, ValidationError) as error:
        logger.warning("the client could not answer '%s': %s", inquiry.server, one_line(str(error), 300))
        return Reply(action="decline")


async def _asked(session: ServerSession, request_id: types.RequestId, inquiry: Inquiry) -> Reply:
    match inquiry.kind:
        case "form":
            schema: JsonObject = {"type": "object", **_object(inquiry.request.get("requestedSchema"))}
            filled = await session.elicit_form(worded(inquiry), schema, related_request_id=request_id)
            return Reply(action=filled.action, content=dict(filled.content or {}))
        case "url":
            url, name = inquiry.url or "", str(inquiry.request.get("elicitationId") or inquiry.id)
            visited = await session.elicit_url(worded(inquiry), url, name, related_request_id=request_id)
            return Reply(action=visited.action)
        case "sampling":
            wanted = types.CreateMessageRequest(params=_sampling(inquiry))
            made = await session.send_request(wanted, types.CreateMessageResult, metadata=_during(request_id))
            return _accepted(made)
        case "roots":
            listed = await session.send_request(
                types.ListRootsRequest(), types.ListRootsResult, metadata=_during(request_id)
            )
            return _accepted(listed)


def worded(inquiry: Inquiry) -> str:
    """Return an inquiry as a person reads it: every line of the server's is marked as such."""
    asks = "wants a page visited" if inquiry.kind == "url" else "asks"
    said = cut_text(sendable(inquiry.message), _MESSAGE_BYTES).splitlines()
    return "\n".join(
        [
            f"The server '{one_line(inquiry.server)}' {asks}, while {one_line(inquiry.program)} waits for its tool "
            f"{one_line(inquiry.tool)}:",
            *(f"> {one_line(line, 500)}" for line in said),
            *(f"Beware: {caution}." for caution in inquiry.cautions),
        ]
    )


def _sampling(inquiry: Inquiry) -> types.CreateMessageRequestParams:
    """Return a request for a model's answer that says who wants it, also to a model that is asked without a person."""
    said = inquiry.request.get("systemPrompt")
    whose = f"This request comes from the MCP server '{one_line(inquiry.server)}', through ptc."
    prompt = f"{whose}\n{said}" if isinstance(said, str) else whose
    return types.CreateMessageRequestParams.model_validate(
        {**inquiry.request, "systemPrompt": sendable(prompt), "_meta": None}
    )


def _accepted(result: types.CreateMessageResult | types.ListRootsResult) -> Reply:
    return Reply(action="accept", content=result.model_dump(by_alias=True, mode="json", exclude_none=True))


def _during(request_id: types.RequestId) -> ServerMessageMetadata:
    return ServerMessageMetadata(related_request_id=request_id)


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
