"""The catalog as it stands, and how it comes to be: from the cache, or by asking servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from ptc_cli import policy
from ptc_cli.core.catalog import Caller, Catalog, ServerEntry
from ptc_cli.core.names import module_names
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.engine.cache import ListingCache

_EVERYONE = Caller(door="api")

Ask = Callable[[str], Awaitable[ServerListing]]
"""Ask a server for its tools; one that fails is a listing that says so."""


class CatalogSource:
    """Holds the newest catalog. Every change makes a new one, with the next generation."""

    def __init__(self, configs: Iterable[ServerConfig], *, ask: Ask, cache: ListingCache) -> None:
        self._configs = tuple(configs)
        self._modules: Mapping[str, str] = module_names(config.name for config in self._configs)
        self._ask = ask
        self._cache = cache
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._callbacks: list[Callable[[], None]] = []
        self.catalog = Catalog(generation=1, servers=tuple(self._from_cache(config) for config in self._configs))

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have a function called after every change of generation."""
        self._callbacks.append(callback)

    async def listed(self, wanted: Callable[[ServerEntry], bool], *, refresh: bool = False) -> Catalog:
        """Return the catalog, once the wanted servers that are not known yet have been asked, all at the same time."""
        entries = [entry for entry in self.catalog.servers if wanted(entry)]
        names = [entry.name for entry in entries if _can_be_asked(entry, refresh=refresh)]
        await asyncio.gather(*(self.asked(name) for name in names))
        return self.catalog

    async def asked(self, server: str) -> None:
        """Ask one server, once, however many want it asked."""
        task = self._asking.get(server)
        if task is None:
            task = asyncio.create_task(self._take(server), name=f"list {server}")
            self._asking[server] = task
            task.add_done_callback(lambda _: self._asking.pop(server, None))
        await asyncio.shield(task)

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, server: str) -> None:
        listing = await self._ask(server)
        entry = self.catalog.server(server)
        if entry is None:
            return
        fresh = self._entry(entry.config, listing)
        if listing.status == "ok":
            self._cache.keep(fresh.config, fresh.stub.module, fresh.listing, fresh.stub)
        elif entry.listing.status == "ok":
            return  # what it offered last is worth more than that it cannot be reached now
        self._replace(fresh)

    def _replace(self, fresh: ServerEntry) -> None:
        old = self.catalog.server(fresh.name)
        if old is not None and (old.listing, old.stub) == (
            replace(fresh.listing, listed_at=old.listing.listed_at),
            fresh.stub,
        ):
            return
        servers = tuple(fresh if entry.name == fresh.name else entry for entry in self.catalog.servers)
        self.catalog = Catalog(generation=self.catalog.generation + 1, servers=servers)
        for callback in self._callbacks:
            callback()

    def _from_cache(self, config: ServerConfig) -> ServerEntry:
        module = self._modules[config.name]
        if unusable := _unusable(config):
            return self._entry(config, unusable)
        kept = self._cache.load(config, module, now=time.time())
        if kept is None:
            return self._entry(config, ServerListing(server=config.name, status="unknown", reason="not asked yet"))
        return ServerEntry(config=config, listing=kept[0], stub=kept[1])

    def _entry(self, config: ServerConfig, listing: ServerListing) -> ServerEntry:
        return rendered(config, listing, module=self._modules[config.name])


def rendered(config: ServerConfig, listing: ServerListing, *, module: str) -> ServerEntry:
    """Return a server with a stub of the tools that its configuration lets anyone see."""
    # Costs 30 ms to import; where every stub comes from the cache nobody must pay it.
    from ptc_cli import codegen

    tools = tuple(tool for tool in listing.tools if policy.sees_tool(_EVERYONE, config, tool.name))
    listing = replace(listing, tools=tools)
    stub = codegen.render(config, listing, module=module)
    usable = {tool.tool for tool in stub.tools}
    listing = replace(
        listing,
        tools=tuple(tool for tool in tools if tool.name in usable),
        rejected=(*listing.rejected, *stub.rejected),
    )
    return ServerEntry(config=config, listing=listing, stub=stub)


def _unusable(config: ServerConfig) -> ServerListing | None:
    if not config.enabled:
        return ServerListing(server=config.name, status="disabled", reason="enabled = false in its configuration")
    if not config.is_trusted:
        reason = f"its file is not trusted: {config.origin}\nLook at it, then run: ptc servers trust"
        return ServerListing(server=config.name, status="untrusted", reason=reason)
    return None


def _can_be_asked(entry: ServerEntry, *, refresh: bool) -> bool:
    is_usable = entry.listing.status not in ("disabled", "untrusted")
    return is_usable and (refresh or entry.listing.status in ("unknown", "failed"))
