"""Recorded runs as the commands show them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TextIO

from ptc_cli.cli.kept_files import kept_files
from ptc_cli.console import results, talk
from ptc_cli.console.tables import facts, table
from ptc_cli.console.terminal import one_line, write_foreign
from ptc_cli.core.event import Answered, Asked, CallFinished, CallStarted, Kept
from ptc_cli.core.record import RunRecord

_CELL_CHARACTERS = 60


def write_record(stream: TextIO, record: RunRecord) -> None:
    """Write a run: the program, its calls, what it printed and how it ended."""
    header = record.header
    facts(
        stream,
        [
            ("run", header.run),
            ("program", header.program),
            ("state", header.state),
            ("asked by", header.door if header.session is None else f"{header.door}, session {header.session}"),
            ("face", record.execution.face),
            ("seconds", f"{header.seconds:.2f}"),
        ],
    )
    _section(stream, "program", record.execution.program.source)
    calls = _calls(record)
    if calls:
        talk.heading(stream, "calls")
        table(stream, ("line", "tool", "arguments", "answer", "seconds"), calls)
    answers = _answers(record)
    if answers:
        talk.heading(stream, "questions")
        table(stream, ("line", "tool", "why", "answer", "by"), answers)
    files = kept_files(record)
    if files:
        talk.heading(stream, "files")
        table(stream, ("path", "size"), [(each.path, results.size(len(each.content))) for each in files])
    if record.result is None:
        return
    _section(stream, "stdout", record.result.stdout)
    _section(stream, "stderr", record.result.stderr)
    talk.heading(stream, "result")
    results.value(stream, record.result)
    results.failure(stream, record.result)
    results.summary(stream, record.result)


def without_content(record: RunRecord) -> RunRecord:
    """Return a record whose kept files are named and empty."""
    events = tuple(
        replace(event, what=replace(event.what, content=b"")) if isinstance(event.what, Kept) else event
        for event in record.events
    )
    return replace(record, events=events)


def _section(stream: TextIO, title: str, text: str) -> None:
    if text.strip():
        talk.heading(stream, title)
        write_foreign(stream, text)


def _calls(record: RunRecord) -> list[tuple[str, ...]]:
    finished = {event.what.call: event.what for event in record.events if isinstance(event.what, CallFinished)}
    rows: list[tuple[str, ...]] = []
    for event in record.events:
        if isinstance(event.what, CallStarted):
            call, end = event.what.call, finished.get(event.what.call.id)
            rows.append(
                (
                    str(call.site or "-"),
                    f"{call.server}.{call.tool}",
                    _cut(json.dumps(call.arguments, ensure_ascii=False)),
                    "no answer" if end is None else _answer(end),
                    "-" if end is None else f"{end.seconds:.3f}",
                )
            )
    return rows


def _answers(record: RunRecord) -> list[tuple[str, ...]]:
    """Return who was asked what, and said what."""
    answers = {event.what.question: event.what for event in record.events if isinstance(event.what, Answered)}
    rows: list[tuple[str, ...]] = []
    for event in record.events:
        if isinstance(event.what, Asked):
            question = event.what.question
            answer = answers.get(question.id)
            said = ("no answer", "-") if answer is None else (answer.decision, answer.by)
            rows.append((str(question.call.site or "-"), question.path, one_line(question.reason), *said))
    return rows


def _answer(end: CallFinished) -> str:
    if end.failure is not None:
        return _cut(f"{end.failure.kind}: {end.failure.message}")
    if end.result.is_content:
        return f"{len(end.result.content)} blocks, {results.size(end.result.bytes)}"
    return _cut(json.dumps(end.result.value, ensure_ascii=False))


def _cut(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _CELL_CHARACTERS else f"{line[: _CELL_CHARACTERS - 3]}..."
