"""Rows and columns: drawn by rich on a terminal, plainly aligned elsewhere."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import TextIO

from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, wants_colour, write_lines

Row = Sequence[str]

_MOST_PADDED = 60
"""Cells that are longer push the rest of their line to the right, and only theirs."""

_MOST_WHOLE = 30


def table(stream: TextIO, columns: Row, rows: Sequence[Row]) -> None:
    """Write rows under their columns' names; off a terminal without the names, one line a row."""
    if is_terminal(stream) and rows:
        _drawn(stream, columns, rows)
    else:
        write_lines(stream, *_aligned(rows))


def listing(stream: TextIO, columns: Row, rows: Sequence[Row]) -> None:
    """Write rows that begin with something long, such as a signature: on a terminal, the rest of a row below it."""
    if not is_terminal(stream):
        return table(stream, columns, rows)
    width = shutil.get_terminal_size().columns
    for first, *others in rows:
        note = " · ".join(one_line(cell) for cell in others if cell not in ("", "-"))
        write_lines(
            stream,
            *(styled(line, "name", stream) for line in _wrapped(one_line(first), width, "")),
            *(styled(line, "dim", stream) for line in _wrapped(note, width, "    ")),
        )
    return None


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent="    ", break_on_hyphens=False, replace_whitespace=False
    )


def facts(stream: TextIO, pairs: Sequence[tuple[str, str]]) -> None:
    """Write names and what they are, one pair a line."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, text in pairs:
        write_lines(stream, f"{styled(name.ljust(width), 'dim', stream)}  {visible(text)}")


def _aligned(rows: Sequence[Row]) -> list[str]:
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [min(max(len(cell) for cell in column), _MOST_PADDED) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _drawn(stream: TextIO, columns: Row, rows: Sequence[Row]) -> None:
    # rich costs 50 ms to import, and most tables go into a pipe.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    # What names a row is copied into the next command: it stays whole unless that would leave no room for the rest.
    are_short = max(len(visible(row[0])) for row in rows) <= _MOST_WHOLE
    for number, column in enumerate(columns):
        is_first = number == 0
        drawn.add_column(column, overflow="fold", style="cyan" if is_first else None, no_wrap=is_first and are_short)
    for row in rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    Console(file=stream, no_color=not wants_colour(stream), highlight=False).print(drawn)
