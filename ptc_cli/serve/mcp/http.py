"""The server over streamable HTTP: on this machine for anyone on it, on any other address for who shows the token."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ptc_cli import __version__
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import ConfigError
from ptc_cli.engine import Engine
from ptc_cli.serve.mcp.follow import DOOR
from ptc_cli.serve.mcp.guard import Guard, HostRule, is_loopback
from ptc_cli.serve.mcp.server import Gateway
from ptc_cli.serve.mcp.sessions import MAX_SESSIONS
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.stop import stop_on_signals
from ptc_cli.serve.mcp.texts import Mode

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8717
PATH = "/mcp"
HEALTH_PATH = "/healthz"

BODY_BYTES = 4 << 20
"""Four times the longest program."""

GRACE_SECONDS = 3.0
"""How long a request that is being answered may still take when the server is asked to end."""

TOKEN_NAME = "default"  # noqa: S105  # the name, not the token


async def serve_http(
    engine: Engine,
    mode: Mode,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    token: str | None = None,
    *,
    servers: tuple[str, ...] = ("*",),
    names: Names = "prefixed",
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve clients until the process is asked to end or the task is cancelled; `on_ready` is told the address.

    Port 0 takes any free one.

    Raises:
        ConfigError: The address cannot be used, or not without a token.
    """
    _demand_token(host, token)
    caller = Caller(door=DOOR, token=TOKEN_NAME if token else None, servers=servers)
    gateway = Gateway(engine, mode, caller=caller, names=names)
    with _listening(host, port) as listener:
        app = Guard(_app(gateway), hosts=HostRule.of(host), token=token, ended=gateway.sessions.forget)
        address = _address(host, listener.getsockname()[1])
        server = _Server(_uvicorn(app), lambda: on_ready(address) if on_ready else None)
        async with gateway.watching():
            await _run(server, listener, stop=lambda: _stop(server, gateway, app))


def _demand_token(host: str, token: str | None) -> None:
    if token is None and not is_loopback(host):
        raise ConfigError(
            f"mcp start: {host} can be reached from other machines, and no token is set",
            hint="Give a token with --token, or serve on 127.0.0.1.",
        )
    if token is not None and not (token.isascii() and token.isprintable() and token.strip() == token != ""):
        raise ConfigError(
            "mcp start: the token is empty, or has spaces at its ends or characters that a header cannot carry",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )


def _app(gateway: Gateway) -> Starlette:
    app = gateway.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=BODY_BYTES,
        max_sessions=MAX_SESSIONS,
        # The guard checks Host and Origin, for every path and by a rule that the transport's lists cannot express.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        custom_starlette_routes=[Route(HEALTH_PATH, _health)],
    )
    app.router.redirect_slashes = False
    return app


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
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
        raise ConfigError(
            f"mcp start: cannot listen on {host} port {port}: {error}", hint="Choose another with --host or --port."
        ) from error
    with listener:
        yield listener


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to us: its own would end the process before the engine has closed."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _uvicorn(app: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
    )


async def _run(server: uvicorn.Server, listener: socket.socket, *, stop: Callable[[], None]) -> None:
    with stop_on_signals(stop):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            stop()
            await serving
            raise


def _stop(server: uvicorn.Server, gateway: Gateway, guard: Guard) -> None:
    server.should_exit = True
    gateway.close()
    guard.close(GRACE_SECONDS)
