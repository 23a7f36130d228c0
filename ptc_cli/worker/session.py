"""A process that runs one program after the other, all with the same names."""

from __future__ import annotations

import asyncio
import contextvars
import signal
from collections.abc import Coroutine
from functools import cached_property
from typing import Any, NoReturn

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.job import Job
from ptc_cli.worker.keeping import Keeper
from ptc_cli.worker.output import flush
from ptc_cli.worker.program import INTERRUPTED, evaluate
from ptc_cli.worker.surroundings import Surroundings


class Session:
    """Keeps globals, modules, threads and the event loop from program to program."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._surroundings = Surroundings(channel, are_shared=True)
        self._keeper = Keeper(channel)
        self._context = contextvars.copy_context()

    def serve(self) -> NoReturn:
        """Run what the host sends; the process ends when the host goes away."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            job = Job.of(self._channel.entries.get()["job"])
            end = self._run(job)
            self._channel.finish(end)

    def _run(self, job: Job) -> Frame:
        """Run one program, which alone may be interrupted: an interrupt that comes too late is lost."""
        try:
            try:
                signal.signal(signal.SIGINT, self._channel.interrupt)
                self._channel.begin()
                frame = evaluate(job, self._surroundings, self._drive)
                flush()
                self._keeper.keep(job)
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return INTERRUPTED
        return frame

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """One for all programs: what one of them leaves waiting goes on when the next one awaits."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        return loop

    def _drive(self, coroutine: Coroutine[Any, Any, object]) -> object:
        task = self._loop.create_task(coroutine, context=self._context)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            # It may be another task that was interrupted, or that exits.
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait([task]))
            if not task.cancelled():
                task.exception()
            raise
