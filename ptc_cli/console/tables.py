"""Rows and columns: drawn by rich on a terminal, plainly aligned elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, wants_colour, write_lines

Row = Sequence[str]

_MOST_PADDED = 60
"""Cells that are longer push the rest of their line to the right, and only theirs."""


def table(stream: TextIO, columns: Row, rows: Sequence[Row]) -> None:
    """Write rows under their columns' names; off a terminal without the names, one line a row."""
    if is_terminal(stream):
        _drawn(stream, columns, rows)
    else:
        write_lines(stream, *_aligned(rows))


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
    for number, column in enumerate(columns):
        drawn.add_column(column, overflow="fold", style="cyan" if number == 0 else None)
    for row in rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    Console(file=stream, no_color=not wants_colour(stream), highlight=False).print(drawn)
