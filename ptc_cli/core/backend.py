"""What runs a program: the protocol every sandbox implements."""

from __future__ import annotations

from typing import Protocol

from ptc_cli.core.call import ToolCaller
from ptc_cli.core.check import Diagnostic
from ptc_cli.core.clock import RunClock
from ptc_cli.core.event import Kept, Output, Progress, Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers
from ptc_cli.core.program import Program
from ptc_cli.core.result import Outcome


class Emit(Protocol):
    """How a backend says what its program does, as it does it."""

    def __call__(self, what: Output | Progress | Warned | Kept, /) -> None:
        """Pass a happening on; never blocks and never raises."""
        ...


class BackendSession(Protocol):
    """One confined process that lives on: each program finds the globals of those before it.

    It holds memory, disk, open files and threads within the limits of the execution it was opened for; time, calls,
    output and values are counted for each program. Its face, workspace and mounts stay what they were.
    """

    @property
    def is_alive(self) -> bool:
        """Whether another program can be run in it. A program that had to be killed takes the session with it."""
        ...

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one more program to its end; one at a time.

        Cancelling the task, or the deadline, interrupts the program (`KeyboardInterrupt` in its main thread, or its
        main task cancelled). One that does not end then within a second is killed, and the session with it.

        Raises:
            SandboxError: The session is not alive, or the sandbox broke.
        """
        ...

    async def close(self) -> None:
        """End the process."""
        ...


class Backend(Protocol):
    """Run programs, held. Everything it is given is a plain value, except `call` and `emit`."""

    async def start(self) -> Layers:
        """Make ready, and say what holds. Called once, from the process's main thread.

        Raises:
            SandboxUnavailableError: A required layer is missing; the hint says what to do.
        """
        ...

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one program to its end, whatever it does.

        The deadline is reached when `clock` says so; without one the backend counts for itself.

        Cancelling the task ends the program, and the calls in flight, before the cancellation goes on.

        Raises:
            SandboxError: The sandbox broke.
        """
        ...

    async def open_session(self, execution: Execution) -> BackendSession:
        """Open a session with the limits, workspace and mounts of an execution, which is not run yet.

        Raises:
            SandboxError: There is none to be had.
        """
        ...

    def lacks(self, program: Program) -> tuple[Diagnostic, ...]:
        """Return, as errors, what of a program this backend's Python does not have."""
        ...

    async def prewarm(self, count: int) -> None:
        """Have programs of default limits start faster."""
        ...

    async def close(self) -> None:
        """End every program and leave nothing behind."""
        ...
