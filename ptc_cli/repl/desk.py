"""What a prompt asks of the engine, wherever that is: in this process, or in the daemon."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ptc_cli.console.ask import Asker
from ptc_cli.console.shown import Streams
from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.errors import PtcError
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result

SESSION = "repl"
"""The session of a prompt's entries. No other prompt has this one: each desk is a client of its own."""


class DeskLostError(PtcError):
    """The desk is gone, and so is all that it kept for the prompt."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a command over the tree wrote."""

    stdout: str
    stderr: str
    exit_code: int


class Desk(Protocol):
    """The engine of one prompt, with what it keeps from entry to entry."""

    @property
    def state(self) -> Path:
        """The folder of what outlives the prompt."""
        ...

    async def catch_up(self) -> View:
        """Return the servers as they are now, by the configuration as it is now.

        Raises:
            DeskLostError: It keeps nothing of the earlier entries any more; nothing can be asked of it.
        """
        ...

    def warm_soon(self) -> None:
        """Begin to make ready what the first program needs."""
        ...

    async def check(self, program: Program, *, session: str | None) -> CheckReport:
        """Say what is wrong with a program, or with it as the next one of a session."""
        ...

    async def run(self, program: Program, *, streams: Streams | None, ask: Asker | None) -> Result:
        """Check a program and run it as the next one of the session, shown on streams as it goes."""
        ...

    async def end_session(self) -> None:
        """Forget the names of the programs that ran."""
        ...

    async def search(self, query: str, *, limit: int) -> tuple[Tool, ...]:
        """Return the tools that fit a query best."""
        ...

    async def shell(self, command: str) -> Written:
        """Run one command over the tree, from where the one before left off."""
        ...

    async def complete_shell(self, text: str) -> list[str]:
        """Return what the last word of a command line may become."""
        ...


class OpenDesk(Protocol):
    """The way to a desk; the one before, if there was any, is left."""

    async def __call__(self) -> Desk:
        """Return a desk that keeps nothing yet."""
        ...
