"""What a run asks, as requests of MCP, and what is responded; the same in both eras of the protocol.

The gate asks whether a call may be made, and servers behind us ask what they want to know. Everything in either but our
own words may be an adversary's, so it is always said whose question it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeAlias

import mcp_types as types

from ptc_cli.core.catalog import Door
from ptc_cli.core.event import Decision, Question
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.result import cut_text
from ptc_cli.engine import Run
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.texts import one_line

DOOR: Door = "mcp"

ASKED_BYTES = 2_000

Ask: TypeAlias = Question | Inquiry

_ANSWERS: Mapping[Decision, str] = MappingProxyType(
    {
        "once": "Yes, this call",
        "all": "Yes, every call of this tool in this run",
        "program": "Yes, every call on this program's list",
        "no": "No",
    }
)
"""What a client is offered. To be remembered, an answer must be given to ptc itself."""


def answerable(declared: types.ClientCapabilities | None) -> Collection[InquiryKind]:
    """Return what may be asked of a client that declared what it can."""
    if declared is None:
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


def request(ask: Ask) -> types.InputRequest:
    """Return what a client is sent.

    Raises:
        ValidationError: A server's request is not what the protocol allows.
    """
    if isinstance(ask, Question):
        return _form(worded_question(ask), _choice(ask))
    match ask.kind:
        case "form":
            asked = ask.request.get("requestedSchema")
            return _form(worded(ask), {"type": "object", **(asked if isinstance(asked, dict) else {})})
        case "url":
            name = str(ask.request.get("elicitationId") or ask.id)
            visit = types.ElicitRequestURLParams(message=worded(ask), url=ask.url or "", elicitation_id=name)
            return types.ElicitRequest(params=visit)
        case "sampling":
            return types.CreateMessageRequest(params=_sampling(ask))
        case "roots":
            return types.ListRootsRequest()


def settle(run: Run, ask: Ask, response: types.InputResponse | None) -> None:
    """Give a run what was responded; None, and whatever is not a clear answer, is a no."""
    if isinstance(ask, Question):
        run.answer(ask.id, _decision(response), by=DOOR)
    else:
        run.reply(ask.id, _reply(ask.kind, response), by=DOOR)


def worded_question(question: Question) -> str:
    """Return a question of the gate as a person reads it."""
    call = question.call
    arguments = cut_text(json.dumps(call.arguments, ensure_ascii=True), ASKED_BYTES)
    where = f" at line {call.site}: {one_line(question.line, 200)}" if call.site else ""
    lines = [
        f"{one_line(question.program)} wants to call {one_line(call.server)}.{one_line(call.tool)}{where}",
        f"with {arguments}",
        f"Asked because {one_line(question.reason, 600)}.",
    ]
    if question.foreseen:
        lines.append(f"{question.foreseen} more calls of this tool are expected in this run.")
    if question.listed:
        lines.append(f"Also on the program's list: {one_line(', '.join(question.listed), 300)}.")
    return "\n".join(lines)


def worded(inquiry: Inquiry) -> str:
    """Return an inquiry as a person reads it: every line of the server's is marked as such."""
    asks = "wants a page visited" if inquiry.kind == "url" else "asks"
    said = cut_text(sendable(inquiry.message), ASKED_BYTES).splitlines()
    return "\n".join(
        [
            f"The server '{one_line(inquiry.server)}' {asks}, while {one_line(inquiry.program)} waits for its tool "
            f"{one_line(inquiry.tool)}:",
            *(f"> {one_line(line, 500)}" for line in said),
            *(f"Beware: {caution}." for caution in inquiry.cautions),
        ]
    )


def _choice(question: Question) -> JsonObject:
    offered = [decision for decision in _ANSWERS if decision != "program" or question.listed]
    decision: JsonObject = {
        "type": "string",
        "title": "Allow this call?",
        "enum": offered,
        "enumNames": [_ANSWERS[each] for each in offered],
    }
    return {"type": "object", "properties": {"decision": decision}, "required": ["decision"]}


def _form(message: str, schema: JsonObject) -> types.ElicitRequest:
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def _sampling(inquiry: Inquiry) -> types.CreateMessageRequestParams:
    """Return a request for a model's answer that says who wants it, also to a model that is asked without a person."""
    said = inquiry.request.get("systemPrompt")
    whose = f"This request comes from the MCP server '{one_line(inquiry.server)}', through ptc."
    prompt = f"{whose}\n{said}" if isinstance(said, str) else whose
    return types.CreateMessageRequestParams.model_validate(
        {**inquiry.request, "systemPrompt": sendable(prompt), "_meta": None}
    )


def _decision(response: types.InputResponse | None) -> Decision:
    if not isinstance(response, types.ElicitResult) or response.action != "accept":
        return "no"
    said = (response.content or {}).get("decision")
    return next((decision for decision in _ANSWERS if decision == said), "no")


def _reply(kind: InquiryKind, response: types.InputResponse | None) -> Reply:
    match kind, response:
        case "form", types.ElicitResult():
            return Reply(action=response.action, content=dict(response.content or {}))
        case "url", types.ElicitResult():
            return Reply(action=response.action)
        case "sampling", types.CreateMessageResult() | types.CreateMessageResultWithTools():
            return _accepted(response)
        case "roots", types.ListRootsResult():
            return _accepted(response)
    return Reply(action="decline")


def _accepted(
    result: types.CreateMessageResult | types.CreateMessageResultWithTools | types.ListRootsResult,
) -> Reply:
    return Reply(action="accept", content=result.model_dump(by_alias=True, mode="json", exclude_none=True))
