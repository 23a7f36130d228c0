"""The handle of a run: what happens in it, for any number of readers, and the way to stop or answer it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import get_args

from ptc_cli.core.call import ToolResult
from ptc_cli.core.clock import RunClock
from ptc_cli.core.event import (
    Answered,
    Asked,
    CallFinished,
    CallStarted,
    Decision,
    Event,
    Finished,
    Happening,
    Inquired,
    Kept,
    Output,
    Question,
    Replied,
    RunState,
    Started,
    Warned,
)
from ptc_cli.core.execution import Execution
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.result import Artifact, CallSummary, Result
from ptc_cli.core.server import Label
from ptc_cli.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A question that waits for its answer, from whom it comes included."""

    question: Question
    answer: asyncio.Future[tuple[Decision, str]]


class Run:
    """One run, from its check to its result. Belongs to the event loop that started it."""

    def __init__(
        self, execution: Execution, *, journal: Journal, can_ask: bool, answers: Collection[InquiryKind] = ()
    ) -> None:
        self.execution = execution
        self.can_ask = can_ask
        """Whether somebody follows the events and answers questions."""

        self.answers = frozenset(answers)
        """What servers may ask of whoever follows the events."""

        self.state: RunState = "checking"
        self.returned: ToolResult | None = None
        """What came back, for a run that is one direct call."""

        self.clock = RunClock()
        self.calls: list[CallSummary] = []
        self.artifacts: list[Artifact] = []
        self._journal = journal
        self._events: list[Event] = []
        self._more = asyncio.Event()
        self._questions: dict[str, _Open] = {}
        self._inquiries: dict[str, asyncio.Future[tuple[Reply, str]]] = {}
        self._approved: dict[str, frozenset[Label]] = {}
        """Tools that are approved for the run, with what had been read when they were."""

        self._output: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._warnings: list[str] = []
        self._task: asyncio.Task[Result] | None = None
        journal.open(execution)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.execution.run

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, each once."""
        return tuple(dict.fromkeys(self._warnings))

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens in it."""
        return bool(self._events) and isinstance(self._events[-1].what, Finished)

    def output(self, stream: str) -> str:
        """Return what the program wrote so far to `stdout` or `stderr`."""
        return "".join(self._output[stream])

    def begin(self, task: asyncio.Task[Result]) -> None:
        """Take the task that carries the run to its end."""
        self._task = task

    def emit(self, what: Happening) -> None:
        """Record that something happened, and wake the readers."""
        span = (
            what.call.id if isinstance(what, CallStarted) else what.call if isinstance(what, CallFinished) else self.id
        )
        event = Event(
            run=self.id,
            sequence=len(self._events),
            time=time.time(),
            span=span,
            parent_span=None if span == self.id else self.id,
            what=what,
        )
        self._note(what)
        self._events.append(event)
        self._journal.append(event)
        self._more.set()
        self._more = asyncio.Event()

    async def events(self, after: int = -1) -> AsyncIterator[Event]:
        """Yield what happened after a sequence number, and what happens, up to the end of the run."""
        position = after + 1
        while True:
            while position < len(self._events):
                event = self._events[position]
                position += 1
                yield event
                if isinstance(event.what, Finished):
                    return
            if self.is_over:
                return
            await self._more.wait()

    async def result(self) -> Result:
        """Wait for the end of the run, and return how it ended. Cancelling the wait leaves the run alone."""
        assert self._task is not None
        return await asyncio.shield(self._task)

    async def cancel(self) -> Result:
        """End the program and its calls in flight, and return how the run ended."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        return self._task.result()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are open, in the order in which they were asked."""
        return tuple(each.question for each in self._questions.values() if not each.answer.done())

    def answer(self, question: str, decision: Decision, *, by: str) -> bool:
        """Answer a question, and the open ones that this decides as well; say whether it was still open."""
        if decision not in get_args(Decision):
            raise ValueError(f"a decision is one of {', '.join(get_args(Decision))}, not {decision!r}")
        answered = self._questions.get(question)
        if answered is None or answered.answer.done():
            return False
        answered.answer.set_result((decision, by))
        for path in answered.question.approved(decision):
            self._approved[path] = self._approved.get(path, frozenset()).union(answered.question.stakes)
        for other in self._questions.values():
            if not other.answer.done() and self.is_approved(other.question.path, other.question.stakes):
                other.answer.set_result(("once", by))
        return True

    def reply(self, inquiry: str, reply: Reply, *, by: str) -> bool:
        """Answer what a server asked; say whether it was still open."""
        waiting = self._inquiries.get(inquiry)
        if waiting is None or waiting.done():
            return False
        waiting.set_result((reply, by))
        return True

    def is_approved(self, path: str, stakes: Collection[Label]) -> bool:
        """Say whether every call of a tool may pass, by what was said when as much had been read."""
        return path in self._approved and self._approved[path].issuperset(stakes)

    async def ask(self, question: Question, *, timeout_seconds: float) -> Decision:
        """Ask a person; no answer in time means no. The run's clock stands still meanwhile."""
        waiting: asyncio.Future[tuple[Decision, str]] = asyncio.get_running_loop().create_future()
        self._questions[question.id] = _Open(question=question, answer=waiting)
        decision: Decision = "no"
        by = "timeout"
        with self._waiting():
            self.emit(Asked(question=question))
            try:
                decision, by = await asyncio.wait_for(waiting, timeout_seconds)
            except TimeoutError:
                pass
            finally:
                del self._questions[question.id]
        self.emit(Answered(question=question.id, decision=decision, by=by))
        return decision

    async def inquire(self, inquiry: Inquiry, *, timeout_seconds: float) -> Reply:
        """Ask what a server wants to know; the run's clock stands still meanwhile. Nobody in time cancels it."""
        self._inquiries[inquiry.id] = waiting = asyncio.get_running_loop().create_future()
        reply, by = Reply(action="cancel"), "timeout"
        with self._waiting():
            self.emit(Inquired(inquiry=inquiry))
            try:
                reply, by = await asyncio.wait_for(waiting, timeout_seconds)
            except TimeoutError:
                pass
            finally:
                del self._inquiries[inquiry.id]
                self.emit(Replied(inquiry=inquiry.id, action=reply.action, by=by))
        return reply

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Have the clock stand still while somebody is asked."""
        self.clock.pause()
        self.state = "waiting"
        try:
            yield
        finally:
            self.clock.resume()
            self.state = "waiting" if self._questions or self._inquiries else "running"

    def _note(self, what: Happening) -> None:
        match what:
            case Started():
                self.state = "running"
            case Output(stream=stream, text=text):
                self._output[stream].append(text)
            case Warned(message=message):
                self._warnings.append(message)
            case Kept(path=path, content=content):
                self.artifacts.append(Artifact(path=path, bytes=len(content), digest=sha256(content).hexdigest()))
            case CallFinished():
                self.calls.append(_summary(what))
            case Finished(result=result):
                self.state = result.status
            case _:
                pass


def _summary(call: CallFinished) -> CallSummary:
    return CallSummary(
        id=call.call,
        server=call.server,
        tool=call.tool,
        seconds=call.seconds,
        ok=call.failure is None,
        bytes=call.result.bytes,
    )
