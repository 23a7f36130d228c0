"""The session that a prompt's entries make: what ran, what it called, and what its variables hold."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ptc_cli.console.ask import Asker, answers_of
from ptc_cli.console.live import Streams, follow
from ptc_cli.core.catalog import Caller, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import LAST_VALUE, Program, naming_value, unbound_names
from ptc_cli.core.result import CallSummary, Result
from ptc_cli.repl.variables import Variables

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

NAME = "repl"
CALLS = "_calls"
"""The name by which entries find the calls so far."""

_CALL_CLASS = """\
import typing as _typing
class _Call(_typing.TypedDict):
    server: str
    tool: str
    seconds: float
    ok: bool
    bytes: int
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """An entry that ran."""

    program: Program
    result: Result
    wall_seconds: float
    """From Enter to the end: the check too."""


class PromptSession:
    """Runs and checks entries, each with what those before it left behind."""

    def __init__(self, engine: Engine, caller: Caller, view: View, *, ask: Asker | None) -> None:
        self.engine = engine
        self.caller = caller
        self.view = view
        self._ask = ask
        self._forget()

    @property
    def calls(self) -> list[CallSummary]:
        """The calls of all entries, in order."""
        return [call for each in self.ran for call in each.result.calls]

    async def run(self, text: str) -> Ran:
        """Check an entry and, if it passes, run it, with its output on the screen."""
        self._numbered += 1
        program = Program.of(text, name=f"<entry {self._numbered}>")
        started = time.perf_counter()
        result = await self._run(await self._with_calls(program))
        done = Ran(program=program, result=result, wall_seconds=time.perf_counter() - started)
        if result.status != "rejected":
            self.ran.append(done)
            self.variables.add(text)
        return done

    async def check(self, text: str) -> CheckReport:
        """Say what is wrong with a text as the next entry."""
        program = await self._with_calls(Program.of(text, name=f"<entry {self._numbered + 1}>"))
        return await self.engine.check(program, self.caller, session=NAME)

    async def describe(self) -> View:
        """Return the servers as they are now."""
        self.view = await self.engine.describe(self.caller)
        return self.view

    async def reset(self) -> None:
        """Forget what the entries left behind."""
        await self.engine.end_session(self.caller, NAME)
        self._forget()

    def program(self) -> str:
        """Return the entries that ended well as one program, but for those about the session's own calls."""
        ended_well = [each.program.source.strip("\n") for each in self.ran if each.result.status == "ok"]
        sources = [source for source in ended_well if CALLS not in _unbound(source)]
        last_use = max((n for n, source in enumerate(sources) if LAST_VALUE in _unbound(source)), default=0)
        # What a later entry calls `_` is named where it came from.
        named = [naming_value(source) if n < last_use else source for n, source in enumerate(sources)]
        return "".join(f"{source}\n" for source in named)

    def _forget(self) -> None:
        self.ran: list[Ran] = []
        self.variables = Variables(self.view)
        self._numbered = 0
        self._told: int | None = None
        """How many calls `_calls` holds; None before it is there."""

    async def _run(self, program: Program) -> Result:
        execution = replace(Execution.of(program, caller=self.caller), session=NAME)
        run = await self.engine.start(execution, can_ask=self._ask is not None, answers=answers_of(self._ask))
        return await follow(run, streams=Streams(out=sys.stdout, err=sys.stderr), ask=self._ask, door="repl")

    async def _with_calls(self, program: Program) -> Program:
        """Return a program once the sandbox has the calls so far, if it uses them."""
        calls = self.calls
        if CALLS in _unbound(program.source) and self._told != len(calls):
            self._told = len(calls)
            telling = Program.of(_telling(calls), name=f"<{CALLS}>")
            await self.engine.run(replace(Execution.of(telling, caller=self.caller), session=NAME))
        return program


def _telling(calls: list[CallSummary]) -> str:
    rows = [
        {"server": each.server, "tool": each.tool, "seconds": each.seconds, "ok": each.ok, "bytes": each.bytes}
        for each in calls
    ]
    # JSON has other words for what is true.
    return f"{_CALL_CLASS}{CALLS}: list[_Call] = {json.loads(json.dumps(rows))!r}\n"


def _unbound(source: str) -> frozenset[str]:
    try:
        return unbound_names(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
