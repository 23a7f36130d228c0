"""The token endpoint: codes, refresh tokens and credentials for access tokens."""

from __future__ import annotations

import re
import time
from dataclasses import replace

from mcp.shared.auth import OAuthToken
from pydantic import ValidationError

from ptc_cli.core.errors import AuthorisationError
from ptc_cli.core.server import AuthConfig
from ptc_cli.upstream.auth.clients import Client
from ptc_cli.upstream.auth.discovery import Place
from ptc_cli.upstream.auth.logins import Login
from ptc_cli.upstream.auth.web import Web
from ptc_cli.upstream.reasons import quoted

_TOKEN = re.compile(r"[\x21-\x7e]+")

_OVER = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})
"""What says that the same question will never be answered."""


class RefusedError(AuthorisationError):
    """The token endpoint will not take this login any more."""


async def by_code(web: Web, place: Place, client: Client, *, code: str, redirect: str, verifier: str) -> Login:
    """Return the login that a code stands for.

    Raises:
        AuthorisationError: It is refused.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
        "resource": place.resource,
    }
    return await _granted(web, _begun(web, place, client), client, form)


async def by_credentials(web: Web, place: Place, client: Client) -> Login:
    """Return the login of a client that logs in as itself.

    Raises:
        AuthorisationError: It is refused.
    """
    form = {"grant_type": "client_credentials", "resource": place.resource}
    if place.scopes:
        form["scope"] = " ".join(place.scopes)
    return await _granted(web, _begun(web, place, client), client, form)


async def renewed(web: Web, login: Login, auth: AuthConfig) -> Login:
    """Return a login with new tokens.

    Raises:
        RefusedError: Somebody has to log in again.
        AuthorisationError: The token endpoint does not answer.
    """
    secret = login.client_secret or auth.client_secret
    client = Client(id=login.client_id, method=login.client_method, secret=secret)
    form = {"grant_type": "refresh_token", "refresh_token": login.refresh_token or "", "resource": login.resource}
    return await _granted(web, login, client, form)


async def revoke(web: Web, login: Login, auth: AuthConfig) -> bool:
    """Tell the authorisation server that a login is over, and say whether it was told."""
    token = login.refresh_token or login.access_token
    if login.revocation_endpoint is None or not token:
        return False
    secret = login.client_secret or auth.client_secret
    form, headers = Client(id=login.client_id, method=login.client_method, secret=secret).signed({"token": token})
    try:
        return (await web.post_form(login.revocation_endpoint, form, headers)).status == 200
    except AuthorisationError:
        return False


def _begun(web: Web, place: Place, client: Client) -> Login:
    revocation = place.metadata.revocation_endpoint
    return Login(
        url=web.url,
        resource=place.resource,
        issuer=place.issuer,
        token_endpoint=str(place.metadata.token_endpoint),
        revocation_endpoint=None if revocation is None else str(revocation),
        client_id=client.id,
        client_method=client.method,
        client_secret=client.secret,
        scopes=place.scopes,
    )


async def _granted(web: Web, login: Login, client: Client, form: dict[str, str]) -> Login:
    web.hide(client.secret, form.get("code"), form.get("code_verifier"), form.get("refresh_token"))
    signed, headers = client.signed(form)
    web.hide(headers.get("Authorization", "").removeprefix("Basic "))
    answer = await web.post_form(login.token_endpoint, signed, headers)
    if answer.status != 200:
        raise _refused(web, login, answer.object(), answer.status)
    try:
        token = OAuthToken.model_validate_json(answer.body)
    except ValidationError:
        token = None
    # An answer is never quoted: it may hold the token in a form that is not expected.
    if token is None or not _TOKEN.fullmatch(token.access_token):
        raise web.failure(f"{quoted(login.issuer)} gave no token that can be used", "Tell its operator.")
    return replace(
        login,
        access_token=token.access_token,
        refresh_token=token.refresh_token or login.refresh_token,
        expires_at=None if token.expires_in is None else time.time() + token.expires_in,
        scopes=login.scopes if token.scope is None else tuple(token.scope.split()),
    )


def _refused(web: Web, login: Login, told: dict[str, object], status: int) -> AuthorisationError:
    code = str(told.get("error") or f"HTTP {status}")
    more = f" ({web.quoted(str(told['error_description']), mark='')})" if told.get("error_description") else ""
    message = f"{quoted(login.issuer)} refuses the login: {web.quoted(code, mark='')}{more}"
    hint = f"Run `ptc servers login {web.server}`."
    kind = RefusedError if code in _OVER else AuthorisationError
    return kind(f"server '{web.server}': {message}", hint=hint)
