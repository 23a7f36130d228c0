"""The backends of this machine: with namespaces, without, and whichever of the two holds better."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ptc_cli.core.backend import Backend, BackendSession, Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.check import Diagnostic
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxError, SandboxUnavailableError
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers, MissingLayer
from ptc_cli.core.program import Program
from ptc_cli.core.result import Outcome
from ptc_cli.core.settings import Folders, SandboxSettings
from ptc_cli.sandbox import interpreter
from ptc_cli.sandbox.absent import NO_BACKEND, AbsentBackend
from ptc_cli.sandbox.ground import Ground, ground
from ptc_cli.sandbox.layers import LayersMissingError, demand, missing
from ptc_cli.sandbox.program import RunningProgram
from ptc_cli.sandbox.session import ProcessSession
from ptc_cli.sandbox.worker import Child, Worker

Kind = Literal["zygote", "landlock"]

_PROGRAMS = 128
"""Programs at once; more wait. Each takes four descriptors of this process, which usually has 1,024."""

_START_SECONDS = 30.0
_PROBE_SECONDS = 2.0

_REFILL_SECONDS = 0.01

_FORKS = 16
"""Processes asked for and not yet there, so that the worker's socket never fills."""


class ForkingBackend:
    """Run each program in a process of its own, forked from one worker and confined before it begins."""

    def __init__(
        self, settings: SandboxSettings, kind: Kind, *, folders: Folders | None, answer_seconds: float = _START_SECONDS
    ) -> None:
        self._settings = settings
        self._kind: Kind = kind
        self._folders = folders
        self._answer_seconds = answer_seconds
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._programs = asyncio.Semaphore(_PROGRAMS)
        self._forks = asyncio.Semaphore(_FORKS)
        self._waiting: list[Child] = []
        self._sessions: list[ProcessSession] = []
        self._opening = 0
        self._prewarmed = 0
        self._refill: asyncio.Task[None] | None = None
        self._is_closed = False

    async def start(self) -> Layers:
        """Make ready, and say what holds.

        Raises:
            SandboxUnavailableError: A layer that is required, here or by the settings, is missing.
            SandboxError: The configured interpreter, or the worker, does not start.
        """
        return (await self._live_worker()).layers

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one program to its end, whatever it does.

        Raises:
            SandboxError: The sandbox broke, or does not have a feature that the execution asks for.
        """
        _refuse_what_is_missing(execution)
        stands_on = await self._ground(execution)
        async with self._programs:
            child = await self._child(stands_on)
            program = RunningProgram(child, execution, call=call, emit=emit, clock=clock or RunClock())
            return await program.finish()

    async def open_session(self, execution: Execution) -> BackendSession:
        """Open a session with the limits, workspace and mounts of an execution, which is not run yet.

        Raises:
            SandboxError: There are as many as may be, the execution asks for what it cannot have, or the sandbox broke.
        """
        stands_on = await self._ground(execution)
        self._sessions = [session for session in self._sessions if session.is_alive]
        if len(self._sessions) + self._opening >= self._settings.sessions:
            message = f"sandbox: {self._settings.sessions} sessions are open, and no more may be"
            raise SandboxError(message, hint="End one, or raise sessions under [sandbox].")
        self._opening += 1
        try:
            session = ProcessSession(await self._child(stands_on), execution.limits)
        finally:
            self._opening -= 1
        self._sessions.append(session)
        try:
            await session.open()
        except BaseException:
            await session.close()
            raise
        return session

    def lacks(self, program: Program) -> tuple[Diagnostic, ...]:
        """Return nothing: it is Python itself that runs."""
        return ()

    async def prewarm(self, count: int) -> None:
        """Keep so many confined processes waiting, with the default size of disk."""
        self._prewarmed = count
        await self._fill()

    async def close(self) -> None:
        """End every program and leave nothing behind."""
        self._is_closed = True
        if self._refill is not None:
            self._refill.cancel()
            await asyncio.gather(self._refill, return_exceptions=True)
        self._drop_waiting()
        await asyncio.gather(*[session.close() for session in self._sessions])
        if self._worker is not None:
            await self._worker.close()

    async def _live_worker(self) -> Worker:
        """Return the worker, started anew if it was killed."""
        async with self._starting:
            if self._is_closed:
                raise SandboxError("sandbox: it was closed")
            if self._worker is None or self._worker.is_gone:
                await self._replace_worker()
            assert self._worker is not None
            return self._worker

    async def _replace_worker(self) -> None:
        if self._worker is not None:
            self._drop_waiting()
            await self._worker.close()
            self._worker = None
        python = self._settings.python
        chosen = interpreter.own() if python is None else interpreter.configured(python)
        with_namespaces = self._kind == "zygote"
        worker = await Worker.start(
            chosen,
            use_namespaces=with_namespaces,
            # Without a root of its own the worker could reach everything, and so could what it imports.
            preload=self._settings.preload if with_namespaces else (),
            answer_seconds=self._answer_seconds,
        )
        try:
            demand(worker.layers, self._settings.require, by="[sandbox] require")
        except SandboxUnavailableError:
            await worker.close()
            raise
        self._worker = worker

    async def _child(self, ground: Ground) -> Child:
        if ground == self._usual_ground and self._waiting:
            child = self._waiting.pop()
            if self._refill is None or self._refill.done():
                self._refill = asyncio.create_task(self._fill_soon())
            if not child.exited.done():
                return child
            child.drop()
        return await self._fork(ground)

    async def _ground(self, execution: Execution) -> Ground:
        if execution.workspace is None and not execution.mounts:
            return ground(execution, folders=self._folders, backend=self._kind)
        # Another disk may take its time to answer.
        return await asyncio.to_thread(ground, execution, folders=self._folders, backend=self._kind)

    @property
    def _usual_ground(self) -> Ground:
        return Ground(disk_bytes=self._settings.limits.disk_bytes)

    async def _fork(self, ground: Ground) -> Child:
        worker = await self._live_worker()
        async with self._forks:
            return await worker.fork(ground)

    async def _fill_soon(self) -> None:
        # A fork at once would compete with the program that just began for the processor.
        await asyncio.sleep(_REFILL_SECONDS)
        await self._fill()

    async def _fill(self) -> None:
        while len(self._waiting) < self._prewarmed and not self._is_closed:
            child = await self._fork(self._usual_ground)
            self._waiting.append(child)

    def _drop_waiting(self) -> None:
        while self._waiting:
            self._waiting.pop().drop()


class StrongestBackend:
    """The backend that holds best of those that this machine supports."""

    def __init__(self, settings: SandboxSettings, *, folders: Folders | None) -> None:
        self._settings = settings
        self._folders = folders
        self._chosen: ForkingBackend | None = None

    async def start(self) -> Layers:
        """Make ready, and say what holds, and why it is not more.

        Raises:
            SandboxUnavailableError: Neither backend can be had with the layers required.
        """
        try:
            return await self._choose("zygote")
        except LayersMissingError as error:
            refusal = error
        try:
            layers = await self._choose("landlock")
        except LayersMissingError as error:
            raise SandboxUnavailableError(f"{refusal.message}; {error.message}", hint=refusal.hint) from error
        return replace(layers, missing=_reasoned(layers.missing, refusal.layers.missing))

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one program in the backend that was chosen."""
        return await (await self._backend()).run(execution, call=call, emit=emit, clock=clock)

    async def open_session(self, execution: Execution) -> BackendSession:
        """Open a session in the backend that was chosen."""
        return await (await self._backend()).open_session(execution)

    def lacks(self, program: Program) -> tuple[Diagnostic, ...]:
        """Return nothing: in both backends it is Python itself that runs."""
        return ()

    async def prewarm(self, count: int) -> None:
        """Have programs of default limits start faster."""
        await (await self._backend()).prewarm(count)

    async def close(self) -> None:
        """End every program and leave nothing behind."""
        if self._chosen is not None:
            await self._chosen.close()

    async def _backend(self) -> ForkingBackend:
        if self._chosen is None:
            await self.start()
        assert self._chosen is not None
        return self._chosen

    async def _choose(self, kind: Kind) -> Layers:
        backend = ForkingBackend(self._settings, kind, folders=self._folders)
        layers = await backend.start()
        self._chosen = backend
        return layers


def _reasoned(absent: tuple[MissingLayer, ...], failed: tuple[MissingLayer, ...]) -> tuple[MissingLayer, ...]:
    """Return the layers that a weaker backend lacks, each with why there is no stronger one."""
    why = "; ".join(f"{layer.name}: {layer.reason}" for layer in failed) or "the stronger backend was refused"
    return tuple(replace(layer, reason=why) for layer in absent)


def open_backend(settings: SandboxSettings, *, folders: Folders | None = None) -> Backend:
    """Return the backend that the settings name; nothing is started yet.

    Args:
        settings: Which backend, and how.
        folders: The user's: where named workspaces lie, and what no program is shown. Without them there is neither
            workspace nor mount.

    Raises:
        SandboxUnavailableError: This machine has none.
    """
    if sys.platform == "win32":
        return AbsentBackend()
    if settings.backend == "monty" or (settings.backend == "auto" and sys.platform != "linux"):
        # Late: most never use it.
        from ptc_cli.sandbox.monty import MontyBackend

        return MontyBackend(settings)
    if sys.platform != "linux":
        raise SandboxUnavailableError(
            f"sandbox: the backend '{settings.backend}' needs Linux",
            hint='Set backend = "monty" under [sandbox], or run ptc in a Linux container.',
        )
    makers: dict[str, Callable[[], Backend]] = {
        "auto": lambda: StrongestBackend(settings, folders=folders),
        "zygote": lambda: ForkingBackend(settings, "zygote", folders=folders),
        "landlock": lambda: ForkingBackend(settings, "landlock", folders=folders),
    }
    return makers[settings.backend]()


async def probe(settings: SandboxSettings) -> tuple[Layers, ...]:
    """Return what each backend would hold a program by on this machine, strongest first; leaves no process."""
    if sys.platform == "win32":
        return (Layers(backend="monty", holding=(), missing=(NO_BACKEND,)),)
    from ptc_cli.sandbox.monty import probe_monty

    kinds: tuple[Kind, ...] = ("zygote", "landlock") if sys.platform == "linux" else ()
    return (*[await _probe(settings, kind) for kind in kinds], await probe_monty())


async def _probe(settings: SandboxSettings, kind: Kind) -> Layers:
    backend = ForkingBackend(replace(settings, require=()), kind, folders=None, answer_seconds=_PROBE_SECONDS)
    try:
        return await backend.start()
    except LayersMissingError as error:
        return error.layers
    except SandboxError as error:
        return Layers(backend=kind, holding=(), missing=(missing("worker", error.message),))
    finally:
        await backend.close()


def _refuse_what_is_missing(execution: Execution) -> None:
    if execution.session is not None:
        raise SandboxError("sandbox: a program of a session is run by that session", hint="Open one with open_session.")
