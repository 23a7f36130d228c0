"""Finding a tool by the name that a person or a request gives it."""

from __future__ import annotations

from collections.abc import Callable

from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.errors import ConnectError, PtcError, ToolNotFoundError


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
