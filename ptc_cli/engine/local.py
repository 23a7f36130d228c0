"""Tools that are functions of the host program."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.names import module_names
from ptc_cli.core.server import ServerConfig, ServerListing, ToolSpec
from ptc_cli.engine.entries import rendered

LocalFunction = Callable[[JsonObject], Awaitable[JsonValue]]
"""Takes a call's arguments by wire name, returns JSON; what it raises is the tool's failure."""


@dataclass(frozen=True, kw_only=True)
class LocalServer:
    """Functions that programs see as one server."""

    entry: ServerEntry
    functions: Mapping[str, LocalFunction]
    """By wire name."""

    session: str | None = None
    """The only session that sees it; None for all callers."""

    @classmethod
    def of(
        cls,
        config: ServerConfig,
        tools: tuple[ToolSpec, ...],
        functions: Mapping[str, LocalFunction],
        *,
        session: str | None = None,
    ) -> LocalServer:
        """Return functions as a server, with its stub."""
        listing = ServerListing(server=config.name, status="ok", tools=tools, listed_at=time.time())
        entry = rendered(config, listing, module=module_names([config.name])[config.name])
        return cls(entry=entry, functions=functions, session=session)

    async def call(self, call: ToolCall) -> ToolResult:
        """Run a function on the host's event loop."""
        try:
            value = await self.functions[call.tool](call.arguments)
        except Exception as error:  # noqa: BLE001 - somebody else's code: what it raises is the tool's answer
            return ToolResult.failed("error", f"{type(error).__name__}: {error}")
        return ToolResult(value=value)
