"""Finding tools: by the name that a person or a request gives, or by what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.errors import ConnectError, PtcError, ToolNotFoundError

if TYPE_CHECKING:
    from ptc_cli.search import Hit, Index


class Finder:
    """Searches views; the index of the last one is kept, as most often it is the next one."""

    def __init__(self) -> None:
        self._last: tuple[View, Index] | None = None

    def search(self, view: View, query: str, limit: int) -> tuple[Hit, ...]:
        """Return the tools that fit a query best."""
        from ptc_cli.search import Index

        if self._last is None or self._last[0].servers != view.servers:
            self._last = (view, Index(view))
        return self._last[1].search(query, limit)


def find_tool(view: View, path: str, *, failure: Callable[[str], PtcError | None]) -> Tool:
    """Return a tool by `server.tool`; where its server cannot be used, why is the error.

    `failure` says why a server could not be connected.

    Raises:
        PtcError: There is no such tool, or its server could not be listed.
    """
    try:
        return view.find(path)
    except ToolNotFoundError:
        for entry in view.servers:
            if path.startswith((f"{entry.name}.", f"{entry.stub.module}.")) and entry.listing.status != "ok":
                raise (failure(entry.name) or _unusable(entry)) from None
        raise


def _unusable(entry: ServerEntry) -> ConnectError:
    reason, _, hint = (entry.listing.reason or "").partition("\n")
    return ConnectError(f"server '{entry.name}' {entry.listing.status}: {reason}", hint=hint or None)
