"""A person's word on a call: asked for on a terminal, given beforehand, or refused."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Collection
from typing import Protocol, TextIO

from ptc_cli.console.inquiries import reply_of
from ptc_cli.console.terminal import is_terminal, one_line, styled, visible, write, write_lines
from ptc_cli.core.event import Decision, Question
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply

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
    """Whoever decides on a call that policy leaves to a person, and answers what servers ask."""

    @property
    def answers(self) -> Collection[InquiryKind]:
        """What servers may ask them."""
        ...

    async def __call__(self, question: Question, /) -> Decision:
        """Return the decision; may be cancelled when it comes too late."""
        ...

    async def reply(self, inquiry: Inquiry, /) -> Reply:
        """Return what is answered to a server; may be cancelled when it comes too late."""
        ...


def asker(*, stdin: TextIO, talk_to: TextIO, is_granted: bool) -> Asker | None:
    """Return who decides: `--yes` has decided already; without a terminal there is nobody, and the answer is no."""
    if is_granted:
        return _Grant()
    return _Prompt(stdin, talk_to) if is_terminal(stdin) and is_terminal(talk_to) else None


def answers_of(ask: Asker | None) -> Collection[InquiryKind]:
    """Return what servers may ask whoever decides, if there is somebody."""
    return () if ask is None else ask.answers


class _Grant:
    """A yes that was given beforehand. It knows nothing to tell a server."""

    answers: Collection[InquiryKind] = ()

    async def __call__(self, _: Question) -> Decision:
        return "all"

    async def reply(self, _: Inquiry) -> Reply:
        return Reply(action="decline")


class _Prompt:
    answers: Collection[InquiryKind] = ("form", "url")

    def __init__(self, stdin: TextIO, talk_to: TextIO) -> None:
        self._stdin = stdin
        self._talk_to = talk_to
        self._turn = asyncio.Lock()

    async def __call__(self, question: Question) -> Decision:
        async with self._turn:
            _drop_typed_ahead(self._stdin)
            show_question(question, self._talk_to)
            return await self._decision(question)

    async def _decision(self, question: Question) -> Decision:
        whole = "all of this [p]rogram's list, " if question.listed else ""
        while True:
            write(self._talk_to, f"[o]nce, [a]ll of this tool in this run, {whole}[r]emember, [N]o: ")
            line = await read_line(self._stdin)
            if line is None:
                return "no"
            if (decision := _DECISIONS.get(line.strip().lower()[:1])) is not None:
                return decision

    async def reply(self, inquiry: Inquiry) -> Reply:
        async with self._turn:
            _drop_typed_ahead(self._stdin)
            return await reply_of(inquiry, read=lambda: read_line(self._stdin), stream=self._talk_to)


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
