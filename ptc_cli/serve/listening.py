"""The socket that the HTTP front door listens on, and the server behind it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from ptc_cli.core.errors import ConfigError
from ptc_cli.serve.stop import stop_on_signals


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Give a socket that listens on an address; port 0 takes any free one.

    Raises:
        ConfigError: The address cannot be used.
    """
    try:
        if not 0 <= port < 1 << 16:  # the resolver would take it modulo 65,536
            raise OverflowError("a port is a number from 0 to 65535")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"mcp start: cannot listen on {host} port {port}: {why}", hint="Choose another with --host or --port."
        ) from error
    with listener:
        yield listener


class Server(uvicorn.Server):
    """A server that leaves the process's signals to us: its own would end the process before the engine has closed."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_started: Callable[[], None],
        protocol: type[asyncio.Protocol] | Literal["auto"] = "auto",
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
            )
        )
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def run_until_stopped(self, listener: socket.socket, *, closing: Callable[[], None]) -> None:
        """Serve until the process is asked to end or the task is cancelled; `closing` is called when that begins."""

        def stop() -> None:
            self.should_exit = True
            closing()

        with stop_on_signals(stop):
            serving = asyncio.create_task(self.serve(sockets=[listener]))
            try:
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                stop()
                await serving
                raise
