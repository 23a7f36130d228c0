"""The desk whose engine is in this process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.console.ask import Asker, answers_of
from ptc_cli.console.live import follow
from ptc_cli.console.reloading import reload
from ptc_cli.console.shown import Streams
from ptc_cli.core.catalog import Caller, Tool, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.repl.desk import SESSION, Written

if TYPE_CHECKING:
    from ptc_cli.engine import Engine


class DeskHere:
    """An engine, asked by one caller."""

    def __init__(self, engine: Engine, caller: Caller) -> None:
        self._engine = engine
        self._caller = caller

    @property
    def state(self) -> Path:
        """The folder of what outlives the prompt."""
        return Path(self._engine.folders.state)

    async def catch_up(self) -> View:
        """Return the servers as they are now, by the configuration as it is now."""
        reload(self._engine)
        return await self._engine.describe(self._caller)

    def warm_soon(self) -> None:
        """Begin to make ready what the first program needs."""
        self._engine.warm_soon(self._caller)

    async def check(self, program: Program, *, session: str | None) -> CheckReport:
        """Say what is wrong with a program, or with it as the next one of a session."""
        return await self._engine.check(program, self._caller, session=session)

    async def run(self, program: Program, *, streams: Streams | None, ask: Asker | None) -> Result:
        """Check a program and run it as the next one of the session, shown on streams as it goes."""
        execution = replace(Execution.of(program, caller=self._caller), session=SESSION)
        run = await self._engine.start(execution, can_ask=ask is not None, answers=answers_of(ask))
        return await follow(run, streams=streams, ask=ask, door=self._caller.door)

    async def end_session(self) -> None:
        """Forget the names of the programs that ran."""
        await self._engine.end_session(self._caller, SESSION)

    async def search(self, query: str, *, limit: int) -> tuple[Tool, ...]:
        """Return the tools that fit a query best."""
        return tuple(hit.tool for hit in await self._engine.search(self._caller, query, limit=limit))

    async def shell(self, command: str) -> Written:
        """Run one command over the tree, from where the one before left off."""
        shell = await self._engine.shell(self._caller)
        done = await shell.run(command)
        return Written(stdout=done.stdout, stderr=done.stderr, exit_code=done.exit_code)

    async def complete_shell(self, text: str) -> list[str]:
        """Return what the last word of a command line may become."""
        return (await self._engine.shell(self._caller)).complete(text)
