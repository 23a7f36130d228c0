"""The other end of a login: the address on this machine to which the browser comes back, once."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from ptc_cli.core.errors import AuthorisationError

PATH = "/callback"

_REQUEST_BYTES = 16 << 10
_REQUEST_SECONDS = 10.0
_PAGE = (
    "<!doctype html><meta charset=utf-8><title>ptc</title><style>body{font:1.2em system-ui;margin:4em}</style>"
    "<p>%s<p>You can close this page and go back to the terminal."
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Redirected:
    """What a browser brought back. It has no `repr`: a code is good for a login."""

    code: str | None
    error: str | None
    issuer: str | None
    """Who says so, where it does (RFC 9207)."""


def read_redirect(address: str, state: str) -> Redirected | None:
    """Return what an address brings back; None if it is not of the login that began with this state."""
    try:
        fields = parse_qs(urlsplit(address).query, max_num_fields=50)
    except ValueError:
        return None
    if any(len(values) > 1 for values in fields.values()):
        return None
    given = {name: values[0] for name, values in fields.items()}
    if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        return None
    return Redirected(code=given.get("code"), error=given.get("error"), issuer=given.get("iss"))


class Loopback:
    """Listens on 127.0.0.1 for one request with the right state; all others are turned away."""

    def __init__(self, state: str, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}{PATH}"
        self._host = f"127.0.0.1:{port}"
        self._state = state
        self._came: asyncio.Future[Redirected] = asyncio.get_running_loop().create_future()

    async def redirected(self) -> Redirected:
        """Wait for the browser."""
        return await asyncio.shield(self._came)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_REQUEST_SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status, text = self._answer(head)
                writer.write(_response(status, text))
                await writer.drain()
        writer.close()

    def _answer(self, head: str) -> tuple[str, str]:
        first, *headers = head.split("\r\n")
        method, target, *_ = [*first.split(" "), "", ""]
        hosts = [line.partition(":")[2].strip() for line in headers if line.lower().startswith("host:")]
        # A page on another host that was made to point here is not the browser coming back.
        if method != "GET" or target.partition("?")[0] != PATH or hosts != [self._host]:
            return "404 Not Found", "There is nothing here."
        found = read_redirect(target, self._state)
        if found is None or self._came.done():
            return "400 Bad Request", "This is not the login that was asked for."
        self._came.set_result(found)
        return "200 OK", "Not logged in." if found.error or not found.code else "Logged in."


@asynccontextmanager
async def listening(state: str, port: int | None) -> AsyncIterator[Loopback]:
    """Listen for the browser, on a port or any free one.

    Raises:
        AuthorisationError: The port is taken.
    """
    ends: list[Loopback] = []
    try:
        server = await asyncio.start_server(
            lambda reader, writer: ends[0].serve(reader, writer), "127.0.0.1", port or 0, limit=_REQUEST_BYTES
        )
    except OSError as error:
        message = f"port {port} on 127.0.0.1 cannot be listened on: {error.strerror}"
        raise AuthorisationError(message, hint="End what uses it, or write another `auth.redirect_port`.") from error
    ends.append(Loopback(state, server.sockets[0].getsockname()[1]))
    try:
        yield ends[0]
    finally:
        server.close()


def _response(status: str, text: str) -> bytes:
    body = (_PAGE % text).encode()
    headers = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join((*headers, "", "")).encode() + body
