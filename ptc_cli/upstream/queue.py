"""Who may call now: as many as are configured, and the runs in turn."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Queue:
    """The places at a server, or at one of its tools.

    Runs that wait get the next free place in turn, so that a run of a thousand calls does not keep out one of a single
    call; calls of one run get theirs in order.
    """

    def __init__(self, places: int | None) -> None:
        self.is_one_run_at_a_time = False
        """Whether calls of different runs must not be on their way together."""

        self._places = places
        self._inside: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def place(self, run: str) -> AsyncIterator[None]:
        """Hold a place for a call of a run; wait for it if need be."""
        await self._enter(run)
        try:
            yield
        finally:
            self._leave(run)

    async def _enter(self, run: str) -> None:
        if not self._waiting and self._admits(run):
            self._inside[run] += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(run)
            else:
                self._give_up(run, turn)
            raise

    def _leave(self, run: str) -> None:
        self._inside[run] -= 1
        if not self._inside[run]:
            del self._inside[run]
        self._call_next()

    def _give_up(self, run: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting[run]
        turns.remove(turn)
        if not turns:
            del self._waiting[run]
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting:
            run, turns = next(iter(self._waiting.items()))
            if not self._admits(run):
                return
            self._inside[run] += 1
            turns.popleft().set_result(None)
            self._waiting.move_to_end(run)
            if not turns:
                del self._waiting[run]

    def _admits(self, run: str) -> bool:
        if self._places is not None and self._inside.total() >= self._places:
            return False
        return not self.is_one_run_at_a_time or set(self._inside) <= {run}
