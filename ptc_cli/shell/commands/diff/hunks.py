"""The forms in which diff shows changes: normal, unified, context, script for ed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptc_cli.shell import facts
from ptc_cli.shell.commands.diff.text import Comparison, Text
from ptc_cli.shell.compare import Change

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def normal(comparison: Comparison, *, tab: bool = False) -> Iterator[str]:
    """Yield changes in diff's own form."""
    gap = "\t" if tab else " "
    for change in comparison.changes:
        removed = comparison.first.lines[change.start : change.end]
        added = comparison.second.lines[change.other_start : change.other_end]
        letter = "c" if removed and added else "d" if removed else "a"
        before = _range(change.start, change.end, ",")
        after = _range(change.other_start, change.other_end, ",")
        yield f"{before}{letter}{after}\n"
        yield from (_line(f"<{gap}", line) for line in removed)
        if removed and added:
            yield "---\n"
        yield from (_line(f">{gap}", line) for line in added)


def unified(comparison: Comparison, context: int, labels: Sequence[str]) -> Iterator[str]:
    """Yield changes with the lines around them, in one column."""
    yield from _heads(comparison, labels, "---", "+++")
    first, second = comparison.first.lines, comparison.second.lines
    for group in _groups(comparison, context):
        start, end, other_start, other_end = _extent(group, context, len(first))
        yield f"@@ -{_span(start, end)} +{_span(other_start, other_end)} @@\n"
        at = start
        for change in group:
            yield from (_line(" ", line) for line in first[at : change.start])
            yield from (_line("-", line) for line in first[change.start : change.end])
            yield from (_line("+", line) for line in second[change.other_start : change.other_end])
            at = change.end
        yield from (_line(" ", line) for line in first[at:end])


def in_context(comparison: Comparison, context: int, labels: Sequence[str]) -> Iterator[str]:
    """Yield changes with the lines around them, before and after apart."""
    yield from _heads(comparison, labels, "***", "---")
    first, second = comparison.first.lines, comparison.second.lines
    for group in _groups(comparison, context):
        start, end, other_start, other_end = _extent(group, context, len(first))
        yield f"***************\n*** {_range(start, end, ',')} ****\n"
        if any(change.end > change.start for change in group):
            spans = [(change.start, change.end, change.other_end > change.other_start) for change in group]
            yield from _side(first, start, end, spans, "-")
        yield f"--- {_range(other_start, other_end, ',')} ----\n"
        if any(change.other_end > change.other_start for change in group):
            spans = [(change.other_start, change.other_end, change.end > change.start) for change in group]
            yield from _side(second, other_start, other_end, spans, "+")


def ed(comparison: Comparison) -> Iterator[str]:
    """Yield a script that makes the second text of the first."""
    for change in reversed(comparison.changes):
        added = comparison.second.lines[change.other_start : change.other_end]
        letter = "d" if not added else "c" if change.end > change.start else "a"
        yield f"{_range(change.start, change.end, ',')}{letter}\n"
        if added:
            yield from (line if line.endswith("\n") else f"{line}\n" for line in added)
            yield ".\n"


def _side(
    lines: Sequence[str], start: int, end: int, spans: Sequence[tuple[int, int, bool]], letter: str
) -> Iterator[str]:
    at = start
    for begin, stop, is_both in spans:
        yield from (_line("  ", line) for line in lines[at:begin])
        yield from (_line(f"{'!' if is_both else letter} ", line) for line in lines[begin:stop])
        at = stop
    yield from (_line("  ", line) for line in lines[at:end])


def _heads(comparison: Comparison, labels: Sequence[str], before: str, after: str) -> Iterator[str]:
    sides = (comparison.first, comparison.second)
    for index, (sign, side) in enumerate(zip((before, after), sides, strict=True)):
        yield f"{sign} {labels[index] if index < len(labels) else _stamp(side)}\n"


def _stamp(text: Text) -> str:
    return f"{text.name}\t{facts.full_time(text.modified_at)}"


def _groups(comparison: Comparison, context: int) -> Iterator[list[Change]]:
    group: list[Change] = []
    for change in comparison.changes:
        if group and change.start - group[-1].end > 2 * context:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _extent(group: Sequence[Change], context: int, length: int) -> tuple[int, int, int, int]:
    before = min(context, group[0].start)
    after = min(context, length - group[-1].end)
    return group[0].start - before, group[-1].end + after, group[0].other_start - before, group[-1].other_end + after


def _range(start: int, end: int, comma: str) -> str:
    return str(end) if end - start < 2 else f"{start + 1}{comma}{end}"


def _span(start: int, end: int) -> str:
    length = end - start
    return str(end) if length == 1 else f"{start + 1 if length else start},{length}"


def _line(prefix: str, line: str) -> str:
    return prefix + (line if line.endswith("\n") else line + _NO_NEWLINE)
