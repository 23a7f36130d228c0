"""Where a prompt's work is done: in the daemon, if there is one or may be, and in this process otherwise."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Collection
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ptc_cli.cli.changes import Changes
from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.warm import reached
from ptc_cli.console import talk
from ptc_cli.daemon.async_client import AsyncClient
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.state import state_of
from ptc_cli.repl.desk import Desk
from ptc_cli.repl.there import desk_there

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Caller
    from ptc_cli.core.inquiry import InquiryKind


class Desks:
    """Opens one desk after the other for one prompt, and leaves the last."""

    def __init__(self, invocation: Invocation, caller: Caller, *, answers: Collection[InquiryKind] = ()) -> None:
        """Open desks for a caller; `answers` is what servers may ask whoever is at the prompt."""
        self._invocation = invocation
        self._caller = caller
        self._answers = answers
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Desks:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        await self._open.aclose()

    async def open(self) -> Desk:
        """Leave the desk that is open, and return another one."""
        await self._open.aclose()
        try:
            return await self._in_the_daemon()
        except (DaemonError, DaemonLostError) as error:
            await self._open.aclose()
            if self._invocation.is_debug:
                talk.note(sys.stderr, f"without the daemon: {error.message}")
        from ptc_cli.repl.here import DeskHere

        engine = await self._open.enter_async_context(self._invocation.engine(answers=self._answers))
        return DeskHere(engine, self._caller)

    async def _in_the_daemon(self) -> Desk:
        way = reached(self._invocation, door=self._caller.door)
        # In a thread: one may have to be started, and we may be told to end meanwhile.
        found = await asyncio.to_thread(self._open.enter_context, way)
        changes = Changes(self._invocation, found.client.place, found.client.name, found.seen)
        there = desk_there(AsyncClient(found.client), state=Path(state_of(os.environ)), news=changes.news)
        desk = await self._open.enter_async_context(there)
        for message in found.warnings:
            talk.warning(sys.stderr, message)
        return desk
