"""What was read decides what may be sent: a stranger's text can tell a program's author to carry the user's data out.

Neither a program nor its author can be asked whether they follow such a text. So the gate looks only at what was read
before, by whichever program of the same client, and has a person asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ptc_cli.core.server import Label
from ptc_cli.core.settings import TaintMode

_READ: Mapping[Label, str] = {"private": "what is private", "untrusted": "what strangers wrote"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The first call that brought in what has a label."""

    label: Label
    what: str
    """`server.tool`, or what else was read."""

    line: int = 0
    """Of the program that called; 0 where none did."""

    run: str = ""


Readings: TypeAlias = Mapping[Label, Reading]
"""What a client has read so far, the first of each label."""


def stakes(readings: Readings, mode: TaintMode) -> tuple[Reading, ...]:
    """Return the readings for which a call that sends must be approved; none if it need not be."""
    if mode == "off":
        return ()
    found = tuple(readings[label] for label in _READ if label in readings)
    return found if len(found) == len(_READ) or mode == "strict" else ()


def told(readings: Sequence[Reading], path: str, *, run: str) -> str:
    """Say why a call of `path` must be approved: what was read, by which line, and what is about to be sent."""
    read = " and ".join(f"{_READ[each.label]} ({_place(each, run)})" for each in readings)
    return f"{read} {'was' if len(readings) == 1 else 'were'} read, and '{path}' sends data out (taint)"


def _place(reading: Reading, run: str) -> str:
    line = f" at line {reading.line}" if reading.line else ""
    return f"{reading.what}{line}" if reading.run == run else f"{reading.what}{line}, in run {reading.run or 'unknown'}"
