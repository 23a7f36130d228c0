"""A run of an engine as it goes: shown, its questions asked, ended by Ctrl-C."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from ptc_cli.console.ask import Asker
from ptc_cli.console.interrupts import on_interrupt
from ptc_cli.console.shown import Shown, Streams
from ptc_cli.core.event import Answered, Asked, Decision, Happening, Inquired, Question, Replied
from ptc_cli.core.inquiry import Inquiry, Reply
from ptc_cli.core.result import Result

if TYPE_CHECKING:
    from ptc_cli.engine import Run

__all__ = ["Streams", "follow"]


async def follow(run: Run, *, streams: Streams | None, ask: Asker | None, door: str) -> Result:
    """Show a run until its end and return how it ended; without streams only questions are seen to.

    Ctrl-C ends the run in order, so that its result can still be shown. When we are ended ourselves, so is the run.
    """
    shown = Shown(streams) if streams is not None else None
    questions = _Questions(run, ask, door)
    cancelling: set[asyncio.Future[Result]] = set()
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


class _Questions:
    """The questions of a run that are open, each with the task that asks."""

    def __init__(self, run: Run, ask: Asker | None, door: str) -> None:
        self._run = run
        self._ask = ask
        self._door = door
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
            if question not in self._run.questions:
                return  # an answer to the one before decided this as well
            decision: Decision = "no"
            with suppress(OSError):  # a terminal that went away says nothing, which is no
                decision = await ask(question)
            self._open.pop(question.id, None)
            self._run.answer(question.id, decision, by=self._door)

    async def _reply(self, inquiry: Inquiry, ask: Asker) -> None:
        reply = Reply(action="cancel")
        with suppress(OSError):
            reply = await ask.reply(inquiry)
        self._open.pop(inquiry.id, None)
        self._run.reply(inquiry.id, reply, by=self._door)

    async def close(self) -> None:
        tasks = list(self._open.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
