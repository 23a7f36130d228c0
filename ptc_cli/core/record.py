"""What the journal keeps of a run."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.core.event import Event, RunState
from ptc_cli.core.execution import Execution
from ptc_cli.core.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """A run in one line."""

    run: str
    program: str
    """The program's name."""

    door: str
    session: str | None
    state: RunState
    started_at: float
    """Seconds since the epoch."""

    seconds: float
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run, whole."""

    header: RunHeader
    execution: Execution
    generation: int
    """Of the catalog it was checked against."""

    events: tuple[Event, ...]
    result: Result | None
    """None for a run that has not ended, or whose process died."""
