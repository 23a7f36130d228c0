"""Check reports as the commands show them: as JSON, and as annotations for GitHub."""

from __future__ import annotations

import sys
from typing import TextIO

from ptc_cli.console import talk
from ptc_cli.console.terminal import write_lines
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.codec import to_json
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.program import Program


def report_as_json(report: CheckReport, program: Program) -> JsonObject:
    """Return a report as JSON, with the file it is about."""
    return {"file": program.name, "passed": report.passed, **to_json(report)}


def write_github(stream: TextIO, report: CheckReport, program: Program) -> None:
    """Write diagnostics as workflow commands, which GitHub shows at their lines."""
    write_lines(stream, *(_annotation(remark, program.name) for remark in report.diagnostics))


def warn_if_cold(report: CheckReport) -> None:
    """Say that checks are slow, and why."""
    if report.checker == "cold":
        talk.note(sys.stderr, "the warm checker did not pass its self-test here; checks are slower (see ptc doctor)")


def _annotation(remark: Diagnostic, file: str) -> str:
    kind = {"error": "error", "warning": "warning", "note": "notice"}[remark.severity]
    places = {
        "file": file,
        "line": str(remark.line),
        "endLine": str(remark.end_line),
        "col": str(remark.column),
        "title": f"ptc {remark.code}" if remark.code else "ptc",
    }
    message = remark.message if remark.hint is None else f"{remark.message}\n{remark.hint}"
    properties = ",".join(f"{name}={_escaped(text, ':,')}" for name, text in places.items())
    return f"::{kind} {properties}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """Escape a text as workflow commands want it; a message must not become a command."""
    return "".join(f"%{ord(each):02X}" if each in f"%\r\n{more}" else each for each in text)
