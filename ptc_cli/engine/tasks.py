"""What goes on in an engine at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from ptc_cli.core.result import Result
from ptc_cli.engine.run import Run


class Tasks:
    """The runs, and what nobody waits for. Each is held until it has ended, which the event loop does not do."""

    def __init__(self) -> None:
        self._runs: set[asyncio.Task[Result]] = set()
        self._others: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether any run goes on."""
        return bool(self._runs)

    def set_going(self, run: Run, work: Coroutine[None, None, Result]) -> Run:
        """Begin to carry a run to its end, and return it."""
        task = asyncio.create_task(work, name=f"run {run.id}")
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)
        run.begin(task)
        return run

    def in_background(self, work: Coroutine[None, None, None]) -> None:
        """Begin what nobody waits for."""
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    async def end(self) -> None:
        """Cancel all of it, and wait until it has ended."""
        tasks = (*self._runs, *self._others)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
