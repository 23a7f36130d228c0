"""Everything that is served over HTTP: on this machine for anyone on it, on any other address for who shows a token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import anyio
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from ptc_cli import __version__
from ptc_cli.core.errors import ConfigError
from ptc_cli.engine import Engine
from ptc_cli.serve.guard import Guard, HostRule, access, is_loopback
from ptc_cli.serve.lifespan import GRACE_SECONDS, live
from ptc_cli.serve.listening import Server, listening
from ptc_cli.serve.mcp import Gateway, McpApp, Mode, Names
from ptc_cli.serve.rest import RestApp
from ptc_cli.serve.tokens import Access, Tokens

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8717


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
    """Serve clients until the process is asked to end or the task is cancelled; `on_ready` is told MCP's address.

    Port 0 takes any free one. Besides `token`, those of the configuration are let in.

    Raises:
        ConfigError: The address cannot be used, or not without a token.
    """
    tokens = Tokens.of(token, engine.settings.serve.tokens, servers=servers, resolve=engine.resolve)
    if not tokens.demanded and not is_loopback(host):
        raise ConfigError(
            f"mcp start: {host} can be reached from other machines, and no token is set",
            hint="Give a token with --token or [serve.tokens], or serve on 127.0.0.1.",
        )
    front = Front(engine, mode, tokens.accesses, names=names)
    with listening(host, port) as listener:
        guard = Guard(front, hosts=HostRule.of(host), tokens=tokens)
        address = _address(host, listener.getsockname()[1])
        server = Server(guard, on_started=lambda: on_ready(address) if on_ready else None)

        def closing() -> None:
            front.close()
            guard.close(GRACE_SECONDS)

        async with front.running():
            await server.run_until_stopped(listener, closing=closing)


class Front:
    """The application behind the guard: which part answers a request. Each access has a gateway of its own."""

    def __init__(self, engine: Engine, mode: Mode, accesses: tuple[Access, ...], *, names: Names) -> None:
        self._rest = RestApp(engine)
        self._mcp: Mapping[str | None, McpApp] = {
            each.token: McpApp(Gateway(engine, mode, caller=each.caller("mcp"), names=names)) for each in accesses
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve requests."""
        async with anyio.create_task_group() as group:
            ready = [anyio.Event() for _ in self._mcp]
            for app, is_ready in zip(self._mcp.values(), ready, strict=True):
                # Side by side: each waits a moment for servers that are slow.
                group.start_soon(_hold, app, is_ready)
            for each in ready:
                await each.wait()
            yield
            group.cancel_scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await live(receive, send)
        elif scope["path"] == "/healthz":
            await JSONResponse({"status": "ok", "version": __version__})(scope, receive, send)
        elif scope["path"].startswith("/v1/"):
            await self._rest(scope, receive, send)
        else:
            await self._mcp[access(scope).token](scope, receive, send)

    def close(self) -> None:
        """Tell the clients that listen for changes that there will be no more."""
        for app in self._mcp.values():
            app.close()


async def _hold(app: McpApp, ready: anyio.Event) -> None:
    async with app.running():
        ready.set()
        await anyio.sleep_forever()


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/mcp"
