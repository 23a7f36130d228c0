"""A question to a person, on a terminal: how it is put, and what an answer means."""

from __future__ import annotations

import json
from typing import TextIO

from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, write, write_lines
from ptc_cli.core.event import Decision, Question

LINE_BYTES = 4096
"""As much of an answer as is read."""

_DECISIONS: dict[str, Decision] = {"o": "once", "y": "once", "a": "all", "r": "remember", "n": "no", "": "no"}
_ARGUMENT_CHARACTERS = 2000


def can_be_asked(*, stdin: TextIO, talk_to: TextIO) -> bool:
    """Say whether there is anybody to ask."""
    return is_terminal(stdin) and is_terminal(talk_to)


def put(question: Question, *, stdin: TextIO, talk_to: TextIO) -> None:
    """Show a question, and forget what was typed before: nobody answers a question that they have not seen."""
    import termios  # a terminal on which questions are asked is a POSIX one

    termios.tcflush(stdin.fileno(), termios.TCIFLUSH)
    call = question.call
    write_lines(talk_to, f"{styled(f'{call.server}.{call.tool}', 'name', talk_to)}: {one_line(question.reason)}")
    if question.line:
        write_lines(talk_to, f"  line {call.site}: {one_line(question.line)}")
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    cut = "..." if len(arguments) > _ARGUMENT_CHARACTERS else ""
    write_lines(talk_to, f"  arguments: {visible(arguments[:_ARGUMENT_CHARACTERS])}{cut}")
    prompt(talk_to)


def prompt(talk_to: TextIO) -> None:
    """Ask for an answer, once more where one made no sense."""
    write(talk_to, "[o]nce, [a]ll in this run, [r]emember, [N]o: ")


def decision_of(line: str) -> Decision | None:
    """Return what a line that was typed means; None for nothing."""
    return _DECISIONS.get(line.strip().lower()[:1])
