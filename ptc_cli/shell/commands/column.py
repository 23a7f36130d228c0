"""`column`: names filled into columns as util-linux does it; tables are the interpreter's."""

from __future__ import annotations

from ptc_cli.shell.command import Invocation, Output
from ptc_cli.shell.options import Given, Options, UsageError, is_count
from ptc_cli.shell.rewording import reworded

OPTIONS = Options("c/output-width= x/fillrows e/fillrow-empty")

_USUAL_WIDTH = 80
_TAB = 8


def run(invocation: Invocation) -> Output:
    """Fill lines into columns."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError:
        return reworded(invocation)
    width = given.value("output-width") or str(_USUAL_WIDTH)
    if not is_count(width) or any(name.startswith("/dev/") for name in given.operands):
        return reworded(invocation)
    try:
        text = b"".join(invocation.read(name) for name in given.operands or ("-",)).decode("utf-8", "replace")
    except OSError:
        return reworded(invocation)
    return Output(stdout=_filled([line for line in text.split("\n") if line.strip()], int(width), given))


def _filled(cells: list[str], width: int, given: Given) -> str:
    cell_width = (max(map(len, cells), default=0) // _TAB + 1) * _TAB
    count = max(1, width // cell_width)
    rows = -(-len(cells) // count)
    across = given.has("fillrows")
    lines = [cells[row * count : (row + 1) * count] if across else cells[row::rows] for row in range(rows)]
    return "".join(f"{_line(line, cell_width)}\n" for line in lines)


def _line(cells: list[str], width: int) -> str:
    padded = [cell + "\t" * -(-(width - len(cell)) // _TAB) for cell in cells[:-1]]
    return "".join((*padded, *cells[-1:]))
