"""Who ptc is to an authorisation server: a client registered by hand, by a document, or by itself (RFC 7591)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata
from pydantic import ValidationError

from ptc_cli.core.server import AuthConfig
from ptc_cli.upstream.auth.discovery import Place
from ptc_cli.upstream.auth.web import Web
from ptc_cli.upstream.reasons import quoted

_METHODS = ("none", "client_secret_post", "client_secret_basic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client, and how it proves to be the one."""

    id: str
    method: str = "none"
    secret: str | None = field(default=None, repr=False)

    def signed(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return a form for the token endpoint and the headers to go with it."""
        if self.method == "client_secret_basic" and self.secret:
            pair = f"{quote(self.id, safe='')}:{quote(self.secret, safe='')}"
            return form, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        proof = {"client_secret": self.secret} if self.method == "client_secret_post" and self.secret else {}
        return {**form, "client_id": self.id, **proof}, {}


async def client_for(web: Web, place: Place, auth: AuthConfig, redirect: str) -> Client:
    """Return who to be; registers a client where none is configured.

    Raises:
        AuthorisationError: The authorisation server takes no client that it was not told of.
    """
    if auth.client_id is not None:
        return configured(place.metadata, auth)
    if auth.client_metadata_url is not None and place.metadata.client_id_metadata_document_supported:
        return Client(id=auth.client_metadata_url)
    if place.metadata.registration_endpoint is None:
        raise web.failure(
            f"{quoted(place.issuer)} does not let clients register themselves",
            "Register ptc there by hand, with the redirect address http://127.0.0.1:PORT/callback, and write "
            f"`auth = {{ client_id = ..., redirect_port = PORT }}` for '{web.server}'.",
        )
    return await _registered(web, place, redirect)


def configured(metadata: OAuthMetadata, auth: AuthConfig) -> Client:
    """Return the client that the configuration names."""
    offered = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
    with_secret = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
    method = "none" if auth.client_secret is None else with_secret
    return Client(id=auth.client_id or "", method=method, secret=auth.client_secret)


async def _registered(web: Web, place: Place, redirect: str) -> Client:
    offered = place.metadata.token_endpoint_auth_methods_supported
    wanted = next((method for method in _METHODS if offered is None or method in offered), "none")
    request = {
        "client_name": "ptc",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": wanted,
        "application_type": "native",
        **({"scope": " ".join(place.scopes)} if place.scopes else {}),
    }
    answer = await web.post_json(str(place.metadata.registration_endpoint), request)
    if answer.status not in (200, 201):
        why = answer.object().get("error_description") or answer.object().get("error") or f"HTTP {answer.status}"
        raise web.failure(
            f"{quoted(place.issuer)} does not register ptc: {quoted(str(why), mark='')}",
            "Register it there by hand, and write its `auth.client_id`.",
        )
    try:
        made = OAuthClientInformationFull.model_validate_json(answer.body)
    except ValidationError as error:
        raise web.failure(f"{quoted(place.issuer)} registered ptc without saying as what") from error
    return _usable(web, place, made)


def _usable(web: Web, place: Place, made: OAuthClientInformationFull) -> Client:
    method = made.token_endpoint_auth_method or ("client_secret_basic" if made.client_secret else "none")
    if method not in _METHODS or (method != "none" and not made.client_secret):
        why = f"{quoted(place.issuer)} registered ptc for {quoted(method)}, which it cannot do"
        raise web.failure(why, "Register it there by hand, and write its `auth.client_id` and `auth.client_secret`.")
    return Client(id=made.client_id, method=method, secret=made.client_secret)
