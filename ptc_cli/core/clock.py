"""The wall clock of a run, which stands still while a person is asked."""

from __future__ import annotations

import time


class RunClock:
    """Count the seconds of a run. Shared by who runs the program and who asks people."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._paused_at: float | None = None
        self._paused = 0.0
        self._questions = 0

    def pause(self) -> None:
        """Stop the clock; questions may overlap, and the clock goes on after the last."""
        self._questions += 1
        if self._paused_at is None:
            self._paused_at = time.monotonic()

    def resume(self) -> None:
        """Undo one `pause`."""
        self._questions -= 1
        if self._questions == 0 and self._paused_at is not None:
            self._paused += time.monotonic() - self._paused_at
            self._paused_at = None

    def elapsed(self) -> float:
        """Return the seconds that counted so far."""
        now = time.monotonic() if self._paused_at is None else self._paused_at
        return now - self._started - self._paused
