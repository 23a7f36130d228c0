"""Answering the questions of a run in the daemon, while its events come."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from ptc_cli.cli.verbs import can_be_asked
from ptc_cli.core.errors import PtcError
from ptc_cli.daemon.client import Answer, Client

if TYPE_CHECKING:
    from ptc_cli.core.event import Decision, Happening, Question
    from ptc_cli.core.inquiry import Inquiry

T = TypeVar("T")


class Answering:
    """The open questions of one run, put to the person at the terminal one after the other."""

    def __init__(self, client: Client, answer: Answer, *, is_granted: bool) -> None:
        self._client = client
        self._answer = answer
        self._is_granted = is_granted
        self._is_anybody_there = can_be_asked()
        self._open: list[Question] = []

    def see(self, what: Happening) -> None:
        """Take note of a question, or that one is settled."""
        from ptc_cli.core.event import Answered, Asked, Inquired  # few runs ask

        match what:
            case Asked(question=question) if self._is_granted:
                self._settle(question, "all")
            case Asked(question=question) if self._is_anybody_there:
                self._open.append(question)
                if len(self._open) == 1:
                    self._put()
            case Answered(question=question):
                self._drop(question)
            case Inquired(inquiry=inquiry) if self._is_anybody_there and not self._is_granted:
                self._reply(inquiry)
            case _:
                pass

    def between(self, events: Iterable[T]) -> Iterator[T]:
        """Give events as they come, and have questions answered while none does."""
        source = iter(events)
        while True:
            self._listen()
            event = next(source, None)
            if event is None:
                return
            yield event

    def _listen(self) -> None:
        """Take what is typed until there is something to read from the daemon, or no question any more."""
        waiting = select.poll()
        for descriptor in (sys.stdin.fileno(), self._answer.fileno()) if self._open else ():
            waiting.register(descriptor, select.POLLIN)
        while self._open and not self._answer.has_event:
            ready = {descriptor for descriptor, _ in waiting.poll()}
            if sys.stdin.fileno() in ready:
                self._take()
            if self._answer.fileno() in ready:
                self._answer.fetch()

    def _take(self) -> None:
        from ptc_cli.console import question as asking

        try:
            line = os.read(sys.stdin.fileno(), asking.LINE_BYTES).decode(errors="replace")
        except OSError:  # a terminal that went away says nothing, which is no
            line = ""
        decision = asking.decision_of(line) if line else "no"
        if decision is None:
            asking.prompt(self._open[0], sys.stderr)
        else:
            self._settle(self._open[0], decision)
            self._drop(self._open[0].id)

    def _settle(self, question: Question, decision: Decision) -> None:
        path = f"/v1/runs/{quote(self._answer.run)}/answers"
        with suppress(PtcError):  # whoever was quicker has settled it, or nobody is left to tell
            self._client.ask("POST", path, {"question": question.id, "decision": decision})

    def _reply(self, inquiry: Inquiry) -> None:
        """Have the person answer a server. Meanwhile nothing else is shown."""
        import asyncio  # few servers ask

        from ptc_cli.console.inquiries import reply_of
        from ptc_cli.console.keyboard import drop_typed_ahead, read_line

        drop_typed_ahead(sys.stdin)
        try:
            reply = asyncio.run(reply_of(inquiry, read=lambda: read_line(sys.stdin), stream=sys.stderr))
        except OSError:  # a terminal that went away
            return
        said = {"inquiry": inquiry.id, "action": reply.action, "content": reply.content}
        with suppress(PtcError):
            self._client.ask("POST", f"/v1/runs/{quote(self._answer.run)}/replies", said)

    def _drop(self, question: str) -> None:
        was_first = bool(self._open) and self._open[0].id == question
        self._open = [each for each in self._open if each.id != question]
        if was_first and self._open:
            self._put()

    def _put(self) -> None:
        from ptc_cli.console import question as asking

        asking.put(self._open[0], stdin=sys.stdin, talk_to=sys.stderr)
