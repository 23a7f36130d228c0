"""A person's word on a call: asked for on a terminal, given beforehand, or refused."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Protocol, TextIO

from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, write, write_lines
from ptc_cli.core.event import Decision, Question

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
_LINE_BYTES = 4096


class Asker(Protocol):
    """Whoever decides on a call that policy leaves to a person."""

    async def __call__(self, question: Question, /) -> Decision:
        """Return the decision; may be cancelled when it comes too late."""
        ...


def asker(*, stdin: TextIO, talk_to: TextIO, is_granted: bool) -> Asker | None:
    """Return who decides: `--yes` has decided already; without a terminal there is nobody, and the answer is no."""
    if is_granted:
        return _grant
    return _Prompt(stdin, talk_to) if is_terminal(stdin) and is_terminal(talk_to) else None


async def _grant(_: Question) -> Decision:
    return "all"


class _Prompt:
    def __init__(self, stdin: TextIO, talk_to: TextIO) -> None:
        self._stdin = stdin
        self._talk_to = talk_to

    async def __call__(self, question: Question) -> Decision:
        _drop_typed_ahead(self._stdin)
        show_question(question, self._talk_to)
        whole = "all of this [p]rogram's list, " if question.listed else ""
        while True:
            write(self._talk_to, f"[o]nce, [a]ll of this tool in this run, {whole}[r]emember, [N]o: ")
            line = await read_line(self._stdin)
            if line is None:
                return "no"
            if (decision := _DECISIONS.get(line.strip().lower()[:1])) is not None:
                return decision


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


def _drop_typed_ahead(stream: TextIO) -> None:
    """Forget what was typed before: nobody answers a question that they have not seen."""
    import termios  # a terminal on which questions are asked is a POSIX one

    termios.tcflush(stream.fileno(), termios.TCIFLUSH)


async def read_line(stream: TextIO) -> str | None:
    """Return a terminal's next line, or None at its end.

    A thread that waits in `readline` could not be cancelled, and would keep the process from ending.
    """
    loop, descriptor, ready = asyncio.get_running_loop(), stream.fileno(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
    return os.read(descriptor, _LINE_BYTES).decode(errors="replace") or None
