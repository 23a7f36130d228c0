"""The catalog as it stands, and how it comes to be: from the cache, or by asking servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from ptc_cli.core.catalog import Catalog, ServerEntry
from ptc_cli.core.held import HeldBack
from ptc_cli.core.names import module_names
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.engine.cache import KEPT_SECONDS, FileStamp, ListingCache
from ptc_cli.engine.entries import Entries, unusable
from ptc_cli.engine.learned import LearnedResults
from ptc_cli.pins import Pins

PATIENCE_SECONDS = 10.0
"""How long everybody waits for a server that does not answer; it is asked on in the background."""

Ask = Callable[[str], Awaitable[ServerListing]]
"""Ask a server for its tools; one that fails is a listing that says so."""


class CatalogSource:
    """Holds the newest catalog. Every change makes a new one, with the next generation."""

    def __init__(
        self, configs: Iterable[ServerConfig], *, ask: Ask, cache: ListingCache, learned: LearnedResults, pins: Pins
    ) -> None:
        self._configs = tuple(configs)
        self._modules: Mapping[str, str] = module_names(config.name for config in self._configs)
        self._ask = ask
        self._cache = cache
        self._learned = learned
        self._pins = pins
        self._entries = Entries(cache, learned, pins)
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._asked_at: dict[str, float] = {}
        self._callbacks: list[Callable[[], None]] = []
        self._stamps: dict[str, FileStamp | None] = {}
        self.catalog = Catalog(generation=1, servers=tuple(self._from_cache(config) for config in self._configs))
        self._held = _by_tool(self.catalog)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have a function called after every change of generation."""
        self._callbacks.append(callback)

    async def listed(self, wanted: Callable[[ServerEntry], bool], *, refresh: bool = False) -> Catalog:
        """Return the catalog, once the wanted servers that are not known yet have been asked, all at the same time.

        A server that does not answer is waited for once: until it does, it stays one that is not known yet.
        """
        self._take_over_learned()
        self._take_over_decisions()
        entries = [entry for entry in self.catalog.servers if wanted(entry)]
        asking = [self._asked_once(entry.name) for entry in entries if _can_be_asked(entry, refresh=refresh)]
        if asking:
            await asyncio.wait(asking, timeout=max(0.0, PATIENCE_SECONDS - self._longest_asking()))
        return self.catalog

    def renew(self) -> None:
        """Take over what other processes were told since, and forget what was told too long ago."""
        for entry in self.catalog.servers:
            if entry.listing.status == "ok" and self._is_outdated(entry):
                self._replace(self._from_cache(entry.config))

    def held(self, server: str, tool: str) -> HeldBack | None:
        """Return why a tool may not be called as things stand now, whatever a run's own view of it is."""
        return self._held.get((server, tool))

    def offered(self, server: str) -> ServerListing | None:
        """Return what a server lists, with what is held back; None if it has not been listed."""
        return self._entries.offered(server)

    def reconsider(self, server: str) -> None:
        """Take over what is known by now of what a server offers, or was decided on it."""
        entry, listing = self.catalog.server(server), self.offered(server)
        if entry is not None and listing is not None:
            self._take_over(self._entry(entry.config, listing))

    async def asked(self, server: str) -> None:
        """Ask one server anew, and wait for what it says."""
        await asyncio.shield(self._asked_once(server))

    def reconfigure(self, configs: Iterable[ServerConfig]) -> None:
        """Take over a changed configuration, as the next generation; what is known of an unchanged server stays."""
        self._configs = tuple(configs)
        self._modules = module_names(config.name for config in self._configs)
        entries = tuple(self._still_known(config) or self._from_cache(config) for config in self._configs)
        kept = {entry.name for entry in entries if (old := self.catalog.server(entry.name)) and _is_same(old, entry)}
        for server in [server for server in self._asking if server not in kept]:
            self._asking.pop(server).cancel()
        self._swap(entries)

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _asked_once(self, server: str) -> asyncio.Task[None]:
        """Return the task that asks a server, one however many want it asked."""
        task = self._asking.get(server)
        if task is None:
            task = asyncio.create_task(self._take(server), name=f"list {server}")
            self._asking[server] = task
            self._asked_at[server] = time.monotonic()
            task.add_done_callback(lambda ended: self._asked_to_the_end(server, ended))
        return task

    def _asked_to_the_end(self, server: str, task: asyncio.Task[None]) -> None:
        # The server may have been configured anew, and be asked by another task.
        if self._asking.get(server) is task:
            del self._asking[server]

    def _longest_asking(self) -> float:
        now = time.monotonic()
        return max((now - self._asked_at[server] for server in self._asking), default=0.0)

    async def _take(self, server: str) -> None:
        asked = self.catalog.server(server)
        listing = await self._ask(server)
        entry = self.catalog.server(server)
        if entry is None or asked is None or asked.config.identity != entry.config.identity:
            return
        if listing.status != "ok" and entry.listing.status == "ok":
            return  # what it offered last is worth more than that it cannot be reached now
        fresh = self._entry(entry.config, listing)
        if listing.status == "ok":
            self._learned.keep_only(fresh.config, {tool.tool: tool.digest for tool in fresh.stub.tools})
        self._take_over(fresh)

    def _take_over(self, fresh: ServerEntry) -> None:
        if fresh.listing.status == "ok":
            self._keep(fresh)
        self._replace(fresh)

    def _is_outdated(self, entry: ServerEntry) -> bool:
        is_old = time.time() - entry.listing.listed_at > KEPT_SECONDS
        return is_old or self._cache.stamp(entry.config, entry.stub.module) != self._stamps.get(entry.name)

    def _keep(self, fresh: ServerEntry) -> None:
        learned, offered = self._learned.of(fresh.config), self.offered(fresh.name)
        assert offered is not None
        self._cache.keep(fresh.config, fresh.stub.module, offered, fresh.stub, held=fresh.held, learned=learned)
        self._stamps[fresh.name] = self._cache.stamp(fresh.config, fresh.stub.module)

    def _take_over_learned(self) -> None:
        """Render the servers anew of whose results more is known: once for many calls, and not while programs run."""
        for name in self._learned.changed():
            entry = self.catalog.server(name)
            if entry is not None and entry.listing.status == "ok":
                self.reconsider(name)

    def _take_over_decisions(self) -> None:
        """Judge anew what is held back, where another process may have recorded what a person said to it."""
        for entry in self.catalog.servers:
            if entry.held and self._pins.is_stale(entry.config):
                self.reconsider(entry.name)

    def _replace(self, fresh: ServerEntry) -> None:
        old = self.catalog.server(fresh.name)
        if old is not None and replace(fresh, listing=replace(fresh.listing, listed_at=old.listing.listed_at)) == old:
            return
        self._swap(tuple(fresh if entry.name == fresh.name else entry for entry in self.catalog.servers))

    def _swap(self, servers: tuple[ServerEntry, ...]) -> None:
        self.catalog = Catalog(generation=self.catalog.generation + 1, servers=servers)
        self._held = _by_tool(self.catalog)
        for callback in self._callbacks:
            callback()

    def _still_known(self, config: ServerConfig) -> ServerEntry | None:
        """Return a server with what it said before, if it is still the same one."""
        old = self.catalog.server(config.name)
        if old is None or old.listing.status != "ok" or old.config.identity != config.identity or unusable(config):
            return None
        if (old.config, old.stub.module) == (config, self._modules[config.name]):
            return old
        return self._entry(config, old.listing)

    def _from_cache(self, config: ServerConfig) -> ServerEntry:
        module = self._modules[config.name]
        self._stamps[config.name] = self._cache.stamp(config, module)
        return self._entries.from_cache(config, module)

    def _entry(self, config: ServerConfig, listing: ServerListing) -> ServerEntry:
        return self._entries.of_listing(config, self._modules[config.name], listing)


def _by_tool(catalog: Catalog) -> Mapping[tuple[str, str], HeldBack]:
    return {(entry.name, each.tool): each for entry in catalog.servers for each in entry.held if each.tool is not None}


def _is_same(old: ServerEntry, new: ServerEntry) -> bool:
    return old.config.identity == new.config.identity


def _can_be_asked(entry: ServerEntry, *, refresh: bool) -> bool:
    is_usable = entry.listing.status not in ("disabled", "untrusted")
    return is_usable and (refresh or entry.listing.status in ("unknown", "failed"))
