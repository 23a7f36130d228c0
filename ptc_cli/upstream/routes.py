"""The three ways to a server: how each is opened, and what its failures mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import httpx2
from mcp import MCPError
from mcp.client import Transport
from mcp.client.streamable_http import streamable_http_client
from mcp_types import UNSUPPORTED_PROTOCOL_VERSION
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ptc_cli.core.errors import PtcError
from ptc_cli.core.server import ServerConfig
from ptc_cli.upstream import reasons
from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.auth.bearer import Bearer, Credentials
from ptc_cli.upstream.connection import Connection, connect
from ptc_cli.upstream.host import Host
from ptc_cli.upstream.http import CURRENT, Exchange, client
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.process import ServerProcess
from ptc_cli.upstream.sse import sse_streams
from ptc_cli.upstream.stdio import StdioStreams
from ptc_cli.upstream.target import Target

_LAST_WORDS_SECONDS = 0.2
"""How long after its standard output closed a process may take to end."""

HANDSHAKE = "2025-11-25"
"""The era of every server that speaks SSE: it is older than the new protocol."""


class Route(Protocol):
    """One way to a server."""

    def open(self, *, era: str | None, host: Host) -> AbstractAsyncContextManager[Connection]:
        """Open a connection; `explain` says what its exceptions mean."""
        ...

    async def explain(self, error: BaseException) -> PtcError:
        """Return why the connection could not be opened."""
        ...


class StdioRoute:
    """To a process that was started."""

    def __init__(self, config: ServerConfig, process: ServerProcess, log: ServerLog) -> None:
        self._config = config
        self._process = process
        self._log = log
        self._streams = StdioStreams(process, log)

    def open(self, *, era: str | None, host: Host) -> AbstractAsyncContextManager[Connection]:
        """Open a connection."""
        return connect(self._streams.open(), era=era, host=host)

    async def explain(self, error: BaseException) -> PtcError:
        """Return why the connection could not be opened."""
        log = str(self._log.path)
        if isinstance(error, TimeoutError):
            return reasons.silent(self._config, self._log.redacted(self._streams.rubbish), log)
        if await self._process.ended(_LAST_WORDS_SECONDS):
            return reasons.exited(self._config, self._process.exit_status, self._log.last_words, log)
        return _misspoken(self._config, error, self._log)


class HttpRoute:
    """To an address, over either HTTP transport."""

    def __init__(self, config: ServerConfig, target: Target, log: ServerLog, logins: Logins) -> None:
        self._config = config
        self._target = target
        self._log = log
        self._exchange = Exchange()
        self._credentials = Credentials(config, target, logins)

    @asynccontextmanager
    async def open(self, *, era: str | None, host: Host) -> AsyncIterator[Connection]:
        """Open a connection."""
        CURRENT.set(self._exchange)
        async with client(self._target.url, self._target.headers, wrap=self._with_login) as http:
            spoken = HANDSHAKE if self._config.transport == "sse" else era
            async with connect(self._streams(http), era=spoken, host=host) as connection:
                yield connection

    def _with_login(self, transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        """Return a transport that carries the login, unless the configuration says who we are."""
        has_own = any(name.lower() == "authorization" for name in self._target.headers)
        return transport if has_own else Bearer(transport, self._credentials, self._target.url)

    def _streams(self, http: httpx2.AsyncClient) -> Transport:
        if self._config.transport == "sse":
            return sse_streams(http, self._target.url)
        return streamable_http_client(self._target.url, http_client=http, max_sse_event_size=None)

    async def explain(self, error: BaseException) -> PtcError:
        """Return why the connection could not be opened."""
        exchange = self._exchange
        if exchange.error is not None:
            return reasons.not_reached(self._config, exchange.error)
        if exchange.status == httpx2.codes.UNAUTHORIZED and self._credentials.failure is not None:
            return self._credentials.failure
        if exchange.status:
            why = reasons.http_status(self._config, exchange.status, exchange.content_type)
            if why is not None:
                return why
        if any(isinstance(cause, httpx2.InvalidURL | httpx2.HTTPError) for cause in reasons.chain(error)):
            return reasons.not_reached(self._config, error)
        if isinstance(error, TimeoutError):
            return reasons.silent(self._config, "", str(self._log.path))
        return _misspoken(self._config, error, self._log)


def _misspoken(config: ServerConfig, error: BaseException, log: ServerLog) -> PtcError:
    causes = list(reasons.chain(error))
    own = next((cause for cause in causes if isinstance(cause, PtcError)), None)
    if own is not None:
        return own
    answered = next((cause for cause in causes if isinstance(cause, MCPError)), None)
    if any(_is_of_another_era(cause) for cause in causes):
        return reasons.wrong_era(config, log.redacted(str(causes[-1])), HANDSHAKE_PROTOCOL_VERSIONS[0])
    why = (
        f"refused to connect: {answered}" if answered is not None else f"does not speak MCP as it should: {causes[-1]}"
    )
    return reasons.broken(config, log.redacted(why), str(log.path))


def _is_of_another_era(cause: BaseException) -> bool:
    """Say whether the two have no revision in common; for one of the ways to say so the SDK has only words."""
    if isinstance(cause, MCPError):
        return cause.code == UNSUPPORTED_PROTOCOL_VERSION
    return isinstance(cause, RuntimeError) and "Unsupported protocol version" in str(cause)
