"""Programs one after the other that share their names."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.core.face import Face
from ptc_cli.core.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A program that passed its check and ran in a session."""

    program: Program
    ended_well: bool
    """Whether it ran to its end; otherwise some of its names may not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What ran in a session so far, in order: the next program may use its names. Rejected programs are not in it."""

    session: str
    """An id that no other session has, not even an earlier one of the same name."""

    face: Face | None = None
    """Fixed by the first entry that calls a tool or awaits; None as long as either will do."""

    entries: tuple[Entry, ...] = ()
