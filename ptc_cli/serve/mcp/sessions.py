"""Which connection a request came over, what its client asked to be told, and how to tell every client something."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import mcp_types as types
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    PromptsListChanged,
    ResourcesListChanged,
    ToolsListChanged,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request

from ptc_cli.engine import Engine
from ptc_cli.serve.mcp.updates import News, Watched

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession

logger = logging.getLogger(__name__)

SESSION_HEADER = "mcp-session-id"
MAX_SESSIONS = 1_000
NOTIFY_SECONDS = 5.0


@dataclass(slots=True)
class _Session:
    channel: ServerSession
    """The way to a client of the handshake era outside of any request."""

    news: News
    watched: Watched
    level: types.LoggingLevel | None = None

    def close(self) -> None:
        self.watched.close()
        self.news.close()


class Sessions:
    """The clients that are connected, as far as a server has to remember them.

    Clients of 2026-07-28 are not remembered: over HTTP each of their requests stands alone, and what they want to be
    told they ask for with `subscriptions/listen`, which `bus` serves.
    """

    def __init__(self, engine: Engine) -> None:
        self.bus = InMemorySubscriptionBus()
        self._engine = engine
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def key(self, context: ServerRequestContext[str]) -> str | None:
        """Return the name of the session that a request belongs to; None if it belongs to none."""
        if not isinstance(context.request, Request):
            return context.lifespan_context
        if context.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
            # Here nobody has checked the header: taken at its word, it would name another client's session.
            return None
        return context.request.headers.get(SESSION_HEADER)

    def remember(self, context: ServerRequestContext[str]) -> None:
        """Note the client of a request as one to tell of changes."""
        key = self.key(context)
        if key is None or context.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
            return
        if (known := self._sessions.get(key)) is not None:
            known.channel = context.session
        else:
            self._sessions[key] = self._opened(key, context.session)
        self._sessions.move_to_end(key)
        while len(self._sessions) > MAX_SESSIONS:
            self.forget(next(iter(self._sessions)))

    def _opened(self, key: str, channel: ServerSession) -> _Session:
        news = News(lambda address: self._updated(key, address))
        return _Session(channel=channel, news=news, watched=Watched(self._engine, news.put))

    def set_level(self, context: ServerRequestContext[str], level: types.LoggingLevel) -> None:
        """Note from which severity on a client wants logs."""
        self.remember(context)
        session = self._sessions.get(self.key(context) or "")
        if session is not None:
            session.level = level

    def level(self, context: ServerRequestContext[str]) -> types.LoggingLevel | None:
        """Return from which severity on the client of a request wants logs; None for no logs at all."""
        session = self._sessions.get(self.key(context) or "")
        return session.level if session is not None else None

    def watched(self, context: ServerRequestContext[str]) -> Watched | None:
        """Return the resources that the client of a request hears of; None for one that is not remembered."""
        self.remember(context)
        session = self._sessions.get(self.key(context) or "")
        return session.watched if session is not None else None

    def forget(self, key: str) -> None:
        """Drop a session that has ended."""
        if (session := self._sessions.pop(key, None)) is not None:
            session.close()

    async def _updated(self, key: str, address: str) -> None:
        if (session := self._sessions.get(key)) is not None:
            await self._told(key, session.channel.send_resource_updated(address))

    async def lists_changed(self) -> None:
        """Tell every client, of either era, that the lists of tools, resources and prompts have changed."""
        for event in (ToolsListChanged(), ResourcesListChanged(), PromptsListChanged()):
            await self.bus.publish(event)
        async with anyio.create_task_group() as group:
            for key, session in list(self._sessions.items()):
                group.start_soon(self._notify, key, session)

    async def _notify(self, key: str, session: _Session) -> None:
        for told in (
            session.channel.send_tool_list_changed,
            session.channel.send_resource_list_changed,
            session.channel.send_prompt_list_changed,
        ):
            await self._told(key, told())

    async def _told(self, key: str, telling: Awaitable[None]) -> None:
        # A client that has stopped reading must not keep the others from hearing.
        with anyio.move_on_after(NOTIFY_SECONDS) as scope:
            try:
                await telling
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                self.forget(key)
        if scope.cancelled_caught:
            logger.warning("a client did not take the news of a change within %s s", NOTIFY_SECONDS)
            self.forget(key)


def new_key() -> str:
    """Return a name for the session of a connection that has no name of its own."""
    return secrets.token_hex(8)
