"""How a server stands in the catalog: what it listed, less what is held back, with a stub of the rest.

What is in the cache needs neither a server nor an event loop, and nothing here imports one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.held import HeldBack
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.core.stub import Stub
from ptc_cli.engine.cache import ListingCache
from ptc_cli.engine.learned import LearnedResults
from ptc_cli.pins import Cleared, Pins


class Entries:
    """Makes the entries of servers, of what the cache has or of what they list now."""

    def __init__(self, cache: ListingCache, learned: LearnedResults, pins: Pins) -> None:
        self._cache = cache
        self._learned = learned
        self._pins = pins
        self._offered: dict[str, ServerListing] = {}

    def offered(self, server: str) -> ServerListing | None:
        """Return what a server lists, with what is held back; None if it has not been listed."""
        return self._offered.get(server)

    def of_listing(self, config: ServerConfig, module: str, listing: ServerListing) -> ServerEntry:
        """Return a server as a listing shows it."""
        return self._rendered(config, module, self._cleared(config, listing))

    def from_cache(self, config: ServerConfig, module: str) -> ServerEntry:
        """Return a server as the cache has it; one that is not there, or too old, is `unknown`."""
        if unlisted := unusable(config):
            return self.of_listing(config, module, unlisted)
        kept = self._cache.load(config, module, now=time.time(), learned=self._learned.of(config))
        if kept is None:
            unlisted = ServerListing(server=config.name, status="unknown", reason="it has not answered yet")
            return self.of_listing(config, module, unlisted)
        digests = {} if kept.stub is None else {tool.tool: tool.digest for tool in kept.stub.tools}
        cleared = self._cleared(config, kept.listing, digests)
        if kept.stub is None or kept.held != cleared.held:
            return self._rendered(config, module, cleared)
        return _entry(config, cleared.listing, kept.stub, cleared.held)

    def _cleared(
        self, config: ServerConfig, listing: ServerListing, digests: Mapping[str, str] | None = None
    ) -> Cleared:
        self._offered[config.name] = listing
        return self._pins.cleared(config, listing, digests)

    def _rendered(self, config: ServerConfig, module: str, cleared: Cleared) -> ServerEntry:
        learned = self._learned.of(config)
        return rendered(config, cleared.listing, module=module, learned=learned, held=cleared.held)


def rendered(
    config: ServerConfig,
    listing: ServerListing,
    *,
    module: str,
    learned: Mapping[str, LearnedResult] | None = None,
    held: tuple[HeldBack, ...] = (),
) -> ServerEntry:
    """Return a server with its stub, and without the tools that cannot be functions."""
    # Costs 30 ms to import; where every stub comes from the cache nobody must pay it.
    from ptc_cli import codegen

    return _entry(config, listing, codegen.render(config, listing, module=module, learned=learned or {}), held)


def unusable(config: ServerConfig) -> ServerListing | None:
    """Return why a server is not asked, as its listing; None where it may be."""
    if not config.enabled:
        return ServerListing(server=config.name, status="disabled", reason="enabled = false in its configuration")
    if not config.is_trusted:
        reason = f"its file is not trusted: {config.origin}\nLook at it, then run: ptc servers trust"
        return ServerListing(server=config.name, status="untrusted", reason=reason)
    return None


def _entry(config: ServerConfig, listing: ServerListing, stub: Stub, held: tuple[HeldBack, ...]) -> ServerEntry:
    usable = {tool.tool for tool in stub.tools}
    listing = replace(
        listing,
        tools=tuple(tool for tool in listing.tools if tool.name in usable),
        rejected=(*listing.rejected, *stub.rejected),
    )
    return ServerEntry(config=config, listing=listing, stub=stub, held=held)
