"""The backend of a system that has none: programs are checked there, and not run."""

from __future__ import annotations

from typing import NoReturn

from ptc_cli.core.backend import Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.check import Diagnostic
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxUnavailableError
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers, MissingLayer
from ptc_cli.core.program import Program

NO_BACKEND = MissingLayer(name="worker", reason="there is no backend for Windows", advice="Run ptc in WSL 2.")


class AbsentBackend:
    """Say so whenever a program is to run."""

    async def start(self) -> Layers:
        """Refuse.

        Raises:
            SandboxUnavailableError: Always.
        """
        _refuse()

    async def run(self, _: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None) -> NoReturn:
        """Refuse.

        Raises:
            SandboxUnavailableError: Always.
        """
        _refuse()

    async def open_session(self, _: Execution) -> NoReturn:
        """Refuse.

        Raises:
            SandboxUnavailableError: Always.
        """
        _refuse()

    def lacks(self, _: Program) -> tuple[Diagnostic, ...]:
        """Find nothing amiss: the program may be meant for elsewhere."""
        return ()

    async def prewarm(self, _: int) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


def _refuse() -> NoReturn:
    raise SandboxUnavailableError(f"sandbox: {NO_BACKEND.reason}", hint=NO_BACKEND.advice)
