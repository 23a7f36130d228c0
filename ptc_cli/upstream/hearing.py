"""What servers of the new protocol tell of their own accord, which they do only to who listens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from mcp import ClientSession, MCPError
from mcp.client.subscriptions import SubscriptionLost, listen
from mcp.shared.subscriptions import ToolsListChanged
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.upstream.failures import AnsweredError
from ptc_cli.upstream.host import Host

Request = Callable[[str, JsonObject], Awaitable[JsonObject]]

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 300.0
"""Before we listen again after a server ended a subscription."""


async def hear_of_lists(session: ClientSession, host: Host) -> None:
    """Hear of changed lists from a server of the new protocol; one of the old sends notifications by itself."""
    offered = session.server_capabilities
    if session.protocol_version not in MODERN_PROTOCOL_VERSIONS or offered is None:
        return
    tools = bool(offered.tools and offered.tools.list_changed)
    resources = bool(offered.resources and offered.resources.list_changed)
    prompts = bool(offered.prompts and offered.prompts.list_changed)
    if not (tools or resources or prompts):
        return
    wait = _FIRST_WAIT_SECONDS
    with suppress(MCPError):
        while True:
            with suppress(SubscriptionLost):
                async with listen(
                    session, tools_list_changed=tools, resources_list_changed=resources, prompts_list_changed=prompts
                ) as subscription:
                    async for event in subscription:
                        host.changed() if isinstance(event, ToolsListChanged) else host.offers_changed()
            # What changed while nobody listened is not told.
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
            host.changed()
            host.offers_changed()


class ResourceNews:
    """What a server tells of changes of its resources over one connection."""

    def __init__(self, session: ClientSession, request: Request) -> None:
        self.ended = asyncio.Event()
        """Set when the server stopped telling while the connection goes on."""

        self._session = session
        self._request = request
        self._heard: frozenset[str] = frozenset()
        self._listening: asyncio.Task[None] | None = None

    async def only(self, uris: frozenset[str]) -> frozenset[str]:
        """Hear of these resources and of no others; return those that the server tells of.

        Raises:
            LostError: There is no answer.
        """
        is_modern = self._session.protocol_version in MODERN_PROTOCOL_VERSIONS
        self._heard = await (self._listened(uris) if is_modern else self._subscribed(uris))
        return self._heard

    def close(self) -> None:
        """Hear of nothing any more."""
        if self._listening is not None:
            self._listening.cancel()

    async def _subscribed(self, uris: frozenset[str]) -> frozenset[str]:
        for uri in self._heard - uris:
            await self._takes("resources/unsubscribe", uri)
        added = [uri for uri in uris - self._heard if await self._takes("resources/subscribe", uri)]
        return (self._heard & uris).union(added)

    async def _takes(self, method: str, uri: str) -> bool:
        try:
            await self._request(method, {"uri": uri})
        except AnsweredError:
            return False
        return True

    async def _listened(self, uris: frozenset[str]) -> frozenset[str]:
        before, self._listening = self._listening, None
        self.ended.clear()
        acknowledged: asyncio.Future[frozenset[str]] = asyncio.get_running_loop().create_future()
        try:
            if not uris:
                return frozenset()
            self._listening = asyncio.create_task(self._listen(uris, acknowledged))
            return await acknowledged
        finally:
            # Only now: what changes meanwhile is rather heard of twice than not at all.
            if before is not None:
                before.cancel()

    async def _listen(self, uris: frozenset[str], acknowledged: asyncio.Future[frozenset[str]]) -> None:
        try:
            with suppress(MCPError, SubscriptionLost):
                async with listen(self._session, resource_subscriptions=sorted(uris)) as subscription:
                    acknowledged.set_result(frozenset(subscription.honored.resource_subscriptions or ()))
                    async for _ in subscription:
                        pass  # the session's message handler has it too, as from servers of the old protocol
        finally:
            if not acknowledged.done():
                acknowledged.set_result(frozenset())
            if self._listening is asyncio.current_task():
                self.ended.set()
