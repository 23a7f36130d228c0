"""What runs a program: the protocol every sandbox implements."""

from __future__ import annotations

from typing import Protocol

from ptc_cli.core.call import ToolCaller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.event import Output, Progress, Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers
from ptc_cli.core.result import Outcome


class Emit(Protocol):
    """How a backend says what its program does, as it does it."""

    def __call__(self, what: Output | Progress | Warned, /) -> None:
        """Pass a happening on; never blocks and never raises."""
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

    async def prewarm(self, count: int) -> None:
        """Have programs of default limits start faster."""
        ...

    async def close(self) -> None:
        """End every program and leave nothing behind."""
        ...
