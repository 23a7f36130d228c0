"""Whether anything goes on in a server, and how long nothing has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Activity:
    """Counts what is open. What goes on without being open, such as runs in the background, is asked for."""

    def __init__(self, *, is_busy: Callable[[], bool]) -> None:
        self._is_busy = is_busy
        self._open = 0
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """How long nothing has gone on; 0 while something does."""
        return 0.0 if self._open or self._is_busy() else time.monotonic() - self._last

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold one thing open."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last = time.monotonic()

    async def until_idle(self, seconds: float) -> None:
        """Wait until nothing has gone on for some time."""
        while (left := seconds - self.idle_seconds) > 0:
            await asyncio.sleep(left)
            if self._is_busy():
                self._last = time.monotonic()
