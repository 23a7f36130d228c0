"""The client of one request: what it can be told while the request runs, and asked. The two eras differ only here."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, cast, get_args

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from ptc_cli.core.inquiry import InquiryKind
from ptc_cli.core.result import cut_text
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.asking import Ask, answerable, request
from ptc_cli.serve.mcp.texts import one_line

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

logger = logging.getLogger(__name__)

LEVELS: tuple[types.LoggingLevel, ...] = get_args(types.LoggingLevel)
"""From the least to the most severe."""

LOG_BYTES = 4_000


class Peer:
    """The client of one request."""

    def __init__(self, context: ServerRequestContext[str], *, level: types.LoggingLevel | None) -> None:
        self._session = context.session
        self._request_id = context.request_id
        wanted = cast("str | None", (context.meta or {}).get(types.LOG_LEVEL_META_KEY)) or level
        self._lowest = LEVELS.index(wanted) if wanted in LEVELS else len(LEVELS)
        self.protocol_version = context.protocol_version

    @property
    def comes_back(self) -> bool:
        """Whether the client takes what is asked as the answer to its request, and comes back with what it responds.

        One of the handshake era is sent a request of ours instead, while its own is still open.
        """
        return self.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked through this client."""
        return "form" in self.answers

    @property
    def answers(self) -> Collection[InquiryKind]:
        """What servers may ask through this client."""
        is_reached = self.comes_back or self._session.can_send_request
        return answerable(self._session.client_capabilities) if is_reached else ()

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

    async def ask(self, ask: Ask) -> types.InputResponse | None:
        """Put what a run asks to a client of the handshake era; None if it could not answer."""
        try:
            return await self._asked(request(ask))
        except (MCPError, ValidationError) as error:
            logger.warning("the client could not answer: %s", one_line(str(error), 300))
            return None

    async def _asked(self, wanted: types.InputRequest) -> types.InputResponse:
        during = ServerMessageMetadata(related_request_id=self._request_id)
        match wanted:
            case types.ElicitRequest():
                return await self._session.send_request(wanted, types.ElicitResult, metadata=during)
            case types.CreateMessageRequest():
                return await self._session.send_request(wanted, types.CreateMessageResult, metadata=during)
            case types.ListRootsRequest():
                return await self._session.send_request(wanted, types.ListRootsResult, metadata=during)


def known_level(level: str) -> types.LoggingLevel:
    """Return a level as the protocol knows it, whatever a server called it."""
    return next((known for known in LEVELS if known == level), "info")
