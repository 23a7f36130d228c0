"""What there is to know of the servers, for commands that only look: without asking any, where that can be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.config import folders, load
from ptc_cli.core.catalog import Caller, Tool, View
from ptc_cli.core.errors import PtcError
from ptc_cli.core.names import module_names
from ptc_cli.core.settings import Settings
from ptc_cli.engine.cache import ListingCache
from ptc_cli.engine.entries import Entries
from ptc_cli.engine.finding import find_tool
from ptc_cli.engine.learned import LearnedResults
from ptc_cli.pins import Pins

if TYPE_CHECKING:
    from ptc_cli.engine.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The servers as a caller sees them."""

    settings: Settings
    view: View
    news: tuple[str, ...]
    """What people should be told of the pins of servers; it is told once."""

    failures: Mapping[str, PtcError]
    """Why servers could not be connected, by name."""

    def find(self, path: str) -> Tool:
        """Return a tool by `server.tool`.

        Raises:
            PtcError: There is no such tool, or its server could not be listed.
        """
        return find_tool(self.view, path, failure=self.failures.get)


async def asked(engine: Engine, caller: Caller, *, refresh: bool) -> Known:
    """Return what there is to know once the servers that are not in the cache were asked, or with `refresh` all."""
    view = await engine.describe(caller, refresh=refresh)
    failures = {entry.name: why for entry in view.servers if (why := engine.server_failure(entry.name)) is not None}
    news = engine.quarantine.news(view.servers)
    return Known(settings=engine.settings, view=view, news=news, failures=failures)


def cached(caller: Caller, *, config: str | None) -> Known | None:
    """Return what is in the cache for the configuration that holds here; None where a server would have to be asked.

    Raises:
        ConfigError: A file cannot be read or says what makes no sense.
    """
    places = folders(os.environ)
    settings = load(explicit=config, cwd=Path.cwd(), environ=os.environ, folders=places)
    cache, pins = Path(places.cache), Pins(Path(places.state) / "pins", settings.policy)
    entries = Entries(ListingCache(cache), LearnedResults(cache, settings=settings.stubs, secrets=tuple), pins)
    modules = module_names(each.name for each in settings.servers)
    servers = tuple(entries.from_cache(each, modules[each.name]) for each in settings.servers)
    if any(each.listing.status == "unknown" for each in servers):
        return None
    news = tuple(said for each in settings.servers for said in pins.take_news(each))
    return Known(settings=settings, view=View(caller=caller, generation=1, servers=servers), news=news, failures={})
