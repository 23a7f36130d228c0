"""What servers of the new protocol tell of their own accord, which they do only to who listens."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from mcp import ClientSession, MCPError
from mcp.client.subscriptions import SubscriptionLost, listen
from mcp.shared.subscriptions import ToolsListChanged
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ptc_cli.upstream.host import Host

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


async def hear_of_resource(session: ClientSession, uri: str) -> None:
    """Have a server of the new protocol tell of changes of one resource, until it ends the subscription."""
    with suppress(MCPError, SubscriptionLost):
        async with listen(session, resource_subscriptions=[uri]) as subscription:
            async for _ in subscription:
                pass  # the session's message handler has it too, as from servers of the old protocol
