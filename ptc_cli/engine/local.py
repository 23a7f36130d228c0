"""Tools that are functions of the host program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolSpec

LocalFunction = Callable[[JsonObject], Awaitable[JsonValue]]
"""Takes a call's arguments by wire name, returns JSON; what it raises is the tool's failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTool:
    """A function and what it says of itself."""

    spec: ToolSpec
    function: LocalFunction


@dataclass(frozen=True, kw_only=True)
class LocalServer:
    """Functions that programs see as one server."""

    entry: ServerEntry
    functions: dict[str, LocalFunction]
    """By wire name."""

    session: str | None = None
    """The only session that sees it; None for all callers."""

    async def call(self, call: ToolCall) -> ToolResult:
        """Run a function on the host's event loop."""
        try:
            value = await self.functions[call.tool](call.arguments)
        except Exception as error:  # noqa: BLE001 - somebody else's code: what it raises is the tool's answer
            return ToolResult.failed("error", f"{type(error).__name__}: {error}")
        return ToolResult(value=value)
