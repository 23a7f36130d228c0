"""One program under supervision, from the moment its process has it to the moment nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import replace
from math import ceil
from pathlib import Path

from ptc_cli.core.backend import Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.codec import to_json
from ptc_cli.core.errors import SandboxError, WorkerError
from ptc_cli.core.event import Progress, Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.result import Outcome
from ptc_cli.sandbox.calls import Calls
from ptc_cli.sandbox.channel import Channel
from ptc_cli.sandbox.keeping import Keeping
from ptc_cli.sandbox.outcome import Verdict, outcome, over_limit, violation
from ptc_cli.sandbox.output import KeptBytes, OutputPipe
from ptc_cli.sandbox.wire import (
    Broken,
    Called,
    Cancelled,
    Ended,
    Frame,
    LeftOut,
    Piece,
    Progressed,
    Ready,
    ViolationError,
    encode,
)
from ptc_cli.sandbox.worker import Child

_LINGER_SECONDS = 1.0
"""How long a process may take to end after it said that its program has, and its pipes to close after that."""

_WATCH_SECONDS = 0.1
_SHORTEST_SECONDS = 0.02
_PROGRESS_EVENTS = 10_000


class RunningProgram:
    """Hand a process its program, carry its calls and output, keep its limits, and say how it ended."""

    def __init__(
        self, child: Child, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock, counts_threads: bool
    ) -> None:
        self._child = child
        self._execution = execution
        self._limits = execution.limits
        self._emit = emit
        self._clock = clock
        self._counts_threads = counts_threads
        self._verdict: Verdict | None = None
        self._ended: Ended | None = None
        self._is_ready = False
        self._is_over = False
        self._broken: str | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._progress_left = _PROGRESS_EVENTS
        self._channel = Channel(
            receive=self._receive,
            violated=lambda what: self._condemn(violation(what)),
            value_bytes=self._limits.value_bytes,
        )
        self._calls = Calls(execution, call=call, send=self._channel.send, clock=clock)
        self._calls.room_made = self._channel.release
        self._keeping = Keeping(execution, emit=emit)
        kept = KeptBytes(self._limits.kept_bytes, self._printed_too_much)
        self._pipes = (
            OutputPipe(child.stdout, "stdout", kept=kept, emit=emit),
            OutputPipe(child.stderr, "stderr", kept=kept, emit=emit),
        )

    async def finish(self) -> Outcome:
        """Run the program to its end.

        Raises:
            SandboxError: The sandbox broke.
        """
        loop = asyncio.get_running_loop()
        watches = [loop.create_task(watch) for watch in (self._watch(), self._watch_disk())]
        try:
            self._child.channel.setblocking(False)
            await loop.create_connection(lambda: self._channel, sock=self._child.channel)
            self._channel.send(encode(_job(self._execution, counts_threads=self._counts_threads)))
            exit_ = await asyncio.shield(self._child.exited)
            await self._drain()
            self._keeping.close()
            await self._weigh()
        finally:
            for watch in watches:
                watch.cancel()
            # Also when this task is cancelled: nothing of the program may outlive it.
            await asyncio.shield(self._bury())
        if self._broken is not None or (self._verdict is None and not self._is_ready):
            raise SandboxError(f"sandbox: a process could not be confined: {self._broken or 'it ended before it was'}")
        told = outcome(
            exit_, ended=self._ended, verdict=self._verdict, limits=self._limits, budget=self._calls.exhausted
        )
        return replace(told, seconds=self._clock.elapsed())

    async def _drain(self) -> None:
        """Take what the program sent and printed before its process ended."""
        self._is_over = True
        self._channel.release()
        ends = [self._channel.closed, *(pipe.ended for pipe in self._pipes)]
        await asyncio.wait(ends, timeout=_LINGER_SECONDS)

    async def _bury(self) -> None:
        self._is_over = True
        if self._lingering is not None:
            self._lingering.cancel()
        self._child.kill()
        await self._calls.close()
        # A worker that is gone has taken the process with it.
        with suppress(WorkerError):
            await self._child.exited
        self._channel.close()
        for pipe in self._pipes:
            pipe.close()
        os.close(self._child.handle)

    def _receive(self, frame: Frame) -> None:
        if not self._is_ready:
            self._receive_first(frame)
        elif self._ended is not None or isinstance(frame, Ready | Broken):
            raise ViolationError("a frame out of order")
        elif isinstance(frame, Called):
            self._start(frame)
        elif isinstance(frame, Cancelled):
            self._calls.cancel(frame.id)
        elif isinstance(frame, Progressed):
            self._report(frame)
        elif isinstance(frame, Piece):
            self._keeping.take(frame)
        elif isinstance(frame, LeftOut):
            self._keeping.leave(frame)
        else:
            self._ended = frame
            self._lingering = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._child.kill)

    def _receive_first(self, frame: Frame) -> None:
        if isinstance(frame, Broken):
            self._broken = frame.message
        elif not isinstance(frame, Ready):
            raise ViolationError("a frame before the process was ready")
        self._is_ready = isinstance(frame, Ready)

    def _start(self, called: Called) -> None:
        if self._is_over:
            return
        self._calls.start(called)
        if self._calls.is_full:
            self._channel.hold()

    def _report(self, frame: Progressed) -> None:
        self._progress_left -= 1
        if self._progress_left > 0:
            self._emit(Progress(done=frame.done, total=frame.total, note=frame.note))
        elif self._progress_left == 0:
            self._emit(Warned(message=f"progress beyond {_PROGRESS_EVENTS:,} reports is not shown"))

    def _condemn(self, verdict: Verdict, *, late: bool = False) -> None:
        """End the program, for the first reason there is; `late` if that holds also when it has ended by itself."""
        if self._verdict is None and (late or self._ended is None):
            self._verdict = verdict
        self._child.kill()

    def _printed_too_much(self) -> None:
        message = f"the program printed more than {self._limits.kept_bytes:,} bytes"
        self._condemn(over_limit("kept_bytes", self._limits, message))

    async def _watch(self) -> None:
        """End the program when its time is up, and count its threads where the kernel does not."""
        while (left := self._limits.wall_seconds - self._clock.elapsed()) > 0:
            if self._counts_threads and _threads(self._child.process) > self._limits.threads + 2:
                self._condemn(over_limit("threads", self._limits, "the program started too many threads"))
            # While the clock stands still, `left` does not shrink, however little it is.
            rest = max(left, _SHORTEST_SECONDS)
            await asyncio.sleep(min(rest, _WATCH_SECONDS) if self._counts_threads else rest)
        message = f"the program was still running after {self._limits.wall_seconds:g} s"
        self._condemn(over_limit("wall_seconds", self._limits, message))

    async def _watch_disk(self) -> None:
        """End the program when its named workspace is too full: the kernel bounds each of its files, but not all."""
        while self._child.ground.workspace is not None and not self._is_over:
            began = time.perf_counter()
            await self._weigh()
            await asyncio.sleep(max(_WATCH_SECONDS, 10 * (time.perf_counter() - began)))

    async def _weigh(self) -> None:
        if self._child.ground.workspace is None:
            return
        # In a thread: a folder may take long to walk, and its disk to answer.
        excess = await asyncio.to_thread(lambda: self._child.ground.excess)
        if excess is not None:
            hint = "Delete files in it, or the whole of it: ptc workspaces remove. Or raise the limit disk_bytes."
            self._condemn(over_limit("disk_bytes", self._limits, excess, hint=hint), late=True)


def _threads(process: int) -> int:
    try:
        # A folder has two links and one per folder in it: a hundredth of the cost of listing it.
        return Path(f"/proc/{process}/task").stat().st_nlink - 2
    except OSError:
        return 0


def _job(execution: Execution, *, counts_threads: bool) -> JsonObject:
    limits = execution.limits
    return {
        "source": execution.program.source,
        "name": execution.program.name,
        "face": execution.face,
        "seed": execution.seed,
        "input": execution.input,
        "supplied": list(execution.supplied),
        "bindings": [to_json(binding) for binding in execution.bindings],
        "value_bytes": limits.value_bytes,
        "keep": list(execution.keep),
        "artifact_bytes": limits.artifact_bytes,
        "allowance": {
            "memory_bytes": limits.memory_bytes,
            "cpu_seconds": max(1, ceil(limits.cpu_seconds)),
            "file_bytes": limits.disk_bytes,
            "open_files": limits.open_files,
            "threads": None if counts_threads else limits.threads,
        },
    }
