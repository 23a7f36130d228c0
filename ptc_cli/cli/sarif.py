"""Check reports as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ptc_cli import __version__
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.program import Program

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_UNNAMED = "check"
"""The rule of what has no code."""


def sarif_log(checked: Sequence[tuple[Program, CheckReport]]) -> JsonObject:
    """Return reports as one log of one run."""
    remarks = [remark for _, report in checked for remark in report.diagnostics]
    rules = sorted({remark.code or _UNNAMED for remark in remarks})
    driver: JsonObject = {"name": "ptc", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run: JsonObject = {
        "tool": {"driver": driver},
        # Columns are counted in characters, not in units of UTF-16.
        "columnKind": "unicodeCodePoints",
        "results": [_result(remark, program.name) for program, report in checked for remark in report.diagnostics],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(remark: Diagnostic, file: str) -> JsonObject:
    text = remark.message if remark.hint is None else f"{remark.message}\n{remark.hint}"
    region: JsonObject = {
        "startLine": remark.line,
        "startColumn": remark.column,
        "endLine": remark.end_line,
        "endColumn": remark.end_column,
    }
    place: JsonObject = {"artifactLocation": {"uri": quote(file)}, "region": region}
    return {
        "ruleId": remark.code or _UNNAMED,
        "level": remark.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
