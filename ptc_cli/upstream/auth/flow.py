"""One login from its beginning to its end, asked for by a person: the authorization code grant with PKCE."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlencode

from ptc_cli.core.server import AuthConfig, SecretResolver, ServerConfig
from ptc_cli.upstream.auth import tokens
from ptc_cli.upstream.auth.clients import client_for, configured
from ptc_cli.upstream.auth.discovery import Place, discover
from ptc_cli.upstream.auth.logins import Login, Logins, key_of
from ptc_cli.upstream.auth.loopback import Loopback, Redirected, listening, read_redirect
from ptc_cli.upstream.auth.web import Web
from ptc_cli.upstream.reasons import quoted
from ptc_cli.upstream.target import Target, resolve

LOGIN_SECONDS = 600.0
"""How long a person may take."""


class Person(Protocol):
    """Whoever logs in."""

    async def visit(self, url: str, *, issuer: str) -> None:
        """Have the person log in at an address, with their browser."""
        ...

    async def pasted(self) -> str:
        """Return the address at which the browser ended; wait forever where nobody will say."""
        ...


async def log_in(
    config: ServerConfig, look_up: SecretResolver, logins: Logins, person: Person, *, scopes: Sequence[str] = ()
) -> tuple[Login, str]:
    """Log in to a server, and keep the login; return it and where it is kept.

    Raises:
        AuthorisationError: There is no logging in, or it did not come about.
        ConfigError: A reference has no value, or the login cannot be kept.
    """
    target = resolve(config, look_up)
    auth = target.auth or AuthConfig()
    web = Web(config.name, target.url)
    place = await discover(web, _without_authorization(target), auth)
    if scopes:
        place = replace(place, scopes=tuple(dict.fromkeys((*place.scopes, *scopes))))
    if auth.grant == "client_credentials":
        login = await tokens.by_credentials(web, place, configured(place.metadata, auth))
    else:
        login = await _asked(web, place, auth, person)
    key = key_of(config, target)
    async with logins.alone(key):
        return login, logins.keep(key, _to_keep(login, auth))


async def log_out(config: ServerConfig, look_up: SecretResolver, logins: Logins) -> Login | None:
    """Forget a login, and have the server forget it; return the login that was, if there was one.

    Raises:
        ConfigError: A reference has no value, or the folder of logins cannot be written to.
    """
    target = resolve(config, look_up)
    key = key_of(config, target)
    async with logins.alone(key):
        try:
            login = logins.find(key)
        finally:
            logins.forget(key)
    if login is not None:
        await tokens.revoke(Web(config.name, login.url), login, target.auth or AuthConfig())
    return login


async def by_itself(web: Web, target: Target) -> Login:
    """Log in as a client of its own, for which nobody is asked.

    Raises:
        AuthorisationError: It did not come about.
    """
    auth = target.auth or AuthConfig()
    place = await discover(web, _without_authorization(target), auth)
    return _to_keep(await tokens.by_credentials(web, place, configured(place.metadata, auth)), auth)


def _to_keep(login: Login, auth: AuthConfig) -> Login:
    """Return a login without the secret that stands in the configuration."""
    return login if auth.client_secret is None else replace(login, client_secret=None)


def _without_authorization(target: Target) -> dict[str, str]:
    return {name: value for name, value in target.headers.items() if name.lower() != "authorization"}


async def _asked(web: Web, place: Place, auth: AuthConfig, person: Person) -> Login:
    """Send a person to the authorisation server, and take what they bring back."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    async with listening(state, auth.redirect_port) as end:
        client = await client_for(web, place, auth, end.address)
        await person.visit(_address(place, client.id, end.address, state, verifier), issuer=place.issuer)
        came = await _came_back(web, end, state, person)
        code = _code(web, place, came)
        return await tokens.by_code(web, place, client, code=code, redirect=end.address, verifier=verifier)


async def _came_back(web: Web, end: Loopback, state: str, person: Person) -> Redirected:
    """Wait for the browser, or for what the person pastes."""
    by_browser = asyncio.create_task(end.redirected())
    by_hand = asyncio.create_task(person.pasted())
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            await asyncio.wait({by_browser, by_hand}, return_when=asyncio.FIRST_COMPLETED)
        if by_browser.done():
            return by_browser.result()
        found = read_redirect(by_hand.result().strip(), state)
    except TimeoutError as error:
        raise web.failure(f"nobody logged in within {LOGIN_SECONDS / 60:.0f} minutes", "Try again.") from error
    finally:
        by_browser.cancel()
        by_hand.cancel()
        await asyncio.gather(by_browser, by_hand, return_exceptions=True)
    if found is None:
        hint = "Paste the whole address at which the browser ended; it begins with http://127.0.0.1."
        raise web.failure("what was pasted is not the address of this login", hint)
    return found


def _address(place: Place, client: str, redirect: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": place.resource,
        **({"scope": " ".join(place.scopes)} if place.scopes else {}),
        **({"prompt": "consent"} if "offline_access" in place.scopes else {}),
    }
    endpoint = str(place.metadata.authorization_endpoint)
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _code(web: Web, place: Place, came: Redirected) -> str:
    """Return the code, once it is sure that the one who was asked has sent it."""
    says_who = place.metadata.authorization_response_iss_parameter_supported
    if came.issuer != place.issuer and (came.issuer is not None or says_who):
        raise web.failure(
            f"the login came back from {quoted(came.issuer or 'nobody')} instead of {quoted(place.issuer)}",
            "Somebody may be in between. Nothing was sent there.",
        )
    if came.code is None:
        why = quoted(came.error or "no code", mark="")
        raise web.failure(
            f"{quoted(place.issuer)} did not log you in: {why}", f"Try again: ptc servers login {web.server}"
        )
    return came.code
