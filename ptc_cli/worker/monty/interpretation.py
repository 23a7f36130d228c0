"""One program's way through monty: wherever it stops for something of ours, it is given that, and goes on."""

from __future__ import annotations

import decimal  # noqa: F401  # monty needs it to hand an object over, when no file can be read any more
import os
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from pydantic_monty import (
    ClassInstance,
    ExternalExceptionData,
    ExternalReturnValue,
    FunctionSnapshot,
    FutureSnapshot,
    MontyComplete,
    MontyError,
    MontySession,
    NameLookupSnapshot,
)

from ptc_cli.worker import runtime, tools
from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import plain
from ptc_cli.worker.job import Job
from ptc_cli.worker.monty.names import ERRORS, adapted, external, functions, prelude
from ptc_cli.worker.monty.telling import failed
from ptc_cli.worker.program import ended
from ptc_cli.worker.runtime import Call, CallError, Content

Snapshot: TypeAlias = FunctionSnapshot | NameLookupSnapshot | FutureSnapshot | MontyComplete
Settled: TypeAlias = ExternalReturnValue | ExternalExceptionData

_ExceptionName: TypeAlias = Literal["OSError", "TimeoutError", "PermissionError", "RuntimeError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A call under way, or a sleep."""

    frame: Frame | None = None
    answer: Future[Frame] | None = None
    due: float = 0.0
    """When a sleep ends."""

    @property
    def is_done(self) -> bool:
        """Whether it need not be waited for."""
        return time.monotonic() >= self.due if self.answer is None else self.answer.done()


class Interpretation:
    """Take one program to its end."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._job = job
        self._channel = channel
        self._source = adapted(job)
        self._encoded = self._source.encode("utf-8", "replace")
        self._line = 0
        self._pending: dict[int, Pending] = {}
        self._raised: dict[tuple[str, str], str] = {}
        # What it returns reaches no program: it is looked at below.
        call = cast("Call", self._call)
        package, ptc = tools.package(job, call)["tools"], runtime.module(job, channel, call)
        self._functions = dict([*functions("tools", package), *functions("ptc", ptc)])
        self.modules = {"tools": external(package), "ptc": external(ptc)}

    def run(self, session: MontySession) -> Frame:
        """Run the program, and return the frame that says how it ended."""
        try:
            if imports := prelude(self._job):
                self._drive(session.feed_start(imports))
            return ended(self._drive(session.feed_start(self._source, print_callback=_print)), self._job.value_bytes)
        except MontyError as error:
            return failed(error, self._job, self._raised)

    def _drive(self, snapshot: Snapshot) -> object:
        while not isinstance(snapshot, MontyComplete):
            if isinstance(snapshot, FunctionSnapshot):
                snapshot = self._serve(snapshot)
            elif isinstance(snapshot, FutureSnapshot):
                snapshot = snapshot.resume(dict(self._settle(snapshot.pending_call_ids)))
            else:
                # No name is ours that was not imported; monty raises the error.
                snapshot = snapshot.resume()
        return snapshot.output

    def _serve(self, snapshot: FunctionSnapshot) -> Snapshot:
        name = str(snapshot.function_name)
        if not snapshot.is_os_function:
            return self._answer(snapshot, None if snapshot.object_id else self._functions.get(name))
        if name == "import":
            return snapshot.resume_auto()
        if name in ("time.sleep", "asyncio.sleep"):
            return self._sleep(snapshot, float(snapshot.args[0]), awaited=name == "asyncio.sleep")
        return snapshot.resume_not_handled()

    def _sleep(self, snapshot: FunctionSnapshot, seconds: float, *, awaited: bool) -> Snapshot:
        if awaited:
            return self._promise(snapshot, Pending(due=time.monotonic() + seconds))
        time.sleep(seconds)
        return snapshot.resume({"return_value": None})

    def _answer(self, snapshot: FunctionSnapshot, function: object) -> Snapshot:
        if not callable(function):
            message = f"name {str(snapshot.function_name)!r} is not defined"
            return snapshot.resume({"exc_type": "NameError", "message": message})
        self._line = self._encoded.count(b"\n", 0, snapshot.position.start) + 1
        try:
            value = function(*snapshot.args, **snapshot.kwargs)
        except (TypeError, ValueError, LookupError) as error:
            return snapshot.resume({"exception": error})
        if not isinstance(value, Pending):
            return snapshot.resume({"return_value": value})
        if self._job.face == "async":
            return self._promise(snapshot, value)
        return snapshot.resume(self._settled(value))

    def _promise(self, snapshot: FunctionSnapshot, pending: Pending) -> Snapshot:
        self._pending[snapshot.call_id] = pending
        return snapshot.resume({"future": ...})

    def _call(self, frame: Frame) -> Pending:
        arguments = {name: plain(value, repr(name)) for name, value in frame["arguments"].items()}
        located = {**frame, "arguments": arguments, "site": self._line}
        return Pending(frame=located, answer=self._channel.call(located))

    def _settle(self, calls: Sequence[int]) -> list[tuple[int, Settled]]:
        """Wait until at least one of the calls is over, and return those that are."""
        while not (done := [call for call in calls if self._pending[call].is_done]):
            waiting = [self._pending[call] for call in calls]
            dues = [each.due for each in waiting if each.answer is None]
            answers = [each.answer for each in waiting if each.answer is not None]
            rest = max(0.0, min(dues) - time.monotonic()) if dues else None
            if answers:
                wait(answers, timeout=rest, return_when=FIRST_COMPLETED)
            elif rest is not None:
                time.sleep(rest)
        return [(call, self._settled(self._pending.pop(call))) for call in done]

    def _settled(self, pending: Pending) -> Settled:
        if pending.answer is None or pending.frame is None:
            return {"return_value": None}
        try:
            value = runtime.result(pending.frame, pending.answer.result())
        except CallError as error:
            kind = type(error).__name__
            put_as = cast("_ExceptionName", ERRORS[kind])
            self._raised[put_as, str(error)] = kind
            return {"exc_type": put_as, "message": str(error)}
        return {"return_value": _crossing(value)}


def _crossing(value: object) -> object:
    """Return a result as monty takes it: content blocks as objects whose fields may be read."""
    if isinstance(value, Content):
        return ClassInstance(value, eager_attrs="all")
    if isinstance(value, list) and any(isinstance(item, Content) for item in value):
        return [_crossing(item) for item in value]
    return value


def _print(stream: Literal["stdout", "stderr"], text: str) -> None:
    left = memoryview(text.encode("utf-8", "backslashreplace"))
    while left:
        left = left[os.write(1 if stream == "stdout" else 2, left) :]
