"""Saying, when a server is first used, that what it says of itself looks meant to mislead."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from ptc_cli.core.catalog import ServerEntry, View
from ptc_cli.core.finding import Finding
from ptc_cli.core.jsonvalue import digest
from ptc_cli.core.server import ServerListing


class Suspicion:
    """Remembers, also after the process, what has been looked at: each listing of a server is told of once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked_at: dict[str, ServerListing] = {}

    async def first_seen(self, view: View, modules: Collection[str]) -> tuple[str, ...]:
        """Return a warning for each of these servers that is used for the first time and says what is grave."""
        fresh = [entry for entry in view.servers if entry.stub.module in modules and self._is_fresh(entry)]
        if not fresh:
            return ()
        found = await asyncio.to_thread(_grave, fresh, view.servers)
        for entry in fresh:
            self._remember(entry)
        return tuple(_warning(entry, mine) for entry in fresh if (mine := [f for f in found if f.server == entry.name]))

    def _is_fresh(self, entry: ServerEntry) -> bool:
        # Digests cost milliseconds for a large server; the listing is the same object until it changes.
        if entry.listing.status != "ok" or self._looked_at.get(entry.name) is entry.listing:
            return False
        if not self._mark(entry).exists():
            return True
        self._looked_at[entry.name] = entry.listing
        return False

    def _remember(self, entry: ServerEntry) -> None:
        self._looked_at[entry.name] = entry.listing
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._mark(entry).touch()
        except OSError:
            return  # then it is said again by the next process

    def _mark(self, entry: ServerEntry) -> Path:
        listing = entry.listing
        tools = [[tool.digest, tool.title, dict(tool.meta)] for tool in listing.tools]
        return self._folder / digest([entry.name, listing.instructions, tools])[:40]


def _grave(fresh: Sequence[ServerEntry], around: Sequence[ServerEntry]) -> tuple[Finding, ...]:
    # Its patterns cost some 60 ms to compile; a server that is known must not pay for them.
    from ptc_cli.scan import scan

    return tuple(finding for finding in scan(fresh, around=around) if finding.severity == "high")


def _warning(entry: ServerEntry, found: Sequence[Finding]) -> str:
    worst = found[0]
    place = worst.where if worst.tool is None else f"tool '{worst.tool}', {worst.where}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return (
        f"server '{entry.name}' says what looks meant to mislead: {place} {worst.message}{more}. "
        f"Look before you rely on it: ptc servers scan {entry.name}"
    )
