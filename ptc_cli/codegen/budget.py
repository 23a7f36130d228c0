"""How much work one tool may cause, whatever its schema, and what was left unsaid."""

from __future__ import annotations

MAX_STEPS = 40_000
"""Schemas read, merged or repeated, for one tool; the largest real ones take a few hundred."""


class Budget:
    """The work left for one tool, and its losses."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps
        self._losses: dict[str, None] = {}

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be done."""
        return self._left <= 0

    @property
    def losses(self) -> tuple[str, ...]:
        """What of the schema the annotations do not say, each once."""
        return tuple(self._losses)

    def spend(self, steps: int = 1) -> bool:
        """Take some work from what is left, and say whether there was any."""
        if self._left <= 0:
            self.lose("more of it than is read")
            return False
        self._left -= steps
        return True

    def lose(self, what: str) -> None:
        """Note something that the annotations do not say."""
        if len(self._losses) < 20:
            self._losses[what] = None
