"""One gateway as an application for streamable HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from ptc_cli.serve.mcp.server import Gateway
from ptc_cli.serve.mcp.sessions import MAX_SESSIONS, SESSION_HEADER

PATH = "/mcp"

BODY_BYTES = 4 << 20
"""Four times the longest program."""


class McpApp:
    """MCP at `/mcp`, for clients that are let in as one caller. The sessions of another are unknown here."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._app = gateway.streamable_http_app(
            streamable_http_path=PATH,
            max_request_body_size=BODY_BYTES,
            max_sessions=MAX_SESSIONS,
            # The guard checks Host and Origin, for every path and by a rule that the transport's lists cannot express.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        self._app.router.redirect_slashes = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve requests, and follow the changes of the catalog."""
        async with self._gateway.watching(), self._app.router.lifespan_context(self._app):
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "DELETE":
            self._gateway.sessions.forget(Headers(scope=scope).get(SESSION_HEADER, ""))
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Tell the clients that listen for changes that there will be no more."""
        self._gateway.close()
