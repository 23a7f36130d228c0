"""How a run ended: its value, what went wrong, and one line that sums it up."""

from __future__ import annotations

import json
from typing import TextIO

from ptc_cli.console import diagnostics, talk
from ptc_cli.console.terminal import is_terminal, json_text, styled, visible, write, write_foreign, write_lines
from ptc_cli.console.values import without_data
from ptc_cli.core.check import CheckReport
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.program import Program
from ptc_cli.core.result import LimitHit, ProgramError, Result

_MOST_FILES = 5


def ending(result: Result, program: Program, *, out: TextIO, err: TextIO) -> None:
    """Write how a run ended whose output has been shown already."""
    if result.status == "rejected":
        rejection(err, result, program)
    value(out, result)
    failure(err, result)
    artifacts(err, result)
    summary(err, result)


def rejection(stream: TextIO, result: Result, program: Program) -> None:
    """Write why a program was rejected."""
    given = CheckReport(face="sync", diagnostics=result.diagnostics, signatures=result.signatures)
    diagnostics.report(stream, given, program)


def value(stream: TextIO, result: Result) -> None:
    """Write the value of a program after its output, as JSON where it is JSON; nothing for `None`."""
    end_line(stream, result)
    if result.value_kind == "repr":
        write_foreign(stream, str(result.value))
    elif result.value_kind == "json" and result.value is not None:
        shown = without_data(result.value) if is_terminal(stream) else result.value
        write_foreign(stream, json_text(shown, stream))


def end_line(stream: TextIO, result: Result) -> None:
    """End the line that the program's output left open, before its value or the next prompt."""
    is_something = result.value_kind == "repr" or result.value is not None
    if result.stdout and not result.stdout.endswith("\n") and (is_something or is_terminal(stream)):
        write(stream, "\n")


def answer(stream: TextIO, given: JsonValue) -> None:
    """Write what a tool answered: text as it is, anything else as JSON; nothing for `None`."""
    if given is not None:
        write_foreign(stream, given if isinstance(given, str) else json_text(given, stream))


def failure(stream: TextIO, result: Result) -> None:
    """Write what ended a program that did not end well, and what was worth a warning."""
    for message in result.warnings:
        talk.warning(stream, message)
    if result.error is not None:
        _program_error(stream, result.error, _limit_hint(result.limit) if result.limit else result.error.hint)
    elif result.limit is not None:
        talk.error(stream, f"the program reached its limit of {_limit(result.limit)}", _limit_hint(result.limit))
    if result.is_truncated:
        talk.warning(stream, "the program wrote more than is kept; the rest is lost")


def summary(stream: TextIO, result: Result) -> None:
    """Write the one line that sums a run up."""
    style = "good" if result.status == "ok" else "error"
    parts = [_calls(result), f"{result.seconds:.2f} s", _kept_out(result), f"run {result.run}"]
    rest = " · ".join(part for part in parts if part)
    write_lines(stream, f"{styled(result.status, style, stream)} {styled(f'· {rest}', 'dim', stream)}")


def artifacts(stream: TextIO, result: Result) -> None:
    """Write which files were kept, and how to get them."""
    if not result.artifacts:
        return
    shown = ", ".join(f"{each.path} ({size(each.bytes)})" for each in result.artifacts[:_MOST_FILES])
    more = len(result.artifacts) - _MOST_FILES
    rest = f" and {more} more" if more > 0 else ""
    talk.note(stream, f"kept {shown}{rest}; get them with: ptc runs files {result.run} -o FOLDER")


def kept_out_bytes(result: Result) -> int:
    """Return how many bytes the tools gave that whoever ran the program did not have to read."""
    given = sum(call.bytes for call in result.calls)
    shown = len(result.stdout) + len(json.dumps(result.value) if result.value is not None else "")
    return max(0, given - shown)


def size(count: int) -> str:
    """Return a number of bytes for reading."""
    number, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"


def _program_error(stream: TextIO, error: ProgramError, hint: str | None) -> None:
    if error.traceback:
        write_lines(stream, visible(error.traceback.rstrip("\n")))
        talk.hint(stream, hint)
        return
    place = f"line {error.line}: " if error.line is not None else ""
    message = f"{error.type}: {error.message}" if error.message else error.type
    talk.error(stream, f"{place}{message}", hint)


def _limit(limit: LimitHit) -> str:
    shown = f"{limit.value:g}" if limit.value < 1e6 else f"{limit.value:,.0f}"
    return f"{shown} ({limit.name})"


def _limit_hint(limit: LimitHit) -> str:
    option = {"wall_seconds": "--timeout", "calls": "--max-calls"}.get(limit.name)
    where = f"[sandbox.limits] {limit.name} in the configuration"
    return f"Raise it with {option or f'--limit {limit.name}=...'}, or {where}."


def _calls(result: Result) -> str:
    failed = sum(not call.ok for call in result.calls)
    calls = f"{len(result.calls)} call{'' if len(result.calls) == 1 else 's'}"
    return f"{calls}, {failed} failed" if failed else calls


def _kept_out(result: Result) -> str:
    kept = kept_out_bytes(result)
    return f"{size(kept)} kept out of the context" if kept else ""
