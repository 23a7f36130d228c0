"""One program under supervision, from the moment its process has it to the moment nothing of it is left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from ptc_cli.core.backend import Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxError, WorkerError
from ptc_cli.core.execution import Execution
from ptc_cli.core.result import Outcome
from ptc_cli.sandbox.channel import Channel
from ptc_cli.sandbox.outcome import Exit, outcome, violation
from ptc_cli.sandbox.supervision import Supervision, allowance, job
from ptc_cli.sandbox.wire import Broken, Ended, Frame, Ready, ViolationError, encode
from ptc_cli.sandbox.worker import Child

_LINGER_SECONDS = 1.0
"""How long a process may take to end after it said that its program has, and its pipes to close after that."""


class RunningProgram:
    """Hand a process its only program, and say how it ended."""

    def __init__(self, child: Child, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock) -> None:
        self._child = child
        self._execution = execution
        self._clock = clock
        self._is_ready = False
        self._broken: str | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._channel = Channel(
            receive=self._receive,
            violated=lambda what: self._program.condemn(violation(what)),
            value_bytes=execution.limits.value_bytes,
        )
        self._program = Supervision(
            child, execution, channel=self._channel, call=call, emit=emit, clock=clock, stop=child.kill
        )

    async def finish(self) -> Outcome:
        """Run the program to its end.

        Raises:
            SandboxError: The sandbox broke.
        """
        loop = asyncio.get_running_loop()
        watches = [loop.create_task(watch) for watch in self._program.watches()]
        try:
            await loop.create_connection(lambda: self._channel, sock=self._child.channel)
            limits = allowance(self._execution.limits, counts_threads=self._child.counts_threads)
            self._channel.send(encode({"allowance": limits, "job": job(self._execution)}))
            exit_ = await asyncio.shield(self._child.exited)
            await self._drain()
            await self._program.conclude()
        finally:
            for watch in watches:
                watch.cancel()
            # Also when this task is cancelled: nothing of the program may outlive it.
            await asyncio.shield(self._bury())
        if self._broken is not None or (self._program.verdict is None and not self._is_ready):
            raise SandboxError(f"sandbox: a process could not be confined: {self._broken or 'it ended before it was'}")
        return self._outcome(exit_)

    def _outcome(self, exit_: Exit) -> Outcome:
        told = outcome(
            exit_,
            ended=self._program.ended,
            verdict=self._program.verdict,
            limits=self._execution.limits,
            budget=self._program.calls.exhausted,
        )
        return replace(told, seconds=self._clock.elapsed())

    async def _drain(self) -> None:
        """Take what the program sent and printed before its process ended."""
        self._program.is_over = True
        self._channel.release()
        for pipe in self._program.pipes:
            pipe.drain()
        ends = [self._channel.closed, *(pipe.ended for pipe in self._program.pipes)]
        await asyncio.wait(ends, timeout=_LINGER_SECONDS)

    async def _bury(self) -> None:
        self._program.is_over = True
        if self._lingering is not None:
            self._lingering.cancel()
        self._child.kill()
        await self._program.calls.close()
        # A worker that is gone has taken the process with it.
        with suppress(WorkerError):
            await self._child.exited
        self._channel.close()
        for pipe in self._program.pipes:
            # What was printed before a cancellation is part of the result.
            pipe.cut()
        self._child.release()

    def _receive(self, frame: Frame) -> None:
        if not self._is_ready:
            self._receive_first(frame)
            return
        self._program.receive(frame)
        if isinstance(frame, Ended):
            self._lingering = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._child.kill)

    def _receive_first(self, frame: Frame) -> None:
        if isinstance(frame, Broken):
            self._broken = frame.message
        elif not isinstance(frame, Ready):
            raise ViolationError("a frame before the process was ready")
        self._is_ready = isinstance(frame, Ready)
