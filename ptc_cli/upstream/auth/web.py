"""HTTP to authorisation servers: small answers, no redirects, and nothing in the clear but on this machine."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from ptc_cli.core.errors import AuthorisationError
from ptc_cli.upstream.http import proxy
from ptc_cli.upstream.reasons import quoted

_SECONDS = 30.0
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """What came back. It has no `repr`: it may hold tokens."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def object(self) -> dict[str, object]:
        """Return the body as a JSON object; an empty one if it is none."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


class Web:
    """The way to the authorisation servers of one MCP server."""

    def __init__(self, server: str, url: str) -> None:
        self.server = server
        self.url = url
        self._is_local = _is_loopback(url)
        self._secrets: set[str] = set()

    def hide(self, *secrets: str | None) -> None:
        """Keep what is about to be sent out of what is said: an answer may quote it."""
        self._secrets.update(secret for secret in secrets if secret)

    def quoted(self, text: str, *, mark: str = "'") -> str:
        """Return a server's words, to stand in a message."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return quoted(text, mark=mark)

    def failure(self, message: str, hint: str | None = None) -> AuthorisationError:
        """Return why there is no login, with the server named."""
        return AuthorisationError(f"server '{self.server}': {message}", hint=hint)

    def checked(self, url: str) -> str:
        """Return an address that a server named, if it may be gone to.

        Raises:
            AuthorisationError: What is sent there could be read on the way, or it is no address.
        """
        scheme = _scheme(url)
        if scheme == "https" or (scheme == "http" and self._is_local and _is_loopback(url)):
            return url
        # A server out there must not have us knock at what listens on this machine, either.
        raise self.failure(f"{quoted(url)} is not an https address", "Only https is used to log in. Tell its operator.")

    async def get(self, url: str) -> Answer:
        """Fetch a document.

        Raises:
            AuthorisationError: Nothing answers, or the address may not be gone to.
        """
        return await self._sent("GET", url, headers={"Accept": "application/json"})

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form.

        Raises:
            AuthorisationError: Nothing answers, or the address may not be gone to.
        """
        return await self._sent("POST", url, form=form, headers={"Accept": "application/json", **(headers or {})})

    async def post_json(self, url: str, content: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a JSON document.

        Raises:
            AuthorisationError: Nothing answers, or the address may not be gone to.
        """
        accept = {"Accept": "application/json, text/event-stream"}
        return await self._sent("POST", url, content=content, headers={**accept, **(headers or {})})

    async def _sent(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Answer:
        transport = httpx2.AsyncHTTPTransport(proxy=proxy(url))
        try:
            async with httpx2.AsyncClient(transport=transport, timeout=_SECONDS, follow_redirects=False) as client:
                request = client.build_request(
                    method,
                    url if url == self.url else self.checked(url),
                    headers=dict(headers),
                    data=None if form is None else dict(form),
                    json=content,
                )
                return await self._answer(await client.send(request, stream=True))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            why = f"{_host(url)} does not answer: {type(error).__name__}"
            raise self.failure(why, "Is the network up? Then try again.") from error

    async def _answer(self, response: httpx2.Response) -> Answer:
        body = bytearray()
        try:
            # A server that wants no login may begin a stream of events here.
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                return Answer(status=response.status_code, headers=response.headers, body=b"")
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise self.failure(f"{_host(str(response.url))} answered with more than {_MAX_BYTES >> 20} MiB")
        finally:
            await response.aclose()
        return Answer(status=response.status_code, headers=response.headers, body=bytes(body))


def origin(url: str) -> tuple[str, str, int | None]:
    """Return what decides who gets a token: scheme, host and port."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme)


def _scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return parts.scheme.lower() if has_host and url.isprintable() and " " not in url else ""


def _host(url: str) -> str:
    return quoted(urlsplit(url).netloc.rpartition("@")[2])


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
