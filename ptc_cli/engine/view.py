"""The catalog cut to what one caller may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ptc_cli import policy
from ptc_cli.core.catalog import Caller, Catalog, ServerEntry, View
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.names import module_names
from ptc_cli.core.server import ServerConfig
from ptc_cli.engine.entries import rendered
from ptc_cli.engine.local import LocalServer


class Views:
    """Makes views, each once: rendering a caller's part of a server costs."""

    def __init__(self, learned: Callable[[ServerConfig], Mapping[str, LearnedResult]]) -> None:
        self._learned = learned
        self._made: dict[tuple[object, ...], View] = {}
        self._cut: dict[tuple[object, ...], ServerEntry] = {}
        self._catalog: Catalog | None = None

    def view(self, catalog: Catalog, caller: Caller, local: Iterable[LocalServer]) -> View:
        """Return what a caller sees of a catalog, and of the functions of the host program."""
        own = tuple(server for server in local if server.session in (None, caller.session))
        if catalog is not self._catalog:
            self._catalog = catalog
            self._made.clear()
            current = {entry.stub.digest for entry in catalog.servers}
            # A server that changes its tools again and again would fill the memory.
            self._cut = {key: cut for key, cut in self._cut.items() if key[2] in current}
        key = (caller.servers, caller.tools, tuple(id(server) for server in own))
        if key not in self._made:
            entries = [*catalog.servers, *(_unique(server.entry, catalog) for server in own)]
            seen = tuple(self._seen(entry, caller) for entry in entries if policy.sees_server(caller, entry.name))
            self._made[key] = View(caller=caller, generation=catalog.generation, servers=seen)
        made = self._made[key]
        return made if made.caller == caller else replace(made, caller=caller)

    def _seen(self, entry: ServerEntry, caller: Caller) -> ServerEntry:
        if caller.tools == ("*",):
            return entry
        key = (entry.name, entry.stub.module, entry.stub.digest, entry.held, caller.tools)
        if key not in self._cut:
            tools = tuple(tool for tool in entry.listing.tools if policy.sees_tool(caller, entry.name, tool.name))
            listing = replace(entry.listing, tools=tools, rejected=(), instructions="")
            learned = self._learned(entry.config)
            held = tuple(each for each in entry.held if each.tool and policy.sees_tool(caller, entry.name, each.tool))
            self._cut[key] = rendered(entry.config, listing, module=entry.stub.module, learned=learned, held=held)
        return self._cut[key]


def _unique(entry: ServerEntry, catalog: Catalog) -> ServerEntry:
    """Return a local server under a module name that no configured server has."""
    taken = {other.stub.module for other in catalog.servers}
    if entry.stub.module not in taken:
        return entry
    names = module_names([entry.name, *taken])
    return rendered(entry.config, entry.listing, module=names[entry.name])
