"""What a program can do, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TextIO

from ptc_cli.console.tables import table
from ptc_cli.console.terminal import visible, write_lines
from ptc_cli.core.effects import Effect, Effects

_COLUMNS = ("tool", "claim", "lines", "times", "policy")


def show(stream: TextIO, given: Effects | None, program: str) -> None:
    """Write every tool that a program can reach, and the lines whose reach is not known."""
    if given is None:
        return
    if not given.tools and not given.unknown:
        write_lines(stream, f"{visible(program)}: calls no tool")
        return
    write_lines(stream, f"{visible(program)}: can reach")
    if given.tools:
        table(stream, _COLUMNS, [_row(each) for each in given.tools])
    if given.unknown:
        write_lines(stream, f"any tool, from line {spans(given.unknown)}: each such call is judged as it is made")


def spans(lines: Sequence[int]) -> str:
    """Return line numbers in short, such as `1-3, 7`."""
    runs = [list(run) for _, run in groupby(enumerate(lines), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else str(run[0][1]) for run in runs)


def _row(effect: Effect) -> tuple[str, ...]:
    name = effect.path if effect.is_named else f"{effect.path} (within reach)"
    claim = " ".join([effect.claim, *effect.labels])
    return name, claim, spans(effect.lines), "repeatedly" if effect.is_repeated else "once", effect.verdict
