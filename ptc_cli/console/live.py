"""A run as it goes, wherever it does: shown, its questions asked, ended by Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ptc_cli.console.ask import Asker
from ptc_cli.console.interrupts import on_interrupt
from ptc_cli.console.shown import Shown, Streams
from ptc_cli.core.event import Answered, Asked, Decision, Event, Happening, Inquired, Question, Replied
from ptc_cli.core.inquiry import Inquiry, Reply
from ptc_cli.core.result import Result

if TYPE_CHECKING:
    from ptc_cli.engine import Run

__all__ = ["Followed", "Streams", "follow", "follow_to_the_end"]


class Followed(Protocol):
    """A run that is followed, and can be answered and ended."""

    def events(self) -> AsyncIterator[Event]:
        """Give what happens, up to the end; what nobody is shown may be left out."""
        ...

    async def result(self) -> Result:
        """Return how it ended."""
        ...

    async def cancel(self) -> None:
        """End it."""
        ...

    async def is_open(self, question: Question) -> bool:
        """Say whether a question still waits for its answer."""
        ...

    async def answer(self, question: str, decision: Decision) -> None:
        """Answer a question, unless it is settled."""
        ...

    async def reply(self, inquiry: str, reply: Reply) -> None:
        """Answer what a server asked, unless it is settled."""
        ...


async def follow(run: Run, *, streams: Streams | None, ask: Asker | None, door: str) -> Result:
    """Show a run of an engine in this process until its end, and return how it ended."""
    return await follow_to_the_end(_OfEngine(run, door), streams=streams, ask=ask)


async def follow_to_the_end(run: Followed, *, streams: Streams | None, ask: Asker | None) -> Result:
    """Show a run until its end and return how it ended; without streams only questions are seen to.

    Ctrl-C ends the run in order, so that its result can still be shown. When we are ended ourselves, so is the run.
    """
    shown = Shown(streams) if streams is not None else None
    questions = _Questions(run, ask)
    cancelling: set[asyncio.Future[None]] = set()
    try:
        with on_interrupt(lambda: cancelling.add(asyncio.ensure_future(run.cancel()))):
            async for event in run.events():
                questions.see(event.what)
                if shown is not None:
                    shown.see(event.what)
            return await run.result()
    except BaseException:
        await run.cancel()
        raise
    finally:
        await questions.close()
        if shown is not None:
            shown.close()


class _OfEngine:
    """A run of an engine in this process."""

    def __init__(self, run: Run, door: str) -> None:
        self._run = run
        self._door = door
        self.events = run.events
        self.result = run.result

    async def cancel(self) -> None:
        await self._run.cancel()

    async def is_open(self, question: Question) -> bool:
        return question in self._run.questions

    async def answer(self, question: str, decision: Decision) -> None:
        self._run.answer(question, decision, by=self._door)

    async def reply(self, inquiry: str, reply: Reply) -> None:
        self._run.reply(inquiry, reply, by=self._door)


class _Questions:
    """The questions of a run that are open, each with the task that asks."""

    def __init__(self, run: Followed, ask: Asker | None) -> None:
        self._run = run
        self._ask = ask
        self._open: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    def see(self, what: Happening) -> None:
        match what:
            case Asked(question=question) if self._ask is not None:
                self._open[question.id] = asyncio.create_task(self._put(question, self._ask))
            case Inquired(inquiry=inquiry) if self._ask is not None:
                self._open[inquiry.id] = asyncio.create_task(self._reply(inquiry, self._ask))
            case Answered(question=answered) | Replied(inquiry=answered) if task := self._open.pop(answered, None):
                task.cancel()
            case _:
                pass

    async def _put(self, question: Question, ask: Asker) -> None:
        async with self._turn:
            if not await self._run.is_open(question):
                return  # an answer to the one before decided this as well
            decision: Decision = "no"
            with suppress(OSError):  # a terminal that went away says nothing, which is no
                decision = await ask(question)
            self._open.pop(question.id, None)
            await self._run.answer(question.id, decision)

    async def _reply(self, inquiry: Inquiry, ask: Asker) -> None:
        reply = Reply(action="cancel")
        with suppress(OSError):
            reply = await ask.reply(inquiry)
        self._open.pop(inquiry.id, None)
        await self._run.reply(inquiry.id, reply)

    async def close(self) -> None:
        tasks = list(self._open.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
