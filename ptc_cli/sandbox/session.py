"""A process that lives on: one program after the other, under the same supervision as a program on its own."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ptc_cli.core.backend import Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxError, WorkerError
from ptc_cli.core.execution import Execution
from ptc_cli.core.limits import Limits
from ptc_cli.core.result import Outcome
from ptc_cli.sandbox.channel import Channel
from ptc_cli.sandbox.outcome import Exit, Verdict, outcome, too_many_seconds, violation
from ptc_cli.sandbox.output import discard
from ptc_cli.sandbox.supervision import Supervision, allowance, job
from ptc_cli.sandbox.usage import cpu_seconds, peak_memory_bytes, process_id
from ptc_cli.sandbox.wire import Begun, Broken, Ended, Frame, Ready, ViolationError, encode
from ptc_cli.sandbox.worker import Child

_GRACE_SECONDS = 1.0
"""How long an interrupted program may take to end; to come to an end after its process has."""

_SHORTEST_SECONDS = 0.05


class ProcessSession:
    """One process for the programs of a session. Between them it is stopped: what they left running stands still."""

    def __init__(self, child: Child, limits: Limits) -> None:
        self._child = child
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._process = process_id(child.handle)
        self._channel = Channel(receive=self._receive, violated=self._violated, value_bytes=limits.value_bytes)
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._program: Supervision | None = None
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._running: asyncio.Task[Outcome] | None = None
        self._has_begun = False
        self._killing: asyncio.TimerHandle | None = None
        self._is_ended = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether another program can be run in it."""
        return not (self._is_ended or self._child.exited.done())

    async def open(self) -> None:
        """Wait until the process is confined, and say what it may use.

        Raises:
            SandboxError: It cannot be confined.
        """
        await self._loop.create_connection(lambda: self._channel, sock=self._child.channel)
        await self._whichever_first(self._ready)
        if not self._ready.done():
            raise SandboxError("sandbox: a process could not be confined: it ended before it was")
        self._ready.result()
        limits = allowance(self._limits, counts_threads=self._child.counts_threads, counts_seconds=True)
        self._channel.send(encode({"allowance": limits, "job": None}))

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one more program to its end.

        Raises:
            SandboxError: The session is not alive, or busy, or the sandbox broke.
        """
        if not self.is_alive:
            raise SandboxError("sandbox: the session has ended", hint="Open a new one; the names of this one are gone.")
        if self._running is not None and not self._running.done():
            raise SandboxError("sandbox: the session is busy", hint="It runs one program at a time: wait for its end.")
        clock = clock or RunClock()
        program = self._begin(execution, call, emit, clock)
        self._running = asyncio.create_task(self._supervise(program, execution.limits, clock))
        try:
            return await asyncio.shield(self._running)
        except asyncio.CancelledError:
            program.condemn(Verdict(status="cancelled"))
            await asyncio.wait([self._running])
            raise

    async def close(self) -> None:
        """End the process, and wait until nothing of it is left."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._end())
        await asyncio.shield(self._closing)

    async def _end(self) -> None:
        self._kill()
        if self._running is not None:
            await asyncio.wait([self._running])
        # A worker that is gone has taken the process with it.
        with suppress(WorkerError):
            await self._child.exited
        self._channel.close()
        self._child.release()

    async def _supervise(self, program: Supervision, limits: Limits, clock: RunClock) -> Outcome:
        used = self._used_seconds()
        watches = [
            *map(asyncio.create_task, program.watches()),
            asyncio.create_task(self._count_seconds(program, limits, used)),
        ]
        try:
            await self._whichever_first(self._over)
            exit_ = await self._rest(used) if program.ended else await self._died(used)
            await program.conclude()
        finally:
            for watch in watches:
                watch.cancel()
            await self._leave(program)
        told = outcome(
            exit_,
            ended=program.ended,
            verdict=self._verdict(program),
            limits=limits,
            budget=program.calls.exhausted,
        )
        return replace(told, seconds=clock.elapsed())

    async def _whichever_first(self, event: asyncio.Future[None]) -> None:
        """Wait for an event, or for the end of the process."""
        either: list[asyncio.Future[Any]] = [event, self._child.exited]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)

    def _begin(self, execution: Execution, call: ToolCaller, emit: Emit, clock: RunClock) -> Supervision:
        for descriptor in (self._child.stdout, self._child.stderr):
            # Written since the last program ended, and before the process stood still.
            discard(descriptor)
        self._child.send_signal(signal.SIGCONT)
        self._over = self._loop.create_future()
        self._has_begun = False
        self._channel.allow(execution.limits.value_bytes)
        self._program = Supervision(
            self._child, execution, channel=self._channel, call=call, emit=emit, clock=clock, stop=self._stop
        )
        self._channel.send(encode({"kind": "entry", "job": job(execution)}))
        return self._program

    async def _rest(self, used: float) -> Exit:
        """Have the process stand still, and return what it used for the program that ended."""
        spent = self._used_seconds() - used
        self._child.send_signal(signal.SIGSTOP)
        return Exit(code=0, cpu_seconds=spent, peak_memory_bytes=peak_memory_bytes(self._process))

    async def _died(self, used: float) -> Exit:
        """Take what a process sent and printed before it ended, and return how it did."""
        self._is_ended = True
        exit_ = await self._child.exited
        await asyncio.wait([self._channel.closed], timeout=_GRACE_SECONDS)
        return replace(exit_, cpu_seconds=max(0.0, exit_.cpu_seconds - used))

    async def _leave(self, program: Supervision) -> None:
        program.is_over = True
        for pipe in program.pipes:
            pipe.cut()
        self._program = None
        if self._killing is not None:
            self._killing.cancel()
            self._killing = None
        await program.calls.close()

    def _verdict(self, program: Supervision) -> Verdict | None:
        verdict = program.verdict
        if verdict is None or verdict.error is None or self.is_alive:
            return verdict
        message = f"{verdict.error.message}; it did not stop when it was interrupted, and its session has ended"
        return replace(verdict, error=replace(verdict.error, message=message))

    def _stop(self) -> None:
        """Interrupt the program, once; kill it if that does not end it."""
        if self._killing is not None or self._program is None:
            return
        self._killing = self._loop.call_later(_GRACE_SECONDS, self._kill)
        self._program.calls.cancel_all()
        if self._has_begun:
            self._child.send_signal(signal.SIGINT)

    def _kill(self) -> None:
        self._is_ended = True
        self._child.kill()

    def _violated(self, what: str) -> None:
        if self._program is not None:
            self._program.condemn(violation(what))
        self._kill()

    def _receive(self, frame: Frame) -> None:
        if not self._ready.done():
            self._receive_first(frame)
        elif self._program is None:
            raise ViolationError("a frame between two programs")
        elif isinstance(frame, Begun) and not self._has_begun:
            self._has_begun = True
            if self._killing is not None:
                self._child.send_signal(signal.SIGINT)
        else:
            self._program.receive(frame)
            if isinstance(frame, Ended):
                self._over.set_result(None)

    def _receive_first(self, frame: Frame) -> None:
        if isinstance(frame, Broken):
            self._ready.set_exception(SandboxError(f"sandbox: a process could not be confined: {frame.message}"))
        elif isinstance(frame, Ready):
            self._ready.set_result(None)
        else:
            raise ViolationError("a frame before the process was ready")

    def _used_seconds(self) -> float:
        try:
            return cpu_seconds(self._process)
        except OSError:
            return 0.0

    async def _count_seconds(self, program: Supervision, limits: Limits, used: float) -> None:
        """Stop the program when its processor time is up: the kernel counts it for all programs together."""
        cores = os.cpu_count() or 1
        left = limits.cpu_seconds
        while left > 0:
            await asyncio.sleep(max(left / cores, _SHORTEST_SECONDS))
            left = limits.cpu_seconds - (self._used_seconds() - used)
        program.condemn(too_many_seconds(limits))
