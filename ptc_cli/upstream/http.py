"""HTTP underneath the SDK's transports: headers, time limits, and what came back to which request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

_CONNECT_SECONDS = 10.0
_WRITE_SECONDS = 60.0

_FAREWELL_SECONDS = 2.0
"""How long a server may take over the end of its session, which nobody needs to wait for."""

MAX_BODY_BYTES = 256 << 20


@dataclass(slots=True)
class Exchange:
    """What HTTP said to one request of ours."""

    status: int = 0
    content_type: str = ""
    error: httpx2.HTTPError | None = None


CURRENT: ContextVar[Exchange | None] = ContextVar("CURRENT", default=None)
"""The exchange of the request being made. The SDK's transports carry the context from the sender to the socket."""


def client(
    url: str, headers: Mapping[str, str], *, wrap: Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]
) -> httpx2.AsyncClient:
    """Return an HTTP client for one server. How long an answer may take is for the caller to say.

    `wrap` puts something of the caller's around what sends the requests.
    """
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx2.AsyncClient(
        headers=dict(headers),
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS, write=_WRITE_SECONDS),
        transport=wrap(Contained(httpx2.AsyncHTTPTransport(limits=limits, proxy=proxy(url)))),
    )


def proxy(url: str) -> str | None:
    """Return the proxy that the environment names for a server, which httpx leaves out once a transport is given."""
    address = urlsplit(url)
    host = address.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(host):
        return None
    return getproxies().get(address.scheme)


class Contained(httpx2.AsyncBaseTransport):
    """Note what came back, and keep a failure to the request that failed.

    The SDK's transport ends with all its requests when one of them cannot connect or breaks off.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; a failure becomes an answer of status 502 or 504."""
        exchange = CURRENT.get() or Exchange()
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS if request.method == "DELETE" else None):
                response = await self._inner.handle_async_request(request)
        except TimeoutError:
            return httpx2.Response(504, request=request)
        except httpx2.HTTPError as error:
            exchange.error = error
            return httpx2.Response(502, request=request)
        exchange.error = None
        exchange.status = response.status_code
        exchange.content_type = response.headers.get("content-type", "").lower()
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Body(response.stream, exchange)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Body(httpx2.AsyncByteStream):
    """A body that ends where it breaks off, or grows too large."""

    def __init__(self, inner: httpx2.AsyncByteStream, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._inner:
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise httpx2.ReadError(f"the answer is larger than {MAX_BODY_BYTES >> 20} MiB")
                yield chunk
        except httpx2.HTTPError as error:
            self._exchange.error = error

    async def aclose(self) -> None:
        await self._inner.aclose()
