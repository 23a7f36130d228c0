"""A text as diff compares it, and where two differ."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ptc_cli.shell.compare import Change, changes
from ptc_cli.shell.options import Given


@dataclass(frozen=True, kw_only=True)
class Text:
    """One side of a comparison."""

    name: str
    content: str
    modified_at: float

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends; the last may have none."""
        return _lines(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two texts and what changed between them."""

    first: Text
    second: Text
    changes: tuple[Change, ...]


def compare(first: Text, second: Text, given: Given, check: Callable[[], None]) -> Comparison:
    """Compare two texts as the options say; changes that they tell to ignore are left out."""
    fold = _folding(given)
    found = changes([fold(line) for line in first.lines], [fold(line) for line in second.lines], check=check)
    ignored = _ignoring(given)
    kept = [change for change in found if not _all_ignored(change, first, second, ignored)]
    return Comparison(first=first, second=second, changes=tuple(kept))


def _lines(content: str) -> list[str]:
    lines = [f"{line}\n" for line in content.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _folding(given: Given) -> Callable[[str], str]:
    steps: list[Callable[[str], str]] = []
    if given.has("strip-trailing-cr"):
        steps.append(lambda line: line.replace("\r\n", "\n"))
    if given.has("ignore-all-space"):
        steps.append(lambda line: re.sub(r"\s", "", line))
    elif given.has("ignore-space-change"):
        steps.append(lambda line: re.sub(r"\s+", " ", line.rstrip()))
    elif given.has("ignore-trailing-space"):
        steps.append(str.rstrip)
    if given.has("ignore-case"):
        steps.append(str.lower)

    def fold(line: str) -> str:
        for step in steps:
            line = step(line)
        return line

    return fold


def _ignoring(given: Given) -> Callable[[str], bool] | None:
    pattern = given.value("ignore-matching-lines")
    blanks = given.has("ignore-blank-lines")
    if pattern is None and not blanks:
        return None
    # A pattern of Python's engine may run away; only what cannot is taken as a pattern.
    anchored = pattern is not None and pattern.startswith("^")
    text = (pattern or "").removeprefix("^")

    def is_ignored(line: str) -> bool:
        if blanks and line in ("", "\n"):
            return True
        return pattern is not None and (line.startswith(text) if anchored else text in line)

    return is_ignored


def _all_ignored(change: Change, first: Text, second: Text, ignored: Callable[[str], bool] | None) -> bool:
    if ignored is None:
        return False
    lines = first.lines[change.start : change.end] + second.lines[change.other_start : change.other_end]
    return all(map(ignored, lines))
