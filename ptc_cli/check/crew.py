"""Which checker process serves which view: few processes, and none that answers for stubs it does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ptc_cli.check.process import CheckerProcess, ProcessEndedError
from ptc_cli.check.stubs import StubSet
from ptc_cli.check.wire import Boot, Check, Checked, Ready
from ptc_cli.core.catalog import View
from ptc_cli.core.errors import CheckerError
from ptc_cli.core.stub import Face

MOST_PROCESSES = 4
"""Two views, in two faces."""

MOST_CHECKS = 3000
MOST_MEMORY_BYTES = 400 << 20
MOST_IDLE_ENTRIES = 400
"""Entries of sessions other than the one that was served last: to remove one takes longer than to add one."""


class SeatLostError(Exception):
    """The process ended before it was asked."""


class Seat:
    """One process, from before it has booted, and the stubs it holds."""

    def __init__(self, stubs: StubSet, starting: Coroutine[None, None, CheckerProcess]) -> None:
        self.wanted = stubs
        """What it holds when all who wait have been served."""

        self._held = stubs
        self._starting = asyncio.ensure_future(starting)
        # A process that nobody came to wait for may fail; whoever comes is told, or starts another.
        self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._turn = asyncio.Lock()
        self._awaited = 0

    @property
    def is_usable(self) -> bool:
        """Whether it serves, or will when it has booted."""
        process = self._booted
        return not self._starting.done() if process is None else process.is_alive

    @property
    def is_worn(self) -> bool:
        """Whether a fresh process should take over."""
        process = self._booted
        return process is not None and (
            process.is_outdated
            or process.checks >= MOST_CHECKS
            or process.memory_bytes >= MOST_MEMORY_BYTES
            or process.idle_entries >= MOST_IDLE_ENTRIES
        )

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it."""
        return not self._awaited and not self._turn.locked()

    @property
    def pid(self) -> int | None:
        """The process's id, once it has booted."""
        return self._booted.pid if self._booted else None

    @property
    def _booted(self) -> CheckerProcess | None:
        starting = self._starting
        failed = not starting.done() or starting.cancelled() or starting.exception() is not None
        return None if failed else starting.result()

    async def ready(self) -> Ready:
        """Return what the process says of itself; giving up waiting does not stop it.

        Raises:
            SeatLostError: It was ended before it had booted.
        """
        with self._in_use():
            await asyncio.wait([self._starting])
        if self._starting.cancelled():
            raise SeatLostError
        return self._starting.result().ready

    async def check(self, request: Check, stubs: StubSet) -> tuple[Checked, Ready]:
        """Check a program against stubs, after those who came before: whoever waits for the boot has a turn already.

        An exchange that has begun goes on to its end when the one who asked is gone: an answer that nobody reads would
        be taken for the next one's.
        """
        with self._in_use():
            return await asyncio.shield(asyncio.ensure_future(self._check(request, stubs)))

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Keep the process from being ended for another view's: who waits for its boot has no turn yet."""
        self._awaited += 1
        try:
            yield
        finally:
            self._awaited -= 1

    async def _check(self, request: Check, stubs: StubSet) -> tuple[Checked, Ready]:
        async with self._turn:
            await self.ready()
            process = self._starting.result()
            if not process.is_alive:
                raise SeatLostError
            if self._held.digest != stubs.digest:
                await process.update(self._held.update_to(stubs))
                self._held = stubs
            return await process.check(replace(request, stubs=stubs.digest)), process.ready

    async def retire(self) -> None:
        """End the process when those who wait have been served."""
        async with self._turn:
            await self.close()

    async def close(self) -> None:
        """End the process, at once."""
        self._starting.cancel()
        await asyncio.wait([self._starting])
        if self._booted is not None:
            await self._booted.close()


class Crew:
    """The processes."""

    def __init__(self, *, cache: Path, python: str | None, runtime_stub: Callable[[Face], str]) -> None:
        self._cache = cache
        self._python = python
        self._runtime_stub = runtime_stub
        self._seats: list[Seat] = []
        """The most recently used one last."""

        self._retiring: set[asyncio.Task[None]] = set()
        self._renewing: dict[Seat, asyncio.Task[None]] = {}
        """What has the place of a worn seat taken, by that seat."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that serve."""
        return tuple(seat.pid for seat in self._seats if seat.pid is not None and seat.is_usable)

    async def check(self, view: View, request: Check) -> tuple[Checked, Ready]:
        """Have a program checked against a view; return also what the process that did so says of itself.

        Raises:
            CheckTimeoutError: The check took too long.
            ProcessEndedError: The check ended two processes.
            CheckerError: No process can be started.
        """
        seat, stubs = self._seat(view, request.face)
        try:
            return await self._check(seat, stubs, request)
        except SeatLostError:
            # Another's program ended the process: all who waited are served by the next one.
            return await self.check(view, request)
        except ProcessEndedError:
            # It may have been the machine's doing rather than the program's: once more, in a process of its own.
            return await self._check(self._add(stubs), stubs, request)

    async def _check(self, seat: Seat, stubs: StubSet, request: Check) -> tuple[Checked, Ready]:
        answer = await seat.check(request, stubs)
        if seat.is_worn and seat not in self._renewing:
            self._renewing[seat] = asyncio.ensure_future(self._renew(seat))
        return answer

    async def _renew(self, seat: Seat) -> None:
        """Have a fresh process take a seat's place, from when it can answer."""
        fresh = self._start(seat.wanted)
        try:
            await fresh.ready()
            if seat in self._seats:
                self._seats[self._seats.index(seat)], fresh = fresh, seat
            await fresh.retire()
        except CheckerError:
            # The worn one goes on, and the next check tries again.
            return
        finally:
            await fresh.close()
            del self._renewing[seat]

    async def ready(self, view: View, face: Face) -> Ready:
        """Return what the process for a view says of itself."""
        try:
            return await self._seat(view, face)[0].ready()
        except SeatLostError:
            return await self.ready(view, face)

    def prepare(self, view: View, face: Face) -> None:
        """Have a process for a view started, and do not wait for it."""
        self._seat(view, face)

    async def close(self) -> None:
        """End all processes."""
        seats, self._seats = self._seats, []
        renewing = list(self._renewing.values())
        for task in renewing:
            task.cancel()
        await asyncio.gather(*(seat.close() for seat in seats), *self._retiring)
        await asyncio.gather(*renewing, return_exceptions=True)

    def _seat(self, view: View, face: Face) -> tuple[Seat, StubSet]:
        """Return the seat for a view, moved to the end, and the stubs that it must hold."""
        self._seats = [seat for seat in self._seats if seat.is_usable]
        for seat in self._seats:
            if (seat.wanted.digest, seat.wanted.face) == (view.digest, face):
                self._seats.remove(seat)
                self._seats.append(seat)
                return seat, seat.wanted
        stubs = StubSet.of(view, face)
        near = next((seat for seat in self._seats if seat.wanted.is_near(stubs)), None)
        if near is None:
            return self._add(stubs), stubs
        near.wanted = stubs
        return near, stubs

    def _add(self, stubs: StubSet) -> Seat:
        seat = self._start(stubs)
        self._seats.append(seat)
        while len(self._seats) > MOST_PROCESSES:
            others = self._seats[:-1]
            self._retire(next((other for other in others if other.is_idle), others[0]))
        return seat

    def _start(self, stubs: StubSet) -> Seat:
        return Seat(stubs, CheckerProcess.start(self._boot(stubs)))

    def _boot(self, stubs: StubSet) -> Boot:
        return Boot(
            modules=stubs.texts,
            stubs=stubs.digest,
            learned=stubs.learned,
            runtime=self._runtime_stub(stubs.face),
            cache=str(self._cache),
            python=self._python,
        )

    def _retire(self, seat: Seat) -> None:
        self._seats.remove(seat)
        task = asyncio.ensure_future(seat.retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)
