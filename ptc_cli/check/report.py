"""From what a checker process found to what is said of the program."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from ptc_cli.check.case import Case
from ptc_cli.check.hints import hint_for
from ptc_cli.check.severity import is_consequence, is_doubt, is_of_first_variant, severity_of
from ptc_cli.check.wire import Checked
from ptc_cli.check.wording import wording_of
from ptc_cli.core.catalog import View
from ptc_cli.core.check import CheckReport, Diagnostic

_MOST_SIGNATURES = 5
_MOST_SIGNATURE = 500


def make_report(checked: Checked, view: View, *, checker: Literal["warm", "cold"], strict: bool) -> CheckReport:
    """Return the report on a program, with severities, plain words, hints and signatures."""
    every = [Case(remark=remark, checked=checked, view=view) for remark in checked.remarks]
    doubted = _doubted(every)
    cases = [case for case in every if _is_said(case, doubted)]
    diagnostics = _once(_diagnostic(case, strict=strict) for case in cases)
    return CheckReport(
        face=checked.face,
        diagnostics=diagnostics,
        signatures=_signatures(cases),
        supplied=checked.supplied,
        checker=checker,
    )


def _doubted(cases: Iterable[Case]) -> frozenset[int]:
    """Return the calls in whose arguments something was found that does not itself follow from something else."""
    return frozenset(
        holder for case in cases if is_doubt(case) or not is_of_first_variant(case) for holder in case.remark.holders
    )


def _is_said(case: Case, doubted: Collection[int]) -> bool:
    # A doubt about what nobody wrote down is none of the author's.
    return not is_consequence(case, doubted) and (case.remark.basis == "written" or not is_doubt(case))


def _diagnostic(case: Case, *, strict: bool) -> Diagnostic:
    remark = case.remark
    return Diagnostic(
        line=remark.line,
        column=remark.column,
        end_line=remark.end_line,
        end_column=remark.end_column,
        severity=severity_of(case, strict=strict),
        message=wording_of(case),
        code=remark.code,
        hint=hint_for(case),
    )


def _once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics without those that say the same of the same place."""
    kept: dict[tuple[int, int, str], Diagnostic] = {}
    for each in diagnostics:
        kept.setdefault((each.line, each.column, each.message), each)
    return tuple(kept.values())


def _signatures(cases: list[Case]) -> tuple[str, ...]:
    tools = {tool.path: tool for case in cases if (tool := case.tool) is not None}
    texts = [f"{tool.module}.{tool.stub.signature}" for tool in tools.values()]
    return tuple(text[:_MOST_SIGNATURE] for text in texts[:_MOST_SIGNATURES])
