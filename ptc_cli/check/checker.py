"""The front of the type checker: a program and a view in, a report out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ptc_cli.check.crew import Crew
from ptc_cli.check.process import CheckTimeoutError, ProcessEndedError
from ptc_cli.check.report import make_report
from ptc_cli.check.wire import CHECK_SECONDS, Check, Checked, Past, PastEntry, Ready
from ptc_cli.core.catalog import Caller, View
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.program import PROGRAM_BYTES, Program
from ptc_cli.core.session import Entry, History
from ptc_cli.core.stub import Face

_ASYNC_WORD = re.compile(r"\b(?:async|await|asyncio)\b")
_FLAT_NAME = re.compile(r"\bmcp__\w+")

MOST_ENTRIES = 1000
"""How many programs of a session the next one is checked with."""

_ENTRIES_AT_ONCE = 50
_MOST_EXCHANGES = 3 * MOST_ENTRIES // _ENTRIES_AT_ONCE
"""Enough to take in a session anew twice, should a process end meanwhile."""

_NO_VIEW = View(caller=Caller(door="cli"), generation=0, servers=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Whether the checker does what it must."""

    checker: Literal["warm", "cold"]
    failures: tuple[str, ...]
    """What the warm checker got wrong; then each check starts mypy anew."""

    version: str
    """mypy's."""

    used_cache: bool
    seconds: float
    """How long the process took to be ready."""


class Checker:
    """Checks programs against views, in processes that stay warm.

    Belongs to the event loop that first uses it.
    """

    def __init__(self, *, cache: Path, runtime_stub: Callable[[Face], str], python: str | None = None) -> None:
        """Make a checker; no process is started yet.

        Args:
            cache: A folder of this checker's own. It may be shared with other processes, lost, damaged, or read-only.
            runtime_stub: Gives the text of `ptc.pyi` in a face.
            python: The interpreter whose packages programs may import; None for the standard library only.
        """
        self._crew = Crew(cache=cache, python=python, runtime_stub=runtime_stub)

    async def prepare(self, view: View) -> None:
        """Have the process for a view started, and return at once."""
        self._crew.prepare(view, "sync")

    async def check(
        self, program: Program, view: View, *, strict: bool = False, history: History | None = None
    ) -> CheckReport:
        """Return what is wrong with a program; never more than the view's own names.

        With the history of a session the program may use what earlier entries left behind.

        Raises:
            CheckerError: The type checker cannot be started.
        """
        started = time.perf_counter()
        report = await self._report(program, view, history, strict=strict)
        return replace(report, seconds=time.perf_counter() - started)

    async def self_test(self, view: View = _NO_VIEW) -> SelfTest:
        """Return how the process for a view fared when it tried itself, starting it if need be.

        Raises:
            CheckerError: The type checker cannot be started.
        """
        ready = await self._crew.ready(view, "sync")
        return SelfTest(
            checker=ready.checker,
            failures=ready.failures,
            version=ready.version,
            used_cache=ready.used_cache,
            seconds=ready.seconds,
        )

    async def close(self) -> None:
        """End the processes."""
        await self._crew.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that serve."""
        return self._crew.pids

    async def _report(self, program: Program, view: View, history: History | None, *, strict: bool) -> CheckReport:
        size = len(program.source.encode("utf-8", "surrogatepass"))
        if size > PROGRAM_BYTES:
            return _refused(f"the program is too long: {size:,} bytes of at most {PROGRAM_BYTES:,}", "unreadable")
        if history is not None and len(history.entries) >= MOST_ENTRIES:
            return _refused(
                f"the session is too long: {MOST_ENTRIES:,} programs", "session-too-long", hint="Begin another session."
            )
        try:
            checked, ready = await self._check(program, view, history)
        except CheckTimeoutError:
            hint = "Make it smaller, or annotate what is deeply nested."
            return _refused(f"the check did not end within {CHECK_SECONDS:g} s", "check-timeout", hint=hint)
        except ProcessEndedError:
            hint = "Make it smaller, or nest it less."
            return _refused("the type checker broke on this program, twice", "check-failed", hint=hint)
        return make_report(checked, view, checker=ready.checker, strict=strict)

    async def _check(self, program: Program, view: View, history: History | None) -> tuple[Checked, Ready]:
        """Check in the face that the program is likely in, and in the other one if that was wrong."""
        likely: Face = "async" if _ASYNC_WORD.search(program.source) else "sync"
        face = (history.face if history else None) or likely
        checked, ready = await self._check_in(face, program, view, history)
        if checked.face != face:
            face = checked.face
            checked, ready = await self._check_in(face, program, view, history)
        return checked, ready

    async def _check_in(
        self, face: Face, program: Program, view: View, history: History | None
    ) -> tuple[Checked, Ready]:
        request = Check(source=program.source, face=face, aliases=_aliases(program.source, view))
        if history is None:
            return await self._crew.check(view, request)
        # Most often the process holds all entries but the last.
        held = max(len(history.entries) - 1, 0)
        for _ in range(_MOST_EXCHANGES):
            past = _past(history, view, first=held)
            checked, ready = await self._crew.check(view, replace(request, past=past))
            if checked.lacks_from is None:
                return checked, ready
            held = checked.lacks_from
        raise ProcessEndedError("it does not take in the session's entries")


def _past(history: History, view: View, *, first: int) -> Past:
    """Return a session's entries after the first ones, as many as a process can take in within its deadline."""
    entries = history.entries[first : first + _ENTRIES_AT_ONCE]
    return Past(
        session=history.session,
        count=len(history.entries),
        first=first,
        entries=tuple(_past_entry(entry, view) for entry in entries),
        is_face_fixed=history.face is not None,
    )


def _past_entry(entry: Entry, view: View) -> PastEntry:
    source = entry.program.source
    return PastEntry(source=source, aliases=_aliases(source, view), ended_well=entry.ended_well)


def _aliases(source: str, view: View) -> dict[str, str]:
    """Return the tools that a program may mean by names of the form `mcp__server__tool`."""
    names = set(_FLAT_NAME.findall(source))
    if not names:
        return {}
    known = {
        f"mcp__{server}__{name}": f"{entry.stub.module}.{tool.name}"
        for entry in view.servers
        for server in (entry.name, entry.stub.module)
        for tool in entry.stub.tools
        for name in (tool.tool, tool.name)
    }
    return {name: known[name] for name in sorted(names) if name in known}


def _refused(message: str, code: str, *, hint: str | None = None) -> CheckReport:
    """Return the report of a program that was not checked, and so does not pass."""
    remark = Diagnostic(
        line=1, column=1, end_line=1, end_column=2, severity="error", message=message, code=code, hint=hint
    )
    return CheckReport(face="sync", diagnostics=(remark,))
