"""Which lines changed between two texts: the fewest, found and placed as GNU diff does."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

_MOST_EFFORT = 1024
"""Steps after which a worse but valid answer will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Lines of the first text that lines of the second stand for; half-open, 0-based, either may be empty."""

    start: int
    end: int
    other_start: int
    other_end: int


def changes(first: Sequence[Hashable], second: Sequence[Hashable], *, check: Callable[[], None]) -> list[Change]:
    """Return the changes from one sequence of lines to another; `check` is called now and then and may raise."""
    marks = _Marks(first), _Marks(second)
    kept = _kept(first, second, marks[0]), _kept(second, first, marks[1])
    search = _Search([first[i] for i in kept[0]], [second[i] for i in kept[1]], check)
    search.run(0, len(kept[0]), 0, len(kept[1]))
    for own, indexes, found in zip(marks, kept, (search.deleted, search.inserted), strict=True):
        for position in found:
            own.set(indexes[position])
    _Runs(marks[0], marks[1]).shift()
    _Runs(marks[1], marks[0]).shift()
    return _collected(marks[0], marks[1])


class _Marks:
    """Which lines of one text are changed. Places before the first and after the last count as unchanged."""

    def __init__(self, lines: Sequence[Hashable]) -> None:
        self.lines = lines
        self._marks = bytearray(len(lines) + 2)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index: int) -> bool:
        return bool(self._marks[index + 1])

    def set(self, index: int, *, changed: bool = True) -> None:
        self._marks[index + 1] = changed


def _kept(lines: Sequence[Hashable], others: Sequence[Hashable], marks: _Marks) -> list[int]:
    """Return the lines that stand in the other text too; the rest have changed, whatever the search finds."""
    known = set(others)
    kept = [index for index, line in enumerate(lines) if line in known]
    for index, line in enumerate(lines):
        if line not in known:
            marks.set(index)
    return kept


class _Search:
    """Myers' search from both ends to the middle, then in both halves."""

    def __init__(self, first: Sequence[Hashable], second: Sequence[Hashable], check: Callable[[], None]) -> None:
        self._first = first
        self._second = second
        self._check = check
        self._offset = len(second) + 1
        size = len(first) + len(second) + 3
        self._forward = [0] * size
        self._backward = [0] * size
        self.deleted: list[int] = []
        self.inserted: list[int] = []

    def run(self, x: int, x_end: int, y: int, y_end: int) -> None:
        """Mark what changed between two stretches."""
        first, second = self._first, self._second
        while x < x_end and y < y_end and first[x] == second[y]:
            x, y = x + 1, y + 1
        while x < x_end and y < y_end and first[x_end - 1] == second[y_end - 1]:
            x_end, y_end = x_end - 1, y_end - 1
        if x == x_end:
            self.inserted.extend(range(y, y_end))
        elif y == y_end:
            self.deleted.extend(range(x, x_end))
        else:
            middle = self._middle(x, x_end, y, y_end)
            self.run(x, middle[0], y, middle[1])
            self.run(middle[0], x_end, middle[1], y_end)

    def _middle(self, x: int, x_end: int, y: int, y_end: int) -> tuple[int, int]:
        """Return a point on a shortest way. A diagonal is where `x - y` is the same."""
        front = _Front(self._forward, self._offset, x - y, x - y_end, x_end - y, x)
        back = _Front(self._backward, self._offset, x_end - y_end, x - y_end, x_end - y, x_end)
        is_odd = bool((front.centre - back.centre) & 1)
        for _ in range(_MOST_EFFORT):
            self._check()
            front.widen(-1)
            met = self._advance(front, back, x_end, y_end, meets=is_odd)
            if met:
                return met
            back.widen(len(self._first) + len(self._second) + 2)
            met = self._retreat(front, back, x, y, meets=not is_odd)
            if met:
                return met
        return front.furthest(x_end, y_end)

    def _advance(self, front: _Front, back: _Front, x_end: int, y_end: int, *, meets: bool) -> tuple[int, int] | None:
        first, second, reach, offset = self._first, self._second, front.reach, front.offset
        for diagonal in range(front.high, front.low - 1, -2):
            below, above = reach[offset + diagonal - 1], reach[offset + diagonal + 1]
            x = above if below < above else below + 1
            while x < x_end and x - diagonal < y_end and first[x] == second[x - diagonal]:
                x += 1
            reach[offset + diagonal] = x
            if meets and back.low <= diagonal <= back.high and back.reach[offset + diagonal] <= x:
                return x, x - diagonal
        return None

    def _retreat(self, front: _Front, back: _Front, x0: int, y0: int, *, meets: bool) -> tuple[int, int] | None:
        first, second, reach, offset = self._first, self._second, back.reach, back.offset
        for diagonal in range(back.high, back.low - 1, -2):
            below, above = reach[offset + diagonal - 1], reach[offset + diagonal + 1]
            x = below if below < above else above - 1
            while x > x0 and x - diagonal > y0 and first[x - 1] == second[x - diagonal - 1]:
                x -= 1
            reach[offset + diagonal] = x
            if meets and front.low <= diagonal <= front.high and x <= front.reach[offset + diagonal]:
                return x, x - diagonal
        return None


class _Front:
    """How far a search has come on each diagonal."""

    def __init__(self, reach: list[int], offset: int, centre: int, least: int, most: int, start: int) -> None:
        self.reach = reach
        self.offset = offset
        self.centre = self.low = self.high = centre
        self._least, self._most = least, most
        reach[offset + centre] = start

    def widen(self, unreached: int) -> None:
        """Take in the next diagonal on each side, or give up the outermost at the edge."""
        if self.low > self._least:
            self.low -= 1
            self.reach[self.offset + self.low - 1] = unreached
        else:
            self.low += 1
        if self.high < self._most:
            self.high += 1
            self.reach[self.offset + self.high + 1] = unreached
        else:
            self.high -= 1

    def furthest(self, x_end: int, y_end: int) -> tuple[int, int]:
        """Return the point furthest from the start."""
        points = [
            (min(self.reach[self.offset + diagonal], x_end, y_end + diagonal), diagonal)
            for diagonal in range(self.low, self.high + 1, 2)
        ]
        x, diagonal = max(points, key=lambda point: 2 * point[0] - point[1])
        return x, x - diagonal


class _Runs:
    """Slide runs of changed lines, where equal lines leave a choice, to merge them and to face the other's runs."""

    def __init__(self, own: _Marks, other: _Marks) -> None:
        self._own = own
        self._other = other
        self._start = self._end = self._facing = 0

    def shift(self) -> None:
        """Slide every run."""
        while self._next_run():
            facing_end = self._settled()
            while facing_end < self._end:
                self._back()

    def _next_run(self) -> bool:
        own, other = self._own, self._other
        while self._end < len(own) and not own[self._end]:
            while self._facing < len(other) and other[self._facing]:
                self._facing += 1
            self._facing += 1
            self._end += 1
        if self._end >= len(own):
            return False
        self._start = self._end
        self._grow()
        while self._facing < len(other) and other[self._facing]:
            self._facing += 1
        return True

    def _settled(self) -> int:
        """Slide back and forth until the run merges with no other; return where its end faced a run, if anywhere."""
        lines = self._own.lines
        while True:
            length = self._end - self._start
            while self._start and lines[self._start - 1] == lines[self._end - 1]:
                self._back()
                while self._own[self._start - 1]:
                    self._start -= 1
            facing_end = self._end if self._other[self._facing - 1] else len(lines)
            while self._end < len(lines) and lines[self._start] == lines[self._end]:
                if self._forth():
                    facing_end = self._end
            if length == self._end - self._start:
                return facing_end

    def _back(self) -> None:
        self._start -= 1
        self._end -= 1
        self._own.set(self._start)
        self._own.set(self._end, changed=False)
        self._facing -= 1
        while self._other[self._facing]:
            self._facing -= 1

    def _forth(self) -> bool:
        """Slide by one line; return whether the end now faces a run."""
        self._own.set(self._start, changed=False)
        self._own.set(self._end)
        self._start += 1
        self._grow()
        self._facing += 1
        faces = False
        while self._facing < len(self._other) and self._other[self._facing]:
            self._facing += 1
            faces = True
        return faces

    def _grow(self) -> None:
        while self._end < len(self._own) and self._own[self._end]:
            self._end += 1


def _collected(first: _Marks, second: _Marks) -> list[Change]:
    found: list[Change] = []
    x = y = 0
    while x < len(first) or y < len(second):
        start, other_start = x, y
        while x < len(first) and first[x]:
            x += 1
        while y < len(second) and second[y]:
            y += 1
        if (x, y) != (start, other_start):
            found.append(Change(start=start, end=x, other_start=other_start, other_end=y))
        x, y = x + 1, y + 1
    return found
