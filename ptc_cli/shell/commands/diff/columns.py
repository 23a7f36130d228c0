"""Two texts side by side, laid out with tabs as GNU diff does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptc_cli.shell.commands.diff.text import Comparison

_GUTTER = 3
_TAB = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How wide, and what is left out."""

    width: int = 130
    expands_tabs: bool = False
    only_changes: bool = False
    left_only: bool = False

    @property
    def half(self) -> int:
        """How wide one side is at most."""
        return max(0, min(self.offset - _GUTTER, self.width - self.offset))

    @property
    def offset(self) -> int:
        """Where the second side begins."""
        tab = 1 if self.expands_tabs else _TAB
        gap = tab + _GUTTER
        middle = (self.width >> 1) + (gap >> 1) + (self.width & gap & 1)
        return middle - middle % tab


def side_by_side(comparison: Comparison, layout: Layout) -> Iterator[str]:
    """Yield both texts, line by line."""
    first, second = comparison.first.lines, comparison.second.lines
    x = y = 0
    for change in comparison.changes:
        yield from _common(first[x : change.start], second[y : change.other_start], layout)
        removed, added = first[change.start : change.end], second[change.other_start : change.other_end]
        paired = min(len(removed), len(added))
        for left, right in zip(removed, added, strict=False):
            yield _row(left, "|", right, layout)
        yield from (_row(left, "<", None, layout) for left in removed[paired:])
        yield from (_row(None, ">", right, layout) for right in added[paired:])
        x, y = change.end, change.other_end
    yield from _common(first[x:], second[y:], layout)


def _common(left: list[str], right: list[str], layout: Layout) -> Iterator[str]:
    if layout.only_changes:
        return
    for one, other in zip(left, right, strict=False):
        yield _row(one, "(", None, layout) if layout.left_only else _row(one, " ", other, layout)


def _row(left: str | None, sign: str, right: str | None, layout: Layout) -> str:
    text, at = "", 0
    if left is not None:
        text, at = _half(left, 0, layout)
    if sign != " ":
        to = (layout.half + layout.offset - 1) // 2
        text += _blank(at, to, layout)
        at = to + 1
        if sign == "|" and left is not None and right is not None and left.endswith("\n") != right.endswith("\n"):
            sign = "/" if left.endswith("\n") else "\\"
        text += sign
    if right is not None and right != "\n":
        text += _blank(at, layout.offset, layout)
        text += _half(right, layout.offset, layout)[0]
    ends = (side is not None and side.endswith("\n") for side in (left, right))
    return f"{text}\n" if any(ends) else text


def _half(line: str, indent: int, layout: Layout) -> tuple[str, int]:
    """Return what of a line fits one side, and the column after it."""
    text, read, written = "", 0, 0
    for character in line.rstrip("\n"):
        if character == "\t":
            step = _TAB - read % _TAB
            if read == written and read + step <= layout.half:
                text += " " * step if layout.expands_tabs else "\t"
                written += step
            read += step
        else:
            read += 1
            if read <= layout.half:
                text += character
                written = read
    return text, indent + written


def _blank(at: int, to: int, layout: Layout) -> str:
    blank = ""
    while not layout.expands_tabs and at + _TAB - at % _TAB <= to:
        blank += "\t"
        at += _TAB - at % _TAB
    return blank + " " * (to - at)
