"""A run as it goes: its output at once, questions to a person, and how far it is."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ptc_cli.console import talk
from ptc_cli.console.ask import Asker
from ptc_cli.console.terminal import is_terminal, one_line, write, write_output
from ptc_cli.core.event import (
    Answered,
    Asked,
    CallFinished,
    CallStarted,
    Checked,
    Decision,
    Finished,
    Happening,
    Inquired,
    Kept,
    Logged,
    Output,
    Progress,
    Question,
    Replied,
    Started,
    Warned,
)
from ptc_cli.core.inquiry import Inquiry, Reply
from ptc_cli.core.result import Result

if TYPE_CHECKING:
    from ptc_cli.engine import Run

_STATUS_CHARACTERS = 78
_SHOWN_LEVELS = ("error", "critical", "alert", "emergency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Where a run is shown."""

    out: TextIO
    err: TextIO


async def follow(run: Run, *, streams: Streams | None, ask: Asker | None, door: str) -> Result:
    """Show a run until its end and return how it ended; without streams only questions are seen to.

    Ctrl-C ends the run in order, so that its result can still be shown. When we are ended ourselves, so is the run.
    """
    shown = _Shown(streams) if streams is not None else None
    questions = _Questions(run, ask, door)
    try:
        with _cancelled_by_interrupt(run):
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


@contextmanager
def _cancelled_by_interrupt(run: Run) -> Iterator[None]:
    """Have Ctrl-C cancel a run; a second one does what it always does."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    cancelling: set[asyncio.Task[Result]] = set()

    def cancel() -> None:
        restore()
        cancelling.add(loop.create_task(run.cancel()))

    def restore() -> None:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, cancel)
    try:
        yield
    finally:
        restore()


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


class _Shown:
    """What of a run is on the screen."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._status = _StatusLine(streams.err)
        self._started = 0
        self._finished = 0
        self._asked = 0
        self._note = ""

    def see(self, what: Happening) -> None:
        match what:
            case Output(stream=stream, text=text):
                self._status.clear()
                write_output(self._streams.out if stream == "stdout" else self._streams.err, text)
            case Warned(message=message):
                self._status.clear()
                talk.warning(self._streams.err, message)
            case Asked() | Inquired():
                self._status.clear()
                self._asked += 1
            case Answered() | Replied():
                self._asked -= 1
            case Logged(server=server, level=level, message=message):
                self._status.clear()
                _show_log(self._streams.err, server, level, message)
            case CallStarted():
                self._started += 1
                self._draw()
            case CallFinished():
                self._finished += 1
                self._draw()
            case Progress(done=done, total=total, note=note):
                self._note = f" · {done:g}{'' if total is None else f' of {total:g}'} {note}"
                self._draw()
            case Checked() | Started() | Kept() | Finished():
                pass

    def _draw(self) -> None:
        if self._asked:
            return
        in_flight = self._started - self._finished
        self._status.show(f"{self._finished} calls done, {in_flight} in flight{self._note}")

    def close(self) -> None:
        self._status.clear()


def _show_log(stream: TextIO, server: str, level: str, message: str) -> None:
    """Show what a server logs where it matters; all of it is in its log file."""
    if level in _SHOWN_LEVELS:
        talk.note(stream, one_line(f"server '{server}' logs {level}: {message}"))


class _StatusLine:
    """One line at the bottom of a terminal that is written over; nothing at all elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = False

    def show(self, text: str) -> None:
        if is_terminal(self._stream):
            write(self._stream, f"\r\x1b[2K{one_line(text)[:_STATUS_CHARACTERS]}")
            self._is_shown = True

    def clear(self) -> None:
        if self._is_shown:
            write(self._stream, "\r\x1b[2K")
            self._is_shown = False
