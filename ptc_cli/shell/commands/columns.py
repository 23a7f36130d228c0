"""Lay names out in columns as GNU `ls` does, tabs included."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_LEAST_WIDTH = 3
_MOST_COLUMNS = 500
"""Each number of columns is tried in turn, so that their number has to be bounded."""

_TAB = 8
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def shown_length(cell: str) -> int:
    """Return how many characters a terminal shows of a cell, which may be coloured."""
    return len(_COLOUR.sub("", cell)) if "\x1b" in cell else len(cell)


def columns(cells: Sequence[str], *, width: int, across: bool) -> str:
    """Return cells in as many columns as fit, filled downward or across."""
    if not cells:
        return ""
    lengths = [shown_length(cell) for cell in cells]
    count, widths = _best(lengths, width or 1_000_000, across)
    rows = -(-len(cells) // count)
    place: Callable[[int, int], int] = (
        (lambda row, column: row * count + column) if across else (lambda row, column: row + column * rows)
    )
    return "".join(_line(cells, [place(row, column) for column in range(count)], widths) for row in range(rows))


def _best(lengths: Sequence[int], width: int, across: bool) -> tuple[int, list[int]]:
    most = min(len(lengths), max(1, width // _LEAST_WIDTH), _MOST_COLUMNS)
    for count in range(most, 1, -1):
        widths = _widths(lengths, count, across)
        if sum(widths) < width:
            return count, widths
    return 1, _widths(lengths, 1, across)


def _widths(lengths: Sequence[int], count: int, across: bool) -> list[int]:
    rows = -(-len(lengths) // count)
    widths = [_LEAST_WIDTH] * count
    for index, length in enumerate(lengths):
        column = index % count if across else index // rows
        widths[column] = max(widths[column], length + (0 if column == count - 1 else 2))
    return widths


def _line(cells: Sequence[str], indexes: Sequence[int], widths: Sequence[int]) -> str:
    line, at, start = "", 0, 0
    for index, width in zip(indexes, widths, strict=True):
        if index >= len(cells):
            break
        line += _indent(at, start) + cells[index]
        at = start + shown_length(cells[index])
        start += width
    return f"{line}\n"


def _indent(at: int, to: int) -> str:
    blank = ""
    while at < to:
        if to // _TAB > (at + 1) // _TAB:
            blank += "\t"
            at += _TAB - at % _TAB
        else:
            blank += " "
            at += 1
    return blank


def commas(cells: Sequence[str], *, width: int) -> str:
    """Return cells in lines, with a comma after each but the last."""
    text, at = "", 0
    for index, cell in enumerate(cells):
        if index:
            fits = not width or at + shown_length(cell) + 2 < width
            text += ", " if fits else ",\n"
            at = at + 2 if fits else 0
        text += cell
        at += shown_length(cell)
    return f"{text}\n" if cells else ""
