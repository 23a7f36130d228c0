"""A report as plain text: for people, and for the models that wrote the program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.program import Program

_TAB = "    "
_MOST_WIDTH = 160


def render(report: CheckReport, program: Program) -> str:
    """Return a report in full: each remark with its line of the program, then the signatures of the tools involved."""
    lines = source_lines(program.source)
    parts = [render_diagnostic(each, lines, name=program.name) for each in report.diagnostics]
    if report.signatures:
        parts.append("\n".join(["Signatures:", *(f"  {_clean(text)}" for text in report.signatures)]))
    return "\n".join(parts)


def render_diagnostic(diagnostic: Diagnostic, lines: list[str], *, name: str) -> str:
    """Return one remark: place and message, the line with a caret under the place, and how to mend it."""
    code = f" [{diagnostic.code}]" if diagnostic.code else ""
    place = f"{_clean(name)}:{diagnostic.line}:{diagnostic.column}"
    parts = [f"{place}: {diagnostic.severity}: {_clean(diagnostic.message)}{code}", *_excerpt(diagnostic, lines)]
    if diagnostic.hint:
        parts.append(f"    help: {_clean(diagnostic.hint)}")
    return "\n".join(parts)


def source_lines(source: str) -> list[str]:
    """Return a program's lines as Python counts them."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _excerpt(diagnostic: Diagnostic, lines: list[str]) -> Iterator[str]:
    if not 1 <= diagnostic.line <= len(lines) or not lines[diagnostic.line - 1].strip():
        return
    line = lines[diagnostic.line - 1]
    start = min(diagnostic.column - 1, len(line))
    end = diagnostic.end_column - 1 if diagnostic.end_line == diagnostic.line else len(line)
    end = max(min(end, len(line)), start)
    first = _window(line, start)
    shown = _shown(line[first:])
    before, marked = _width(line[first:start]), _width(line[start:end])
    yield f"    {shown[:_MOST_WIDTH]}"
    marks = "^" + "~" * (max(marked, 1) - 1)
    yield f"    {' ' * before}{marks[: max(_MOST_WIDTH - before, 1)]}"


def _window(line: str, start: int) -> int:
    """Return where to begin showing a line, so that the place is in sight."""
    indent = len(line) - len(line.lstrip())
    return min(indent, start) if start - indent < _MOST_WIDTH // 2 else start - _MOST_WIDTH // 2


def _shown(text: str) -> str:
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character == "\t":
        return _TAB
    # Control and format characters would move the cursor, or reverse the line.
    return "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if character == "\t":
        return len(_TAB)
    if unicodedata.combining(character) or unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _clean(text: str) -> str:
    """Return a text on one line, with nothing in it that a terminal would obey."""
    return _shown(text.replace("\n", " "))
