"""What mypy found in a program, in mypy's own coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mypy.errors import ErrorInfo, Errors

from ptc_cli.check.inside.planted import PROGRAM_MODULE
from ptc_cli.check.wire import Basis

_LINE = re.compile(
    r"[^:]*\b" + PROGRAM_MODULE + r"\.py:(?P<line>\d+):(?P<column>\d+)(?::(?P<end_line>\d+):(?P<end_column>\d+))?: "
    r"(?P<severity>error|note): (?P<message>.*?)(?:  \[(?P<code>[a-z-]+)\])?"
)
UNREAD = "unreadable"
"""The code of what has mypy give up on a program: nothing else in it was looked at."""

_LINE_NUMBER = re.compile(r"\bon line (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error or note."""

    line: int
    """1-based."""

    column: int
    """0-based, in bytes of UTF-8."""

    end_line: int
    end_column: int
    """0-based, in bytes, one past the last."""

    severity: Literal["error", "note"]
    message: str
    code: str | None
    notes: tuple[str, ...] = ()
    """Messages of the notes that belong to it."""

    basis: Basis = "written"


def findings(errors: Errors, *, module: str = PROGRAM_MODULE) -> tuple[Finding, ...]:
    """Return what mypy holds against the program, or another module, each once, in order of place."""
    infos = (info for found in errors.error_info_map.values() for info in found)
    return _joined(_finding(info) for info in infos if info.module == module and not info.hidden)


def moved_up(found: Iterable[Finding], lines: int) -> tuple[Finding, ...]:
    """Return what was found in a text that was put some lines further down."""
    return tuple(_moved_up(finding, lines) for finding in found if finding.line > lines)


def _moved_up(finding: Finding, lines: int) -> Finding:
    return replace(
        finding,
        line=finding.line - lines,
        end_line=max(finding.end_line - lines, 1),
        message=_LINE_NUMBER.sub(lambda match: f"on line {max(int(match[1]) - lines, 1)}", finding.message),
    )


def given_up(module: str | None) -> Finding:
    """Return what is said where mypy gave up: that nothing else was found means nothing."""
    message = f"the type checker gives up on {'this program' if module in (None, PROGRAM_MODULE) else f'{module!r}'}"
    return Finding(line=1, column=0, end_line=1, end_column=1, severity="error", message=message, code=UNREAD)


def findings_of_lines(lines: Sequence[str]) -> tuple[Finding, ...]:
    """Return what mypy's own output holds against the program."""
    return _joined(_finding_of_line(match) for line in lines if (match := _LINE.fullmatch(line)))


def _joined(each: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with their notes, sorted, each once.

    mypy reports twice what it infers twice, and a loop's body as often as it goes round.
    """
    kept: dict[tuple[int, int, str], Finding] = {}
    last: tuple[int, int, str] | None = None
    for finding in each:
        key = (finding.line, finding.column, finding.message)
        if finding.severity == "note" and last is not None and kept[last].line == finding.line:
            kept[last] = _noted(kept[last], finding.message)
        else:
            kept.setdefault(key, finding)
            last = key
    return tuple(sorted(kept.values(), key=lambda finding: (finding.line, finding.column)))


def _noted(finding: Finding, note: str) -> Finding:
    return finding if note in finding.notes else replace(finding, notes=(*finding.notes, note))


def _finding(info: ErrorInfo) -> Finding:
    line, column = max(info.line, 1), max(info.column, 0)
    end_line = max(info.end_line, line)
    is_empty = end_line == line and info.end_column <= column
    return Finding(
        line=line,
        column=column,
        end_line=end_line,
        end_column=column + 1 if is_empty else max(info.end_column, 0),
        severity="note" if info.severity == "note" else "error",
        message=info.message,
        code=_code(info),
    )


def _code(info: ErrorInfo) -> str | None:
    if info.blocker:
        return UNREAD
    return info.code.code if info.code else None


def _finding_of_line(match: re.Match[str]) -> Finding:
    line, column = int(match["line"]), int(match["column"]) - 1
    return Finding(
        line=line,
        column=column,
        end_line=int(match["end_line"] or line),
        end_column=int(match["end_column"] or column + 1),
        severity="note" if match["severity"] == "note" else "error",
        message=match["message"],
        code=match["code"],
    )
