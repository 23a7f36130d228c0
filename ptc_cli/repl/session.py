"""The session that a prompt's entries make: what ran, what it called, and what its variables hold."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

from ptc_cli.console import talk
from ptc_cli.console.ask import Asker
from ptc_cli.console.shown import Streams
from ptc_cli.core.catalog import View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import LAST_VALUE, Program, naming_value, unbound_names
from ptc_cli.core.result import CallSummary, Result
from ptc_cli.repl.desk import SESSION, Desk, DeskLostError, OpenDesk
from ptc_cli.repl.variables import Variables

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

    def __init__(self, desk: Desk, view: View, *, ask: Asker | None, reopen: OpenDesk) -> None:
        """Begin at a desk; `reopen` gives another one once that is lost."""
        self.desk = desk
        self.view = view
        self._ask = ask
        self._reopen = reopen
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
        streams = Streams(out=sys.stdout, err=sys.stderr)
        result = await self.desk.run(await self._with_calls(program), streams=streams, ask=self._ask)
        done = Ran(program=program, result=result, wall_seconds=time.perf_counter() - started)
        if result.status != "rejected":
            self.ran.append(done)
            self.variables.add(text)
        return done

    async def check(self, text: str) -> CheckReport:
        """Say what is wrong with a text as the next entry."""
        program = await self._with_calls(Program.of(text, name=f"<entry {self._numbered + 1}>"))
        return await self.desk.check(program, session=SESSION)

    async def catch_up(self) -> View:
        """Return the servers as they are now; where what the entries left behind is gone, say so and begin anew."""
        try:
            self.view = await self.desk.catch_up()
        except DeskLostError as error:
            had = "; the variables of the earlier entries are gone" if self.ran else ""
            talk.warning(sys.stderr, f"{error.message}{had}")
            self.desk = await self._reopen()
            self.view = await self.desk.catch_up()
            self._forget()
        return self.view

    async def reset(self) -> None:
        """Forget what the entries left behind."""
        await self.desk.end_session()
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

    async def _with_calls(self, program: Program) -> Program:
        """Return a program once the sandbox has the calls so far, if it uses them."""
        calls = self.calls
        if CALLS in _unbound(program.source) and self._told != len(calls):
            self._told = len(calls)
            telling = Program.of(_telling(calls), name=f"<{CALLS}>")
            await self.desk.run(telling, streams=None, ask=None)
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
