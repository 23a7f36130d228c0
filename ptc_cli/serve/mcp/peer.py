"""The client of one request: what it can be told while the request runs, and asked. The two eras differ only here."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast, get_args

import mcp_types as types
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from ptc_cli.core.event import Decision, Question
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.result import cut_text
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.inquiries import answered_by, passed_on
from ptc_cli.serve.mcp.texts import one_line

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

logger = logging.getLogger(__name__)

LEVELS: tuple[types.LoggingLevel, ...] = get_args(types.LoggingLevel)
"""From the least to the most severe."""

LOG_BYTES = 4_000
ASKED_BYTES = 2_000

_ANSWERS: Mapping[Decision, str] = MappingProxyType(
    {
        "once": "Yes, this call",
        "all": "Yes, every call of this tool in this run",
        "program": "Yes, every call on this program's list",
        "no": "No",
    }
)
"""What a client is offered. To be remembered, an answer must be given to ptc itself."""


class Peer:
    """The client of one request."""

    def __init__(self, context: ServerRequestContext[str], *, level: types.LoggingLevel | None) -> None:
        self._session = context.session
        self._request_id = context.request_id
        wanted = cast("str | None", (context.meta or {}).get(types.LOG_LEVEL_META_KEY)) or level
        self._lowest = LEVELS.index(wanted) if wanted in LEVELS else len(LEVELS)
        self.protocol_version = context.protocol_version

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked through this client while the request runs.

        Only clients of the handshake era take requests from a server.
        """
        return "form" in self.answers

    @property
    def answers(self) -> Collection[InquiryKind]:
        """What servers may ask through this client while the request runs."""
        return answered_by(self._session)

    async def progress(self, done: float, total: float | None, note: str) -> None:
        """Say how far the request is, to a client that asked to be told."""
        await self._session.report_progress(done, total, sendable(note) or None)

    async def log(self, level: types.LoggingLevel, text: str) -> None:
        """Say something, to a client that wants to hear of things as severe."""
        if LEVELS.index(level) < self._lowest:
            return
        params = types.LoggingMessageNotificationParams(
            level=level, logger="ptc", data=sendable(cut_text(text, LOG_BYTES))
        )
        message = types.LoggingMessageNotification(params=params)
        await self._session.send_notification(message, related_request_id=self._request_id)

    async def ask(self, question: Question) -> Decision:
        """Put a question to the person behind the client; whatever is not a clear yes is a no."""
        try:
            result = await self._session.elicit_form(
                asked(question), _form(question), related_request_id=self._request_id
            )
        except (MCPError, ValidationError) as error:
            logger.warning("the client could not ask: %s", one_line(str(error), 300))
            return "no"
        said = (result.content or {}).get("decision") if result.action == "accept" else "no"
        return next((decision for decision in _ANSWERS if decision == said), "no")

    async def reply(self, inquiry: Inquiry) -> Reply:
        """Pass on what a server asks."""
        assert self._request_id is not None
        return await passed_on(self._session, self._request_id, inquiry)


def _form(question: Question) -> types.ElicitRequestedSchema:
    offered = [decision for decision in _ANSWERS if decision != "program" or question.listed]
    decision = {
        "type": "string",
        "title": "Allow this call?",
        "enum": offered,
        "enumNames": [_ANSWERS[each] for each in offered],
    }
    return {"type": "object", "properties": {"decision": decision}, "required": ["decision"]}


def known_level(level: str) -> types.LoggingLevel:
    """Return a level as the protocol knows it, whatever a server called it."""
    return next((known for known in LEVELS if known == level), "info")


def asked(question: Question) -> str:
    """Return a question as a person reads it. Everything in it but our own words may be an adversary's."""
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
