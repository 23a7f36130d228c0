"""The check of an entry while it is typed: after a pause, and only for what it was asked for last."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.errors import PtcError
from ptc_cli.repl.entry import is_program, is_whole

PAUSE_SECONDS = 0.3
"""How long nothing is typed before the check."""

Check: TypeAlias = Callable[[str], Awaitable[CheckReport]]
State: TypeAlias = Literal["unknown", "passed", "wrong", "broken"]


class LiveCheck:
    """What the checker says of the text that is at the prompt now."""

    def __init__(self, check: Check, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._check = check
        self._pause_seconds = pause_seconds
        self._text = ""
        self._pausing: asyncio.Task[None] | None = None
        self._checking: set[asyncio.Task[None]] = set()
        self.state: State = "unknown"
        self.remarks: tuple[Diagnostic, ...] = ()
        self.problem = ""
        """Why there was no check, where the state is `broken`."""

    def see(self, text: str, on_known: Callable[[], None]) -> None:
        """Take note of what the text has become; `on_known` is called once there is something to say of it."""
        self._text = text
        self.state, self.remarks = "unknown", ()
        if self._pausing is not None:
            self._pausing.cancel()
        if can_be_checked(text):
            self._pausing = asyncio.create_task(self._after_pause(text, on_known))

    async def _after_pause(self, text: str, on_known: Callable[[], None]) -> None:
        await asyncio.sleep(self._pause_seconds)
        # A check that has begun goes on to its end; what it says of another text by then is dropped.
        task = asyncio.create_task(self._judge(text, on_known))
        self._checking.add(task)
        task.add_done_callback(self._checking.discard)

    async def _judge(self, text: str, on_known: Callable[[], None]) -> None:
        try:
            report = await self._check(text)
        except PtcError as error:
            self.problem = error.message
            self._know(text, "broken", ())
        else:
            self._know(text, "passed" if report.passed else "wrong", report.diagnostics)
        on_known()

    def _know(self, text: str, state: State, remarks: tuple[Diagnostic, ...]) -> None:
        if text == self._text:
            self.state, self.remarks = state, remarks


def can_be_checked(text: str) -> bool:
    """Say whether a text is a program that is whole enough to be judged, and not still being written."""
    if not text.strip() or not is_program(text):
        return False
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return is_whole(text)
    return True
