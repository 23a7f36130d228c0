"""Servers connected to for real, now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ptc_cli.core.catalog import Caller, ServerEntry
from ptc_cli.core.errors import PtcError
from ptc_cli.core.exits import UNUSABLE_EXIT_CODE

if TYPE_CHECKING:
    from ptc_cli.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A server, and what came of connecting to it."""

    entry: ServerEntry
    failure: PtcError | None = None

    @property
    def exit_code(self) -> int:
        """The process exit code that says the same."""
        if self.failure is not None:
            return self.failure.exit_code
        return 0 if self.entry.listing.status in ("ok", "disabled") else UNUSABLE_EXIT_CODE


async def test_servers(engine: Engine, caller: Caller, names: Sequence[str]) -> list[Tested]:
    """Connect to servers, all at once, and return each as it is now."""
    usable = {config.name for config in engine.settings.servers if config.enabled and config.is_trusted}
    views = await asyncio.gather(*(engine.test(name) for name in names if name in usable))
    # The one that answered last knows of all the others.
    view = max(views, key=lambda view: view.generation) if views else await engine.describe(caller)
    return [_tested(view.server(name), engine.server_failure(name)) for name in names]


def _tested(entry: ServerEntry, failure: PtcError | None) -> Tested:
    if failure is None:
        return Tested(entry=entry)
    # The catalog keeps what a server offered last; here it counts that it cannot be reached.
    listing = replace(entry.listing, status="failed", reason=str(failure), tools=(), rejected=())
    return Tested(entry=replace(entry, listing=listing), failure=failure)
