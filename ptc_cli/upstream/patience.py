"""How long a call may take, not counting the time in which somebody is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Patience:
    """A time limit that stands still while a question is open. Leaving it late raises `TimeoutError`."""

    def __init__(self, seconds: float) -> None:
        self._limit = asyncio.timeout(seconds)
        self._questions = 0
        self._left = seconds

    async def __aenter__(self) -> Patience:
        await self._limit.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._limit.__aexit__(kind, error, trace)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let time stand still; questions may overlap, and time goes on after the last."""
        now = asyncio.get_running_loop().time
        if not self._questions:
            self._left = max(0.0, (self._limit.when() or now()) - now())
            self._limit.reschedule(None)
        self._questions += 1
        try:
            yield
        finally:
            self._questions -= 1
            if not self._questions and not self._limit.expired():
                self._limit.reschedule(now() + self._left)
