"""Which connection a request came over, what its client asked to be told, and how to tell every client something."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, field
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

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession

logger = logging.getLogger(__name__)

SESSION_HEADER = "mcp-session-id"
MAX_SESSIONS = 1_000
NOTIFY_SECONDS = 5.0
MOST_WATCHED = 1_000


@dataclass(slots=True)
class _Session:
    channel: ServerSession
    """The way to a client of the handshake era outside of any request."""

    level: types.LoggingLevel | None = None
    watched: dict[str, str] = field(default_factory=dict)
    """The addresses of resources that it wants to hear of, by `server address`."""


class Sessions:
    """The clients that are connected, as far as a server has to remember them.

    Clients of 2026-07-28 are not remembered: over HTTP each of their requests stands alone, and what they want to be
    told they ask for with `subscriptions/listen`, which `bus` serves.
    """

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
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
        known = self._sessions.pop(key, None)
        self._sessions[key] = _Session(
            channel=context.session,
            level=known.level if known else None,
            watched=known.watched if known else {},
        )
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)

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

    def watch(self, context: ServerRequestContext[str], home: tuple[str, str], uri: str) -> None:
        """Note that the client of a request wants to hear of a resource, under the address that it used."""
        self.remember(context)
        session = self._sessions.get(self.key(context) or "")
        if session is not None and len(session.watched) < MOST_WATCHED:
            session.watched[" ".join(home)] = uri

    def unwatch(self, context: ServerRequestContext[str], home: tuple[str, str]) -> bool:
        """Note that it does not any more; say whether nobody does."""
        session = self._sessions.get(self.key(context) or "")
        if session is not None:
            session.watched.pop(" ".join(home), None)
        return not any(" ".join(home) in each.watched for each in self._sessions.values())

    async def updated(self, server: str, uri: str) -> None:
        """Tell those who want to hear of a resource that it has changed."""
        for key, session in list(self._sessions.items()):
            if (address := session.watched.get(f"{server} {uri}")) is not None:
                await self._told(key, session.channel.send_resource_updated(address))

    def forget(self, key: str) -> None:
        """Drop a session that has ended."""
        self._sessions.pop(key, None)

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
