"""When a server that failed may be tried again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 300.0

_random = secrets.SystemRandom()


class Backoff:
    """Space out attempts to connect: at once after success, then exponentially longer, with jitter.

    Nothing tries by itself: a server is asked only when somebody wants it, so that no loop of ours storms a vendor's.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._not_before = float("-inf")

    def clear(self) -> None:
        """Allow the next attempt at once: the server answered, or something was changed."""
        self._failures = 0
        self._not_before = float("-inf")

    def failed(self, *, is_final: bool = False) -> None:
        """Note that an attempt failed; a final failure is not tried again until `clear`."""
        self._failures += 1
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(self._failures - 1, 20))
        wait = float("inf") if is_final else longest * _random.uniform(0.5, 1.0)
        self._not_before = self._clock() + wait

    def died(self) -> None:
        """Note that a connection ended before anything was answered; the first such death costs no wait."""
        if self._failures:
            self.failed()
        else:
            self._failures = 1

    @property
    def wait_seconds(self) -> float:
        """How long no attempt is allowed; 0 when one is."""
        return max(0.0, self._not_before - self._clock())
