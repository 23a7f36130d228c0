"""What servers offer besides tools, asked when first wanted, and kept until they say that it changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from ptc_cli import policy
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.core.offers import Offers
from ptc_cli.upstream import Pool

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0
"""How long everybody waits for a server that does not answer."""


class Offered:
    """The resources and prompts of all servers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, Offers] = {}
        self._callbacks: list[Callable[[], None]] = []
        pool.on_offers_changed(self._forget)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have a function called whenever a server says that its resources or prompts changed."""
        self._callbacks.append(callback)

    def clear(self) -> None:
        """Forget everything: the servers may be others."""
        self._known.clear()

    async def of(self, caller: Caller, servers: Iterable[str]) -> tuple[Offers, ...]:
        """Return what some servers offer, as far as a caller may see it."""
        return tuple(_seen(caller, found) for found in await asyncio.gather(*(self._of(each) for each in servers)))

    async def _of(self, server: str) -> Offers:
        if server not in self._known:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    self._known[server] = await self._pool.offers(server)
            except (PtcError, TimeoutError) as error:
                logger.warning("no resources and prompts of '%s': %s", server, error)
                return Offers(server=server)
        return self._known[server]

    def _forget(self, server: str) -> None:
        self._known.pop(server, None)
        for callback in self._callbacks:
            callback()


def _seen(caller: Caller, offers: Offers) -> Offers:
    def sees(name: str) -> bool:
        return policy.sees_tool(caller, offers.server, name)

    return replace(
        offers,
        resources=tuple(each for each in offers.resources if sees(each["uri"])),
        templates=tuple(each for each in offers.templates if sees(each["uriTemplate"])),
        prompts=tuple(each for each in offers.prompts if sees(each["name"])),
    )
