"""The runs that came in over REST: those that go on, and the last that ended."""

from __future__ import annotations

from collections import OrderedDict

from starlette.exceptions import HTTPException

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Run
from ptc_cli.serve.tokens import Access

MOST_RUNNING = 100

_KEPT = 16
"""Of those that ended; older ones are read from the journal."""


class LiveRuns:
    """Handles of runs, each for whoever started it."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, tuple[Access, Run]] = OrderedDict()

    def demand_room(self) -> None:
        """Refuse one more run when too many go on.

        Raises:
            HTTPException: Too many do.
        """
        if sum(not run.is_over for _, run in self._runs.values()) >= MOST_RUNNING:
            raise HTTPException(429, f"{MOST_RUNNING} runs are going on. Wait for some to end, or cancel some.")

    def add(self, access: Access, run: Run) -> None:
        """Keep the handle of a run."""
        self._runs[run.id] = (access, run)
        ended = [name for name, (_, each) in self._runs.items() if each.is_over]
        for name in ended[:-_KEPT]:
            del self._runs[name]

    def get(self, access: Access, name: str) -> Run | None:
        """Return a run that somebody may see; None where there is none, or no longer."""
        owner, run = self._runs.get(name, (None, None))
        return run if run is not None and (access.is_owner or owner == access) else None

    def of(self, access: Access) -> tuple[Run, ...]:
        """Return the runs that somebody may see, the newest first."""
        return tuple(run for owner, run in reversed(self._runs.values()) if access.is_owner or owner == access)

    def by(self, caller: Caller) -> tuple[Run, ...]:
        """Return the runs of somebody that go on."""
        return tuple(run for _, run in self._runs.values() if not run.is_over and run.execution.caller == caller)
