"""What a program does while it runs: its calls, reports and output, its limits, and why it was ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from math import ceil
from pathlib import Path

from ptc_cli.core.backend import Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.codec import to_json
from ptc_cli.core.event import Progress, Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.limits import Limits
from ptc_cli.sandbox.calls import Calls
from ptc_cli.sandbox.channel import Channel
from ptc_cli.sandbox.keeping import Keeping
from ptc_cli.sandbox.outcome import Verdict, over_limit
from ptc_cli.sandbox.output import KeptBytes, OutputPipe
from ptc_cli.sandbox.wire import (
    Begun,
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
)
from ptc_cli.sandbox.worker import Child

_WATCH_SECONDS = 0.1
_SHORTEST_SECONDS = 0.02
_PROGRESS_EVENTS = 10_000


class Supervision:
    """Carry one program's calls and output, keep its limits, and have it stopped when it goes over one."""

    def __init__(
        self,
        child: Child,
        execution: Execution,
        *,
        channel: Channel,
        call: ToolCaller,
        emit: Emit,
        clock: RunClock,
        stop: Callable[[], None],
    ) -> None:
        self._child = child
        self._limits = execution.limits
        self._channel = channel
        self._emit = emit
        self._clock = clock
        self._stop = stop
        self._progress_left = _PROGRESS_EVENTS
        self.verdict: Verdict | None = None
        """Why it is being ended by force."""

        self.ended: Ended | None = None
        """What it said last."""

        self.is_over = False
        """Whether nothing more is done for it."""

        self._keeping = Keeping(execution, emit=emit)
        self.calls = Calls(execution, call=call, send=channel.send, clock=clock)
        self.calls.room_made = channel.release
        kept = KeptBytes(self._limits.kept_bytes, self._printed_too_much)
        self.pipes = (
            OutputPipe(child.stdout, "stdout", kept=kept, emit=emit),
            OutputPipe(child.stderr, "stderr", kept=kept, emit=emit),
        )

    def receive(self, frame: Frame) -> None:
        """Do what the program asks for.

        Raises:
            ViolationError: It may not, now.
        """
        if self.ended is not None or isinstance(frame, Ready | Begun | Broken):
            raise ViolationError("a frame out of order")
        if isinstance(frame, Called):
            self._start(frame)
        elif isinstance(frame, Cancelled):
            self.calls.cancel(frame.id)
        elif isinstance(frame, Progressed):
            self._report(frame)
        elif isinstance(frame, Piece):
            self._keeping.take(frame)
        elif isinstance(frame, LeftOut):
            self._keeping.leave(frame)
        else:
            self.ended = frame

    def condemn(self, verdict: Verdict) -> None:
        """Have the program stopped, for the first reason there is."""
        if self.verdict is None and self.ended is None:
            self.verdict = verdict
        self._stop()

    def watches(self) -> tuple[Coroutine[None, None, None], ...]:
        """Return what is to go on for as long as the program runs."""
        return self._watch(), self._watch_disk()

    async def conclude(self) -> None:
        """Say which files were not kept, and judge what a program that has ended left on the disk."""
        self._keeping.close()
        if self.verdict is None:
            self.verdict = await self._overfull()

    async def _watch(self) -> None:
        """Stop the program when its time is up, and count its threads where the kernel does not."""
        counts_threads = self._child.counts_threads
        while (left := self._limits.wall_seconds - self._clock.elapsed()) > 0:
            if counts_threads and _threads(self._child.process) > self._limits.threads + 2:
                self.condemn(over_limit("threads", self._limits, "the program started too many threads"))
            # While the clock stands still, `left` does not shrink, however little it is.
            rest = max(left, _SHORTEST_SECONDS)
            await asyncio.sleep(min(rest, _WATCH_SECONDS) if counts_threads else rest)
        message = f"the program was still running after {self._limits.wall_seconds:g} s"
        self.condemn(over_limit("wall_seconds", self._limits, message))

    async def _watch_disk(self) -> None:
        """Stop the program when its named workspace is too full: the kernel bounds each of its files, but not all."""
        while self._child.ground.workspace is not None and not self.is_over:
            began = time.perf_counter()
            if (verdict := await self._overfull()) is not None:
                self.condemn(verdict)
            await asyncio.sleep(max(_WATCH_SECONDS, 10 * (time.perf_counter() - began)))

    async def _overfull(self) -> Verdict | None:
        ground = self._child.ground
        if ground.workspace is None:
            return None
        # In a thread: a folder may take long to walk, and its disk to answer.
        excess = await asyncio.to_thread(lambda: ground.excess)
        hint = "Delete files in it, or the whole of it: ptc workspaces remove. Or raise the limit disk_bytes."
        return None if excess is None else over_limit("disk_bytes", self._limits, excess, hint=hint)

    def _start(self, called: Called) -> None:
        if self.is_over or self.verdict is not None:
            return
        self.calls.start(called)
        if self.calls.is_full:
            self._channel.hold()

    def _report(self, frame: Progressed) -> None:
        self._progress_left -= 1
        if self._progress_left > 0:
            self._emit(Progress(done=frame.done, total=frame.total, note=frame.note))
        elif self._progress_left == 0:
            self._emit(Warned(message=f"progress beyond {_PROGRESS_EVENTS:,} reports is not shown"))

    def _printed_too_much(self) -> None:
        message = f"the program printed more than {self._limits.kept_bytes:,} bytes"
        self.condemn(over_limit("kept_bytes", self._limits, message))


def _threads(process: int) -> int:
    try:
        # A folder has two links and one per folder in it: a hundredth of the cost of listing it.
        return Path(f"/proc/{process}/task").stat().st_nlink - 2
    except OSError:
        return 0


def allowance(limits: Limits, *, counts_threads: bool, counts_seconds: bool = False) -> JsonObject:
    """Return the limits that the kernel keeps, without those that the host counts itself."""
    return {
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": None if counts_seconds else max(1, ceil(limits.cpu_seconds)),
        "file_bytes": limits.disk_bytes,
        "open_files": limits.open_files,
        "threads": None if counts_threads else limits.threads,
    }


def job(execution: Execution) -> JsonObject:
    """Return what a process is told about its program."""
    return {
        "source": execution.program.source,
        "name": execution.program.name,
        "face": execution.face,
        "seed": execution.seed,
        "input": execution.input,
        "supplied": list(execution.supplied),
        "bindings": [to_json(binding) for binding in execution.bindings],
        "value_bytes": execution.limits.value_bytes,
        "keep": list(execution.keep),
        "artifact_bytes": execution.limits.artifact_bytes,
    }
