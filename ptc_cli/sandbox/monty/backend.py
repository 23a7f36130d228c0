"""The backend `monty`: one pair of processes per program, an interpreter and what stands around it."""

from __future__ import annotations

import asyncio

from ptc_cli.core.backend import BackendSession, Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.check import Diagnostic
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxError
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers
from ptc_cli.core.program import Program
from ptc_cli.core.result import Outcome
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox.ground import Ground
from ptc_cli.sandbox.layers import OWN_INTERPRETER, demand, missing
from ptc_cli.sandbox.monty.child import MontyChild, start, try_once
from ptc_cli.sandbox.monty.installed import Installed, installed
from ptc_cli.sandbox.monty.lacking import lacking
from ptc_cli.sandbox.program import RunningProgram

_PROGRAMS = 16
"""Programs at once; more wait. Each is a Python and an interpreter, of 50 MiB, and six descriptors of this process."""

_START_SECONDS = 30.0
_PROBE_SECONDS = 5.0
_REFILL_SECONDS = 0.05
"""A start at once would compete with the program that just began for the processor."""

_ADVICE = 'Leave it out of the run, or set backend = "zygote" under [sandbox].'


class MontyBackend:
    """Run each program in an interpreter that knows no host: no files, no network, no processes, no C."""

    def __init__(self, settings: SandboxSettings, *, answer_seconds: float = _START_SECONDS) -> None:
        self._settings = settings
        self._answer_seconds = answer_seconds
        self._place: Installed | None = None
        self._layers: Layers | None = None
        self._starting = asyncio.Lock()
        self._programs = asyncio.Semaphore(_PROGRAMS)
        self._running: set[MontyChild] = set()
        self._waiting: list[MontyChild] = []
        self._prewarmed = 0
        self._is_closed = False

    async def start(self) -> Layers:
        """Try monty once, and say what holds.

        Raises:
            SandboxUnavailableError: It is not installed, or a layer that is required is missing.
            SandboxError: It does not start.
        """
        async with self._starting:
            if self._is_closed:
                raise SandboxError("sandbox: it was closed")
            if self._settings.python is not None:
                message = "sandbox 'monty': it has an interpreter of its own, and takes no other"
                raise SandboxError(message, hint="Leave python out of [sandbox], or use the zygote backend.")
            if self._layers is None:
                self._place = installed()
                layers = await try_once(self._place, self._answer_seconds)
                demand(layers, self._settings.require, by="[sandbox] require")
                self._layers = layers
            return self._layers

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one program to its end, whatever it does.

        Raises:
            SandboxError: The sandbox broke, or does not have a feature that the execution asks for.
        """
        _refuse_what_is_missing(execution)
        async with self._programs:
            child = await self._ready_child()
            self._running.add(child)
            program = RunningProgram(child, execution, call=call, emit=emit, clock=clock or RunClock())
            try:
                outcome = await program.finish()
            finally:
                self._running.discard(child)
        if self._is_closed and outcome.status == "killed":
            raise SandboxError("sandbox: it was closed, and its programs ended with it")
        return outcome

    async def open_session(self, execution: Execution) -> BackendSession:
        """Refuse.

        Raises:
            SandboxError: Always.
        """
        raise SandboxError("sandbox: sessions are not supported by the monty backend", hint=_ADVICE)

    def lacks(self, program: Program) -> tuple[Diagnostic, ...]:
        """Return what of a program monty does not have."""
        return lacking(program.source)

    async def prewarm(self, count: int) -> None:
        """Keep so many processes waiting, with an interpreter each."""
        self._prewarmed = count
        await self.start()
        self._refill()

    async def close(self) -> None:
        """End every program and leave nothing behind."""
        self._is_closed = True
        self._prewarmed = 0
        ends = [child.exited for child in (*self._waiting, *self._running)]
        for child in self._running:
            child.kill()
        self._drop_surplus()
        await asyncio.gather(*ends)

    async def _ready_child(self) -> MontyChild:
        """Return a process that is ready, or failed to be: starting takes longer than some programs may."""
        child = await self._child()
        try:
            await child.spoke()
        except BaseException:
            child.drop()
            await asyncio.shield(child.exited)
            raise
        return child

    async def _child(self) -> MontyChild:
        await self.start()
        while self._waiting:
            child = self._waiting.pop(0)
            asyncio.get_running_loop().call_later(_REFILL_SECONDS, self._refill)
            if not child.exited.done():
                return child
            child.drop()
        return self._start()

    def _refill(self) -> None:
        self._drop_surplus()
        while len(self._waiting) < self._prewarmed and not self._is_closed:
            self._waiting.append(self._start())

    def _drop_surplus(self) -> None:
        while len(self._waiting) > self._prewarmed:
            self._waiting.pop().drop()

    def _start(self) -> MontyChild:
        assert self._place is not None
        assert self._layers is not None
        return start(self._place, self._layers.holding, Ground(disk_bytes=self._settings.limits.disk_bytes))


async def probe_monty() -> Layers:
    """Return what monty would hold a program by on this machine; leaves no process."""
    backend = MontyBackend(SandboxSettings(), answer_seconds=_PROBE_SECONDS)
    try:
        return await backend.start()
    except SandboxError as error:
        return Layers(backend="monty", holding=(), missing=(missing(OWN_INTERPRETER, error.message),))
    finally:
        await backend.close()


def _refuse_what_is_missing(execution: Execution) -> None:
    for asked, feature in (
        (execution.session is not None, "sessions"),
        (execution.workspace is not None, "named workspaces"),
        (bool(execution.mounts), "mounts"),
        (bool(execution.keep), "kept files"),
    ):
        if asked:
            raise SandboxError(f"sandbox: {feature} are not supported by the monty backend", hint=_ADVICE)
