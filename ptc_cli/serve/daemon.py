"""The daemon: REST on one Unix socket, and MCP as over stdio on another, for the user whose engine it is."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from ptc_cli import __version__
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.logs import made_room
from ptc_cli.daemon.peer import is_ours
from ptc_cli.daemon.place import ALIVE, HTTP, MCP, Place
from ptc_cli.engine import Engine
from ptc_cli.serve.activity import Activity
from ptc_cli.serve.attached import Attached
from ptc_cli.serve.configuration import Configuration
from ptc_cli.serve.guard import Guard, HostRule
from ptc_cli.serve.lifespan import GRACE_SECONDS, live
from ptc_cli.serve.listening import Server
from ptc_cli.serve.logfile import log_to
from ptc_cli.serve.rest import RestApp
from ptc_cli.serve.tokens import Access, Tokens

logger = logging.getLogger(__name__)

OWNER = Access(token=None, is_owner=True)

_ALONE_SECONDS = 3.0
"""How long one that is just ending is waited for."""


async def serve_daemon(
    engine: Engine, place: Place, name: str, *, fits: Callable[[], str], log: Path, on_ready: Callable[[], None]
) -> None:
    """Serve the user's own commands until nobody has asked for long, or the process is asked to end.

    `fits` says which name the configuration files give by now.

    Raises:
        DaemonError: One of this name runs already, or the log cannot be written.
    """
    _log_to(log, engine)
    try:
        await serve_at(engine, place, Configuration(engine, name, fits), on_ready)
    except Exception:  # a front door: nobody sees what the process would say
        logger.exception("the daemon failed")
        raise


async def serve_at(engine: Engine, place: Place, configuration: Configuration, on_ready: Callable[[], None]) -> None:
    """Serve at a place, until nobody has asked for long or the process is asked to end.

    Raises:
        DaemonError: One of this name runs already.
    """
    name, activity = configuration.name, Activity(is_busy=lambda: engine.is_running)
    attached = Attached(engine, activity)
    own = Own(engine, activity, configuration, attached)
    guard = Guard(own, hosts=HostRule.of("localhost"), tokens=Tokens({}, OWNER))
    server = Server(guard, on_started=on_ready, protocol=_OwnersProtocol)

    def closing() -> None:
        guard.close(GRACE_SECONDS)
        attached.close()

    with _alone(place, name), _listening(place, f"{name}{HTTP}") as http, _listening(place, f"{name}{MCP}") as mcp:
        async with attached.listening(mcp):
            logger.info("daemon %s, ptc %s, in %s", name, __version__, Path.cwd())
            serving = asyncio.create_task(server.run_until_stopped(http, closing=closing))
            idle = asyncio.create_task(activity.until_idle(engine.settings.daemon.idle_seconds))
            try:
                await asyncio.wait({serving, idle}, return_when=asyncio.FIRST_COMPLETED)
                logger.info("ending: %s", "nobody has asked for long" if idle.done() else "asked to")
            finally:
                for task in (serving, idle):
                    task.cancel()
                await asyncio.gather(serving, idle, return_exceptions=True)


class Own:
    """What is answered to the user's own commands."""

    def __init__(self, engine: Engine, activity: Activity, configuration: Configuration, attached: Attached) -> None:
        self._engine = engine
        self._activity = activity
        self._configuration = configuration
        self._attached = attached
        self._rest = RestApp(engine)
        self._started_at = time.time()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        # Whoever is attached compares no names, and is not to be given the secrets of another environment.
        if not self._attached.conversations:
            self._configuration.follow()
        if scope["path"] == "/healthz":
            await self._healthz(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = {
            "status": "ok",
            "version": __version__,
            "pid": os.getpid(),
            "started_at": self._started_at,
            "idle_seconds": self._activity.idle_seconds,
            "folder": str(Path.cwd()),
            "configuration": self._configuration.name,
            "applied": self._configuration.applied,
            "files": [origin.path for origin in self._engine.settings.files],
        }
        await JSONResponse(said)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._activity.one():
            # A command begins with what is known now. One that stays would try failed servers with each of its keys.
            if not self._rest.is_followed(scope):
                self._engine.renew()
            await self._rest(scope, receive, send)


class _OwnersProtocol(H11Protocol):
    """HTTP for the user that we are; the folder's mode lets nobody else in but root."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its own base has it
        """Begin, or hang up."""
        connection: socket.socket = transport.get_extra_info("socket")
        if is_ours(connection):
            super().connection_made(transport)
        else:
            transport.abort()


def _log_to(path: Path, engine: Engine) -> None:
    try:
        made_room(path)
        log_to(path, redacted=engine.redacted)
    except OSError as error:
        raise DaemonError(f"{path}: cannot be written: {error.strerror}") from error


@contextmanager
def _alone(place: Place, name: str) -> Iterator[None]:
    """Be the only daemon of a name; who is, may put its sockets in the place of those that one left behind."""
    deadline = time.monotonic() + _ALONE_SECONDS
    while True:
        with place.locked(f"{name}{ALIVE}") as is_alone:
            if is_alone:
                yield
                return
        if time.monotonic() > deadline:
            raise DaemonError("a daemon for this configuration runs already", hint="See: ptc daemon status")
        time.sleep(0.05)


@contextmanager
def _listening(place: Place, name: str) -> Iterator[socket.socket]:
    """Give a socket that only this user can connect to."""
    place.remove(name)
    before = os.umask(0o177)
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(place.address(name))
    finally:
        os.umask(before)
    try:
        yield listener
    finally:
        place.remove(name)
        listener.close()
