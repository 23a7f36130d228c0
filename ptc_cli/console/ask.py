"""A person's word on a call: asked for on a terminal, given beforehand, or refused."""

from __future__ import annotations

import asyncio
import os
from typing import Protocol, TextIO

from ptc_cli.console.question import LINE_BYTES, can_be_asked, decision_of, prompt, put
from ptc_cli.core.event import Decision, Question


class Asker(Protocol):
    """Whoever decides on a call that policy leaves to a person."""

    async def __call__(self, question: Question, /) -> Decision:
        """Return the decision; may be cancelled when it comes too late."""
        ...


def asker(*, stdin: TextIO, talk_to: TextIO, is_granted: bool) -> Asker | None:
    """Return who decides: `--yes` has decided already; without a terminal there is nobody, and the answer is no."""
    if is_granted:
        return _grant
    return _Prompt(stdin, talk_to) if can_be_asked(stdin=stdin, talk_to=talk_to) else None


async def _grant(_: Question) -> Decision:
    return "all"


class _Prompt:
    def __init__(self, stdin: TextIO, talk_to: TextIO) -> None:
        self._stdin = stdin
        self._talk_to = talk_to
        self._turn = asyncio.Lock()

    async def __call__(self, question: Question) -> Decision:
        async with self._turn:
            put(question, stdin=self._stdin, talk_to=self._talk_to)
            while (line := await read_line(self._stdin)) is not None:
                if (decision := decision_of(line)) is not None:
                    return decision
                prompt(self._talk_to)
            return "no"


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
    return os.read(descriptor, LINE_BYTES).decode(errors="replace") or None
