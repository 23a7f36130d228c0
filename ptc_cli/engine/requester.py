"""A run as the servers of its calls may speak to it: what they ask goes to whoever follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from ptc_cli.core.event import Logged, Progress
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.engine.run import Run

MAX_INQUIRIES = 50
"""How often all servers of one run may ask together."""

MAX_LOGS = 1000
"""How much of what each server logs a run takes; its log file has all of it."""


class RunRequester:
    """Takes what servers ask and tell to the run that called them."""

    def __init__(self, run: Run, *, timeout_seconds: float) -> None:
        self._run = run
        self._timeout_seconds = timeout_seconds
        self._inquiries = 0
        self._logs: Counter[str] = Counter()

    @property
    def answers(self) -> Collection[InquiryKind]:
        """What can be asked of whoever follows the run."""
        return self._run.answers

    async def inquire(self, inquiry: Inquiry) -> Reply:
        """Put an inquiry to whoever follows the run, up to a limit that no program needs."""
        self._inquiries += 1
        if self._inquiries > MAX_INQUIRIES:
            return Reply(action="decline")
        asked = replace(inquiry, id=f"{inquiry.id}-{self._inquiries}", program=self._run.execution.program.name)
        return await self._run.inquire(asked, timeout_seconds=self._timeout_seconds)

    def progress(self, done: float, total: float | None, note: str) -> None:
        """Record how far a call is."""
        self._run.emit(Progress(done=done, total=total, note=note))

    def log(self, server: str, level: str, text: str) -> None:
        """Record what a server logs."""
        self._logs[server] += 1
        if self._logs[server] <= MAX_LOGS:
            self._run.emit(Logged(server=server, level=level, message=text))
