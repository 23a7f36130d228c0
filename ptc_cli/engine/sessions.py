"""The sessions of all callers: programs one after the other that share their names.

A session is two things that must agree: the process that holds the names, and the history that the next program is
checked against. When the process is gone, so is the history.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeAlias

from ptc_cli.core.backend import Backend, BackendSession, Emit
from ptc_cli.core.call import ToolCaller
from ptc_cli.core.catalog import Caller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.errors import SandboxError
from ptc_cli.core.event import Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import naming_value
from ptc_cli.core.result import Outcome
from ptc_cli.core.session import Entry, History
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.core.stub import Face

Key: TypeAlias = tuple[str | None, ...]

_CALLS = re.compile(r"\b(?:tools|ptc)\b")
_MOST_ENDED = 1000
_GONE = "session '{name}' ended with this program: the names of its programs are gone"


class Session:
    """One session: what its next program may use, and the process that has it."""

    def __init__(self, execution: Execution, backend: Callable[[], Backend]) -> None:
        assert execution.session is not None
        self.name = execution.session
        self.turn = asyncio.Lock()
        """Held by the program that runs."""

        self.used_at = time.monotonic()
        self.history = History(session=execution.run)
        self.sources: list[str] = []
        """Of the programs that ran: a function that one of them defined may call its tools later."""

        self._surroundings = _surroundings(execution)
        self._backend = backend
        self._process: BackendSession | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no program runs in it, and none waits to."""
        return not self.turn.locked()

    async def run(
        self, execution: Execution, *, call: ToolCaller, emit: Emit, clock: RunClock | None = None
    ) -> Outcome:
        """Run one more program, which has passed its check.

        Raises:
            SandboxError: The session was opened with another workspace or mounts, or the sandbox broke.
        """
        if _surroundings(execution) != self._surroundings:
            raise SandboxError(
                f"session '{self.name}' was opened with another workspace or other mounts",
                hint="Leave them as they were, or use another session.",
            )
        process = await self._opened(execution)
        ended_well = False
        try:
            outcome = await process.run(execution, call=call, emit=emit, clock=clock)
            ended_well = outcome.status == "ok"
            return outcome
        finally:
            if not self._take(execution, process, ended_well=ended_well):
                emit(Warned(message=_GONE.format(name=self.name)))

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            await self._process.close()

    async def _opened(self, execution: Execution) -> BackendSession:
        if self._process is None:
            self._process = await self._backend().open_session(execution)
        return self._process

    def _take(self, execution: Execution, process: BackendSession, *, ended_well: bool) -> bool:
        """Add a program that ran to the history; where the process is gone, begin a new one and say so."""
        if not process.is_alive:
            self.history, self.sources, self._process = History(session=execution.run), [], None
            return False
        program = replace(execution.program, source=naming_value(execution.program.source))
        entry = Entry(program=program, ended_well=ended_well)
        face = self.history.face or _face(execution)
        self.history = replace(self.history, face=face, entries=(*self.history.entries, entry))
        self.sources.append(execution.program.source)
        return True


class Sessions:
    """All sessions, by caller and name: at most so many, each for so long after its last program."""

    def __init__(self, settings: SandboxSettings, backend: Callable[[], Backend]) -> None:
        self._settings = settings
        self._backend = backend
        self._sessions: dict[Key, Session] = {}
        self._ended: dict[Key, str] = {}
        """Why sessions ended that nobody ended: whoever comes back is told."""

        self._sweeper: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def entered(self, execution: Execution, emit: Emit) -> AsyncIterator[Session]:
        """Give the session of an execution, once the programs that came before have ended.

        Raises:
            SandboxError: There are as many sessions as may be, and all in use.
        """
        key = _key(execution.caller, execution.session or "")
        while True:
            session = self._sessions.get(key) or self._open(key, execution, emit)
            async with session.turn:
                # It may have been ended while this program waited.
                if self._sessions.get(key) is not session:
                    continue
                try:
                    yield session
                finally:
                    session.used_at = time.monotonic()
                return

    def names(self, caller: Caller) -> tuple[str, ...]:
        """Return the names of a caller's sessions."""
        prefix = _key(caller, "")[:-1]
        return tuple(session.name for key, session in self._sessions.items() if key[:-1] == prefix)

    def history(self, caller: Caller, name: str) -> History | None:
        """Return what the next program of a session may use; None where there is no such session."""
        session = self._sessions.get(_key(caller, name))
        return None if session is None else session.history

    async def end(self, caller: Caller, name: str) -> bool:
        """End a session of a caller; say whether there was one."""
        session = self._sessions.pop(_key(caller, name), None)
        if session is None:
            return False
        async with session.turn:
            await session.close()
        return True

    async def close(self) -> None:
        """End all sessions."""
        sessions, self._sessions = list(self._sessions.values()), {}
        if self._sweeper is not None:
            self._sweeper.cancel()
        await asyncio.gather(*(session.close() for session in sessions), *self._closing)

    def _open(self, key: Key, execution: Execution, emit: Emit) -> Session:
        self._make_room()
        if why := self._ended.pop(key, None):
            emit(Warned(message=f"session '{execution.session}' is new: the last one of that name {why}"))
        session = self._sessions[key] = Session(execution, self._backend)
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())
        return session

    def _make_room(self) -> None:
        if len(self._sessions) < self._settings.sessions:
            return
        idle = [(session.used_at, key) for key, session in self._sessions.items() if session.is_idle]
        if not idle:
            raise SandboxError(
                f"sandbox: all {self._settings.sessions} sessions are in use",
                hint="Wait for a program to end, or raise 'sessions' of [sandbox].",
            )
        self._drop(min(idle, key=lambda item: item[0])[1], "made room for others")

    async def _sweep(self) -> None:
        """End what nobody used for long, as long as there are sessions."""
        while self._sessions:
            now = time.monotonic()
            for key, session in list(self._sessions.items()):
                if session.is_idle and now - session.used_at >= self._settings.session_idle_seconds:
                    self._drop(key, f"was not used for {self._settings.session_idle_seconds:g} s")
            soonest = min((session.used_at for session in self._sessions.values()), default=now)
            await asyncio.sleep(max(1.0, soonest + self._settings.session_idle_seconds - now))

    def _drop(self, key: Key, why: str) -> None:
        self._ended[key] = why
        while len(self._ended) > _MOST_ENDED:
            self._ended.pop(next(iter(self._ended)))
        task = asyncio.create_task(self._sessions.pop(key).close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _key(caller: Caller, name: str) -> Key:
    return (caller.door, caller.token, caller.session, name)


def _face(execution: Execution) -> Face | None:
    """Return the face that a program gives its session; one that calls no tool and awaits nothing leaves it open."""
    if execution.face == "async":
        return "async"
    return "sync" if execution.bindings or _CALLS.search(execution.program.source) else None


def _surroundings(execution: Execution) -> tuple[object, ...]:
    return (execution.workspace, execution.mounts)
