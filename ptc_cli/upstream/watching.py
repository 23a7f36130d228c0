"""Which resources of a server are watched, and who is told: for as long as they want, over every connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, TypeAlias

from ptc_cli.core.errors import PtcError, UpstreamError

if TYPE_CHECKING:
    from ptc_cli.upstream.connection import Connection

MOST_WATCHED = 1_000
"""Resources of one server."""

UPDATE_SECONDS = 0.25
"""How often a resource is said to have changed at most; a server can say so in a tight loop."""

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 300.0
_STEADY_SECONDS = 60.0
"""After so long a break is the first one again."""

_DEEPEST = 20
"""How many levels below a watched address another may be that stands for it."""

Told: TypeAlias = Callable[[], None]


class Watching:
    """The watched resources of one server.

    This is the one thing of ours that connects by itself: whoever watches waits for the server, and calls nothing.
    """

    def __init__(self, server: str, asked: Callable[[], AbstractAsyncContextManager[Connection]]) -> None:
        """Watch nothing yet; `asked` lends the connection for a question of ours."""
        self._server = server
        self._asked = asked
        self._watchers: dict[str, set[Told]] = {}
        self._resting: dict[str, bool] = {}
        self._connection: Connection | None = None
        self._heard: frozenset[str] = frozenset()
        self._asking = asyncio.Lock()
        self._dropped = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def add(self, uri: str, told: Told) -> None:
        """Have somebody told whenever a resource changed, until it is removed.

        Raises:
            UpstreamError: The server does not tell of it, or cannot be reached.
        """
        if uri not in self._watchers and len(self._watchers) >= MOST_WATCHED:
            raise UpstreamError(f"server '{self._server}': {MOST_WATCHED:,} of its resources are watched already")
        self._watchers.setdefault(uri, set()).add(told)
        try:
            if not self._hears(uri) and uri not in await self._ask():
                raise UpstreamError(f"server '{self._server}': does not tell when that resource changes")
        except BaseException:
            self.remove(uri, told)
            raise
        self._keep_going()

    def remove(self, uri: str, told: Told) -> None:
        """Have somebody told no more."""
        watchers = self._watchers.get(uri, set())
        watchers.discard(told)
        if not watchers and self._watchers.pop(uri, None) is not None:
            self._dropped.set()

    def take_over(self, other: Watching) -> None:
        """Go on with what is watched of a server that is now reached in another way."""
        self._watchers, other._watchers = other._watchers, {}
        if self._watchers:
            self._keep_going()

    def updated(self, uri: str) -> None:
        """Tell who watches a resource, or one above it, that it changed."""
        above = uri
        for _ in range(_DEEPEST):
            for watched in (above, f"{above}/"):
                if watched in self._watchers:
                    self._tell(watched)
            above, slash, _ = above.rpartition("/")
            if not slash:
                return

    def close(self) -> None:
        """Tell nobody any more."""
        self._watchers.clear()
        if self._keeping is not None:
            self._keeping.cancel()

    def _tell(self, uri: str) -> None:
        """Tell at once, and after that no more than one time for all that comes within a while."""
        if uri in self._resting:
            self._resting[uri] = True
            return
        self._resting[uri] = False
        asyncio.get_running_loop().call_later(UPDATE_SECONDS, self._rested, uri)
        for told in tuple(self._watchers.get(uri, ())):
            told()

    def _rested(self, uri: str) -> None:
        if self._resting.pop(uri) and uri in self._watchers:
            self._tell(uri)

    def _hears(self, uri: str) -> bool:
        return uri in self._heard and self._is_told

    @property
    def _is_told(self) -> bool:
        """Whether the server still tells us of what we asked for."""
        connection = self._connection
        return connection is not None and connection.is_open and not connection.news.ended.is_set()

    async def _ask(self) -> frozenset[str]:
        """Ask the server to tell of what is watched and of nothing else; return what it will tell of."""
        async with self._asking, self._asked() as connection:
            self._dropped.clear()
            self._heard = await connection.news.only(frozenset(self._watchers))
            self._connection = connection
            return self._heard

    def _keep_going(self) -> None:
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep(), name=f"watching {self._server}")

    async def _keep(self) -> None:
        """Hear of what is watched over one connection after the other."""
        wait = _FIRST_WAIT_SECONDS
        while self._watchers:
            began = time.monotonic()
            await self._until_silent()
            if not self._watchers:
                return
            wait = _FIRST_WAIT_SECONDS if time.monotonic() - began > _STEADY_SECONDS else wait
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
            with suppress(PtcError):
                await self._ask()
                # What changed while nobody listened was not told.
                for uri in tuple(self._watchers):
                    self._tell(uri)

    async def _until_silent(self) -> None:
        """Wait until the server tells nothing any more; meanwhile let go of what nobody watches any more."""
        while (connection := self._connection) is not None and self._is_told:
            await _first(connection.ended, connection.news.ended, self._dropped)
            if self._dropped.is_set() and self._is_told:
                with suppress(PtcError):
                    await self._ask()
            if not self._watchers:
                return


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
