"""What a program will do, added to what the checker said of it: its effects, and what policy says of each.

A program that names a tool it may not call is rejected before its first call, not in the middle of its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ptc_cli import policy
from ptc_cli.core.catalog import View
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.effects import Effect, Effects
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.core.session import History
from ptc_cli.core.settings import PolicySettings
from ptc_cli.effects import effects
from ptc_cli.policy import Approvals, Reading, Readings, Verdict

_UNREAD = frozenset({"syntax", "unreadable"})
_HINT = "Leave it out: no program may call it here. Only whoever configures ptc can allow it."


def with_effects(
    report: CheckReport,
    program: Program,
    view: View,
    *,
    settings: PolicySettings,
    approvals: Approvals,
    readings: Readings,
    history: History | None = None,
    execution: Execution | None = None,
) -> CheckReport:
    """Return a report with the program's effects, and an error for each denied tool that it names.

    `readings` are those of the program's client before it.
    """
    if any(remark.code in _UNREAD for remark in report.errors):
        return report
    earlier = [entry.program.source for entry in history.entries] if history is not None else []
    found = effects(program.source, view, earlier=earlier)
    judged = _tainted(list(_verdicts(found, view, settings, approvals, execution)), readings, settings)
    lines = program.source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    denials = [remark for each, verdict in judged for remark in _denials(each, verdict, lines)]
    tools = tuple(replace(each, verdict=verdict.word) for each, verdict in judged)
    return replace(report, effects=replace(found, tools=tools), diagnostics=(*report.diagnostics, *denials))


def calls_foreseen(known: Effects | None, server: str, tool: str, *, made: int) -> int | None:
    """Return how many calls of a tool a program may still make that made so many; None when that is not known."""
    if known is None or known.unknown:
        return None
    effect = next((each for each in known.tools if (each.server, each.tool) == (server, tool)), None)
    if effect is None or effect.is_repeated:
        return None
    return max(len(effect.lines) - made, 0)


def asked_for(known: Effects | None) -> tuple[str, ...]:
    """Return the tools, as `server.tool`, that a program calls and that need approval; none where not all is known."""
    if known is None or known.unknown:
        return ()
    return tuple(f"{each.server}.{each.tool}" for each in known.tools if each.verdict == "ask")


def _verdicts(
    found: Effects, view: View, settings: PolicySettings, approvals: Approvals, execution: Execution | None
) -> Iterator[tuple[Effect, Verdict]]:
    entries = {name: view.server(name) for name in {each.server for each in found.tools}}
    specs = {name: {tool.spec.name: tool.spec for tool in entry.tools} for name, entry in entries.items()}
    for each in found.tools:
        spec, config = specs[each.server][each.tool], entries[each.server].config
        yield each, policy.foreseen(spec, config, policy=settings, execution=execution, approvals=approvals)


def _tainted(
    judged: Sequence[tuple[Effect, Verdict]], readings: Readings, settings: PolicySettings
) -> list[tuple[Effect, Verdict]]:
    """Return verdicts in the light of what the program can read, in whatever order, and what was read before it."""
    own = {label: Reading(label=label, what=each.path) for each, _ in judged for label in each.labels}
    at_stake = policy.stakes({**own, **readings}, settings.taint)
    if not at_stake:
        return list(judged)
    asked = Verdict(word="ask", reason="it sends, after what the program can read before (taint)")
    return [
        (each, asked if verdict.word == "allow" and "sends" in each.labels else verdict) for each, verdict in judged
    ]


def _denials(effect: Effect, verdict: Verdict, lines: list[str]) -> Iterator[Diagnostic]:
    """Yield an error for every line that names a denied tool; one that is merely within reach is left to the gate."""
    if verdict.word != "deny" or not effect.is_named:
        return
    name = effect.path.rpartition(".")[2]
    for number in effect.lines:
        start, end = _span(name, lines[number - 1])
        yield Diagnostic(
            line=number,
            column=start + 1,
            end_line=number,
            end_column=end + 1,
            severity="error",
            message=f"'{effect.server}.{effect.tool}' is denied: {verdict.reason}",
            code="denied",
            hint=_HINT,
        )


def _span(name: str, line: str) -> tuple[int, int]:
    """Return where a line has a name or, where it calls it something else, where its text is."""
    start = line.find(name)
    if start >= 0:
        return start, start + len(name)
    return len(line) - len(line.lstrip()), max(len(line), 1)
