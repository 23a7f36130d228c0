"""A question to a person, on a terminal: how it is put, and what an answer means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from ptc_cli.console.keyboard import drop_typed_ahead
from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, write, write_lines

if TYPE_CHECKING:
    from ptc_cli.core.event import Decision, Question  # costs 25 ms to import, and a prompt is waited for

LINE_BYTES = 4096
"""As much of an answer as is read."""

_DECISIONS: dict[str, Decision] = {
    "o": "once",
    "y": "once",
    "a": "all",
    "p": "program",
    "r": "remember",
    "n": "no",
    "": "no",
}
_ARGUMENT_CHARACTERS = 2000


def can_be_asked(*, stdin: TextIO, talk_to: TextIO) -> bool:
    """Say whether there is anybody to ask."""
    return is_terminal(stdin) and is_terminal(talk_to)


def put(question: Question, *, stdin: TextIO, talk_to: TextIO) -> None:
    """Show a question, and ask for an answer."""
    drop_typed_ahead(stdin)
    show_question(question, talk_to)
    prompt(question, talk_to)


def prompt(question: Question, stream: TextIO) -> None:
    """Ask for an answer, once more where one made no sense."""
    whole = "all of this [p]rogram's list, " if question.listed else ""
    write(stream, f"[o]nce, [a]ll of this tool in this run, {whole}[r]emember, [N]o: ")


def decision_of(line: str) -> Decision | None:
    """Return what a line that was typed means; None for nothing."""
    return _DECISIONS.get(line.strip().lower()[:1])


def show_question(question: Question, stream: TextIO) -> None:
    """Write what a person is asked. Everything in it but our own words may be an adversary's."""
    call = question.call
    name = styled(one_line(question.path), "name", stream)
    write_lines(stream, f"{one_line(question.program)} wants to call {name}: {one_line(question.reason)}")
    if question.line:
        write_lines(stream, f"  line {call.site}: {one_line(question.line)}")
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    cut = "..." if len(arguments) > _ARGUMENT_CHARACTERS else ""
    write_lines(stream, f"  arguments: {visible(arguments[:_ARGUMENT_CHARACTERS])}{cut}")
    if question.foreseen is None:
        write_lines(stream, "  how many more calls of it follow is not known")
    elif question.foreseen:
        write_lines(stream, f"  {question.foreseen} more call{'s' if question.foreseen > 1 else ''} of it can follow")
    if question.listed:
        write_lines(stream, f"  also on the program's list: {one_line(', '.join(question.listed))}")
