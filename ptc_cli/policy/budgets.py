"""How many calls of which tools one run may make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ptc_cli.core.globs import matches
from ptc_cli.core.settings import Budget


class Spending:
    """What one run has used up of its budgets."""

    def __init__(self, budgets: Sequence[Budget]) -> None:
        # The smaller ones first: of several that a call is over, the one that stopped it is told.
        self._budgets = sorted(budgets, key=lambda budget: budget.calls)
        self._made: Counter[int] = Counter()
        self._over: dict[str, tuple[int, ...]] = {}
        """Which budgets are over a tool, by position."""

    def take(self, path: str) -> Budget | None:
        """Count one call of `server.tool`; return the budget that does not have it any more."""
        if path not in self._over:
            over = (number for number, each in enumerate(self._budgets) if matches(path, (each.glob,)))
            self._over[path] = tuple(over)
        mine = self._over[path]
        self._made.update(mine)
        return next((self._budgets[n] for n in mine if self._made[n] > self._budgets[n].calls), None)
