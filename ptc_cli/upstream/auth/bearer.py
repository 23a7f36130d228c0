"""Tokens on the requests to one server: put there, renewed in time, and sent to nobody else."""

from __future__ import annotations

import asyncio

import httpx2

from ptc_cli.core.errors import PtcError
from ptc_cli.core.server import AuthConfig, ServerConfig
from ptc_cli.upstream.auth import tokens
from ptc_cli.upstream.auth.flow import by_itself
from ptc_cli.upstream.auth.logins import Login, Logins, key_of, without_tokens
from ptc_cli.upstream.auth.web import Web, origin
from ptc_cli.upstream.target import Target


class Credentials:
    """The login that one connection uses: shared with other processes, renewed by one at a time."""

    def __init__(self, config: ServerConfig, target: Target, logins: Logins) -> None:
        self.failure: PtcError | None = None
        """Why there is no token, where there should be one."""

        self._auth = target.auth or AuthConfig()
        self._target = target
        self._logins = logins
        self._key = key_of(config, target)
        self._web = Web(config.name, target.url)
        self._login: Login | None = None
        self._turn = asyncio.Lock()

    async def token(self) -> str | None:
        """Return a token that holds as far as is known, or None if nobody logged in."""
        if self._login is None or not self._login.is_fresh():
            await self._guarded(refused=None)
        return self._login.access_token if self._login is not None and self._login.access_token else None

    async def another(self, refused: str | None) -> str | None:
        """Return a token in the place of one that the server refused, or None if there is no other."""
        await self._guarded(refused=refused)
        token = self._login.access_token if self._login is not None else ""
        return token if token and token != refused else None

    async def _guarded(self, *, refused: str | None) -> None:
        async with self._turn:
            try:
                await self._renew(refused)
            except PtcError as error:
                # The first says why; what follows is that there is none any more.
                self.failure = self.failure or error

    async def _renew(self, refused: str | None) -> None:
        """Take the login as it is kept now; have new tokens for it if it is over."""
        self._login = self._logins.find(self._key)
        if self._login is None and self._auth.grant != "client_credentials":
            return
        if self._holds(refused):
            return
        async with self._logins.alone(self._key):
            # Another process may have been there first.
            self._login = self._logins.find(self._key)
            if not self._holds(refused):
                self._login = await self._fresh(self._login)
                self._logins.keep(self._key, self._login)
                self.failure = None

    def _holds(self, refused: str | None) -> bool:
        return self._login is not None and self._login.is_fresh() and self._login.access_token != refused

    async def _fresh(self, login: Login | None) -> Login:
        if self._auth.grant == "client_credentials":
            return await by_itself(self._web, self._target)
        assert login is not None
        if not login.refresh_token:
            raise self._web.failure(
                f"your login at '{login.issuer}' has expired", f"Run `ptc servers login {self._web.server}`."
            )
        try:
            return await tokens.renewed(self._web, login, self._auth)
        except tokens.RefusedError:
            self._login = without_tokens(login)
            self._logins.keep(self._key, self._login)
            raise


class Bearer(httpx2.AsyncBaseTransport):
    """Puts a token on what goes to the server; asks once more, with a new one, where it is refused."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, credentials: Credentials, url: str) -> None:
        self._inner = inner
        self._credentials = credentials
        self._origin = origin(url)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        if origin(str(request.url)) != self._origin:
            return await self._inner.handle_async_request(request)
        token = await self._credentials.token()
        response = await self._sent(request, token)
        # A server that answers 401 has not done anything, and may be asked again.
        if response.status_code != httpx2.codes.UNAUTHORIZED:
            return response
        another = await self._credentials.another(token)
        if another is None:
            return response
        await response.aclose()
        return await self._sent(request, another)

    async def _sent(self, request: httpx2.Request, token: str | None) -> httpx2.Response:
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()
