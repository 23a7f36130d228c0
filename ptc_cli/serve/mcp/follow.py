"""From a run's events to its client: progress, logs, questions; and the end of the run when the client goes away."""

from __future__ import annotations

import asyncio
from typing import assert_never

import anyio

from ptc_cli.core.catalog import Door
from ptc_cli.core.event import (
    Answered,
    Asked,
    CallFinished,
    CallStarted,
    Checked,
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
from ptc_cli.core.inquiry import Inquiry
from ptc_cli.core.result import Result
from ptc_cli.engine import Run
from ptc_cli.serve.mcp.peer import Peer, known_level

DOOR: Door = "mcp"

CANCEL_SECONDS = 10.0
PROGRESS_SECONDS = 0.05
"""A program can report progress in a tight loop; the client hears of it no more often than this."""


async def follow(run: Run, peer: Peer) -> Result:
    """Follow a run to its end and return its result.

    Cancelling the task, which is what a cancelled or abandoned request comes to, ends the run.
    """
    follower = _Follower(run, peer)
    try:
        async for event in run.events():
            await follower.tell(event.what)
        return await run.result()
    except asyncio.CancelledError:
        with anyio.move_on_after(CANCEL_SECONDS, shield=True):
            await run.cancel()
        raise
    finally:
        follower.close()


class _Follower:
    """What one client has been told and asked of one run."""

    def __init__(self, run: Run, peer: Peer) -> None:
        self._run = run
        self._peer = peer
        self._meter = _Meter(peer)
        self._open: dict[str, asyncio.Task[None]] = {}

    async def tell(self, what: Happening) -> None:
        match what:
            case Output(stream=stream, text=text) if text.strip():
                await self._peer.log("info" if stream == "stdout" else "warning", text.rstrip("\n"))
            case CallStarted(call=call):
                await self._peer.log("debug", f"{call.server}.{call.tool} called at line {call.site}")
            case CallFinished():
                await self._call_finished(what)
            case Progress(done=done, total=total, note=note):
                await self._meter.reported(done, total, note)
            case Asked() | Inquired():
                self._put(what)
            case Answered(question=answered) | Replied(inquiry=answered):
                self._withdraw(answered)
            case Logged(server=server, level=level, message=message):
                await self._peer.log(known_level(level), f"{server}: {message}")
            case Warned(message=message):
                await self._peer.log("warning", message)
            case Checked() | Started() | Output() | Kept() | Finished():
                pass
            case _:
                assert_never(what)

    def close(self) -> None:
        for task in self._open.values():
            task.cancel()

    async def _call_finished(self, what: CallFinished) -> None:
        name = f"{what.server}.{what.tool}"
        if what.failure is None:
            await self._peer.log("debug", f"{name} came back after {what.seconds:.3f} s")
        else:
            await self._peer.log("warning", f"{name} failed: {what.failure.message}")
        await self._meter.called(name)

    def _put(self, what: Asked | Inquired) -> None:
        if isinstance(what, Asked):
            self._open[what.question.id] = asyncio.create_task(self._ask(what.question))
        else:
            self._open[what.inquiry.id] = asyncio.create_task(self._reply(what.inquiry))

    async def _ask(self, question: Question) -> None:
        self._run.answer(question.id, await self._peer.ask(question), by=DOOR)

    async def _reply(self, inquiry: Inquiry) -> None:
        self._run.reply(inquiry.id, await self._peer.reply(inquiry), by=DOOR)

    def _withdraw(self, question_id: str) -> None:
        # Answered in time, or out of time: in either case the form that is still open has nothing left to decide.
        task = self._open.pop(question_id, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()


class _Meter:
    """Progress that only grows, as the protocol demands, out of calls counted and what the program reports.

    Calls count until the program reports for the first time; its numbers go on from there.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._calls = 0
        self._shown = 0.0
        self._offset: int | None = None
        self._next = 0.0

    async def called(self, name: str) -> None:
        self._calls += 1
        if self._offset is None:
            await self._show(float(self._calls), None, name)

    async def reported(self, done: float, total: float | None, note: str) -> None:
        if self._offset is None:
            self._offset = self._calls
        now = asyncio.get_running_loop().time()
        if now < self._next and (total is None or done < total):
            return
        self._next = now + PROGRESS_SECONDS
        await self._show(self._offset + done, None if total is None else self._offset + total, note)

    async def _show(self, done: float, total: float | None, note: str) -> None:
        if done > self._shown:
            self._shown = done
            await self._peer.progress(done, total, note)
