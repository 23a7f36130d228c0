"""Desks of prompts, in the process and in a daemon, over one engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import TypeAlias

from ptc_cli.console.ask import Asker
from ptc_cli.core.catalog import Caller
from ptc_cli.daemon.async_client import AsyncClient
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.place import Place, opened
from ptc_cli.engine import Engine
from ptc_cli.repl.desk import Desk
from ptc_cli.repl.here import DeskHere
from ptc_cli.repl.session import PromptSession
from ptc_cli.repl.there import desk_there
from ptc_cli.serve.configuration import Configuration
from ptc_cli.serve.daemon import serve_at

NAME = "daemon"
_NUMBERS = count()

Desks: TypeAlias = Callable[[], AbstractAsyncContextManager[Desk]]


@asynccontextmanager
async def daemon_over(engine: Engine, folder: Path) -> AsyncIterator[Place]:
    """Have an engine of this process be a daemon's, and give the place of its socket."""
    with opened({}, str(folder)) as place:
        ready = asyncio.Event()
        configuration = Configuration(engine, NAME, lambda: NAME)
        serving = asyncio.create_task(serve_at(engine, place, configuration, ready.set))
        await ready.wait()
        try:
            yield place
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def desks_in(place: Place, folder: Path) -> Desks:
    """Return what gives desks in the daemon at a place, each as a client of its own."""
    return lambda: desk_there(AsyncClient(Client(place, NAME, door="repl")), state=folder, news=lambda: None)


def desks_of(engine: Engine) -> Desks:
    """Return what gives desks of an engine in this process, each as a process of its own would be."""

    @asynccontextmanager
    async def desk() -> AsyncIterator[Desk]:
        desk = DeskHere(engine, Caller(door="repl", session=f"process {next(_NUMBERS)}"))
        yield desk
        await desk.end_session()  # as the end of that process would

    return desk


async def session_at(desk: Desk, *, ask: Asker | None = None) -> PromptSession:
    """Begin a session at a desk that is not lost."""

    async def reopen() -> Desk:
        raise AssertionError("the desk was lost")

    return PromptSession(desk, await desk.catch_up(), ask=ask, reopen=reopen)
