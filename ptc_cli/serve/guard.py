"""Who may speak to the HTTP server at all: Host, Origin and bearer token, checked before anything is read."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ptc_cli.core.catalog import Caller, Door
from ptc_cli.serve.tokens import Access, Tokens

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_OPEN_PATHS = frozenset({"/healthz"})
_ACCESS = "ptc.access"
_OWN_DOORS: Mapping[str, Door] = {"cli": "cli", "repl": "repl", "shell": "shell"}


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    address = _address(host)
    return address is not None and address.is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """Under which names a server may be spoken to.

    A page on the web can have its own name lead to this machine and then read what it answers ("DNS rebinding"): the
    browser sends that name as `Host` and `Origin`. Such a name is never an address and never our own.
    """

    names: frozenset[str]
    takes_addresses: bool
    """Whether any literal address is fine, since the server is reached by more than one."""

    @classmethod
    def of(cls, host: str) -> HostRule:
        """Return the rule for a server that listens on an address."""
        if is_loopback(host):
            return cls(names=_LOCAL_NAMES | {_plain(host)}, takes_addresses=False)
        own = {_plain(host), socket.gethostname().lower(), socket.getfqdn().lower()}
        return cls(names=_LOCAL_NAMES | own, takes_addresses=True)

    def allows(self, authority: str) -> bool:
        """Say whether a `Host`, or the authority of an `Origin`, is a name of this server's."""
        try:
            parts = urlsplit(f"//{authority}")
            name, _ = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            return False
        is_bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
        return is_bare and (name in self.names or (self.takes_addresses and _address(name) is not None))


def access(scope: Scope) -> Access:
    """Return what the sender of a request may see, who came past the guard."""
    found: Access = scope[_ACCESS]
    return found


def caller(scope: Scope) -> Caller:
    """Return who sends a request over REST. The user's own commands say by which door they were asked."""
    found, headers = access(scope), Headers(scope=scope)
    if not found.is_owner:
        return found.caller("http")
    # Each command is a client of its own, as it is in a process of its own: what one has read does not taint the next.
    return replace(found.caller(_OWN_DOORS.get(headers.get("ptc-door", ""), "http")), session=headers.get("ptc-client"))


class Guard:
    """An application in front of which everything is refused that has no business with it."""

    def __init__(self, app: ASGIApp, *, hosts: HostRule, tokens: Tokens) -> None:
        self._app = app
        self._hosts = hosts
        self._tokens = tokens
        self._open: dict[anyio.CancelScope, str] = {}
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        found = self._tokens.access(headers.getlist("authorization"))
        refusal = self._refusal(headers, scope["path"], found)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._pass_on({**scope, _ACCESS: found}, receive, send)

    def close(self, grace_seconds: float) -> None:
        """Take no more requests, end the streams that only listen, and after a while the others.

        A server that waits for its open streams never stops: clients keep one open for as long as they live.
        """
        self._closed = True
        self._end({"GET"})
        asyncio.get_running_loop().call_later(grace_seconds, self._end, {"GET", "POST", "DELETE"})

    def _end(self, methods: set[str]) -> None:
        for open_request, method in list(self._open.items()):
            if method in methods:
                open_request.cancel()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        with anyio.CancelScope() as open_request:
            self._open[open_request] = scope["method"]
            try:
                await self._app(scope, receive, sent)
            finally:
                del self._open[open_request]
        if open_request.cancelled_caught and has_begun:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif open_request.cancelled_caught:
            await _stopping()(scope, receive, send)

    def _refusal(self, headers: Headers, path: str, found: Access | None) -> JSONResponse | None:
        if self._closed:
            return _stopping()
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._hosts.allows(hosts[0]):
            return _refused(421, "This server does not answer to that Host.")
        if not all(self._is_ours(origin) for origin in origins):
            return _refused(403, "This server does not answer to pages of that Origin.")
        if path not in _OPEN_PATHS and found is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="ptc"'}
            return _refused(401, "A bearer token is needed: Authorization: Bearer TOKEN.", challenge)
        return None

    def _is_ours(self, origin: str) -> bool:
        scheme, separator, authority = origin.partition("://")
        return scheme in ("http", "https") and bool(separator) and self._hosts.allows(authority)


def _stopping() -> JSONResponse:
    return _refused(503, "This server is stopping.")


def _refused(status: int, reason: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": reason}, status_code=status, headers=headers)


def _plain(host: str) -> str:
    return host.lower().strip("[]")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_plain(host))
    except ValueError:
        return None
