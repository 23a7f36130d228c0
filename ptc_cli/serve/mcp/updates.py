"""The resources of upstreams that clients hear of when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import UpstreamError
from ptc_cli.engine import Engine

MOST_WATCHED = 200
"""Resources that one client hears of."""

Tell = Callable[[str], Awaitable[None]]


class News:
    """What is still to be told to one receiver: each address once, however often it changes meanwhile."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._pending: dict[str, None] = {}
        self._telling: asyncio.Task[None] | None = None

    def put(self, address: str) -> None:
        """Tell that a resource has changed, when the receiver is ready for it."""
        self._pending[address] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    def close(self) -> None:
        """Tell nothing any more."""
        self._pending.clear()
        if self._telling is not None and self._telling is not asyncio.current_task():
            self._telling.cancel()

    async def _tell_all(self) -> None:
        while self._pending:
            address = next(iter(self._pending))
            del self._pending[address]
            await self._tell(address)


class Watched:
    """The resources that one client hears of, by the addresses that it uses."""

    def __init__(self, engine: Engine, told: Callable[[str], None]) -> None:
        self._engine = engine
        self._told = told
        self._stops: dict[str, Callable[[], None]] = {}
        self._is_closed = False

    async def add(self, address: str, caller: Caller, home: tuple[str, str]) -> None:
        """Hear of one more; `home` is its server and its address there.

        Raises:
            ToolNotFoundError: The caller may see no such resource.
            UpstreamError: They are too many, or its server does not tell of it.
        """
        if address in self._stops:
            return
        if len(self._stops) >= MOST_WATCHED:
            raise UpstreamError(f"you hear of {MOST_WATCHED} resources already", hint="Unsubscribe from one first.")
        stop = await self._engine.watch(caller, *home, lambda: self._told(address))
        if self._is_closed or address in self._stops:
            stop()
        else:
            self._stops[address] = stop

    def remove(self, address: str) -> None:
        """Hear of one no more."""
        if (stop := self._stops.pop(address, None)) is not None:
            stop()

    def close(self) -> None:
        """Hear of none any more: the client has gone."""
        self._is_closed = True
        for address in tuple(self._stops):
            self.remove(address)
