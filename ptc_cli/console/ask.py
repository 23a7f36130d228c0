"""A person's word on a call: asked for on a terminal, given beforehand, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol, TextIO

from ptc_cli.console.inquiries import reply_of
from ptc_cli.console.keyboard import drop_typed_ahead, read_line
from ptc_cli.console.question import can_be_asked, decision_of, prompt, put
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply

if TYPE_CHECKING:
    from ptc_cli.core.event import Decision, Question


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
    return _Prompt(stdin, talk_to) if can_be_asked(stdin=stdin, talk_to=talk_to) else None


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
            put(question, stdin=self._stdin, talk_to=self._talk_to)
            while (line := await read_line(self._stdin)) is not None:
                if (decision := decision_of(line)) is not None:
                    return decision
                prompt(question, self._talk_to)
            return "no"

    async def reply(self, inquiry: Inquiry) -> Reply:
        async with self._turn:
            drop_typed_ahead(self._stdin)
            return await reply_of(inquiry, read=lambda: read_line(self._stdin), stream=self._talk_to)
