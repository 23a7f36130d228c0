"""Check reports as SARIF: what the standard requires of a log, and the places where the mistakes are."""

from __future__ import annotations

import json

from jsonschema import Draft7Validator

from ptc_cli.cli.sarif import sarif_log
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.program import Program

_REGION = {
    "type": "object",
    "required": ["startLine"],
    "additionalProperties": False,
    "properties": {
        name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine", "endColumn")
    },
}
_LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "properties": {"uri": {"type": "string", "pattern": r"^[\w.~!$&'()*+,;=:@%/-]+$"}},
                },
                "region": _REGION,
            },
        }
    },
}
_RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "ruleId": {"type": "string"},
        "locations": {"type": "array", "items": _LOCATION},
    },
}
_DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "rules": {"type": "array", "uniqueItems": True, "items": {"type": "object", "required": ["id"]}},
    },
}
_RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": _DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": _RESULT},
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN}},
}
"""What the standard's own schema requires of the parts that are written here."""


def remark(line: int, *, code: str | None = "arg-type", hint: str | None = None) -> Diagnostic:
    return Diagnostic(
        line=line, column=3, end_line=line, end_column=9, severity="error", message="it is wrong", code=code, hint=hint
    )


def test_a_log_has_what_the_standard_requires() -> None:
    report = CheckReport(face="sync", diagnostics=(remark(1), remark(2, code=None, hint="Mend it.")))

    log = sarif_log([(Program.of("x\ny", name="a b/ü?.py"), report), (Program.of(""), CheckReport(face="sync"))])

    assert list(Draft7Validator(SARIF).iter_errors(json.loads(json.dumps(log)))) == []


def test_a_result_says_where_and_how_to_mend_it() -> None:
    report = CheckReport(face="sync", diagnostics=(remark(2, hint="Convert it: int(x)"),))

    (run,) = sarif_log([(Program.of("x\ny", name="job.py"), report)])["runs"]

    assert run["tool"]["driver"]["rules"] == [{"id": "arg-type"}]
    assert run["results"] == [
        {
            "ruleId": "arg-type",
            "level": "error",
            "message": {"text": "it is wrong\nConvert it: int(x)"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "job.py"},
                        "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 9},
                    }
                }
            ],
        }
    ]


def test_a_log_without_results_is_a_log() -> None:
    (run,) = sarif_log([])["runs"]

    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
