"""Where to log in to a server: what it says of itself (RFC 9728), and its authorisation server (RFC 8414, OpenID)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    get_client_metadata_scopes,
    issuers_match,
)
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url
from pydantic import ValidationError

from ptc_cli.core.server import AuthConfig
from ptc_cli.upstream.auth.web import Answer, Web, origin
from ptc_cli.upstream.reasons import quoted

_PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
_BY_HAND = "Put a token into `headers`, as the server's own pages say."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to log in, and for what."""

    resource: str
    """What tokens are asked for (RFC 8707)."""

    issuer: str
    metadata: OAuthMetadata
    scopes: tuple[str, ...]
    """What the server says it takes."""


async def discover(web: Web, headers: Mapping[str, str], auth: AuthConfig) -> Place:
    """Find out where to log in to a server.

    Raises:
        AuthorisationError: The server does not say, or what it says cannot be trusted.
    """
    challenge = await _challenge(web, headers)
    protected = await _protected(web, challenge)
    issuer = auth.issuer or (str(protected.authorization_servers[0]) if protected else _root(web.url))
    metadata = await _metadata(web, issuer, is_named=auth.issuer is not None or protected is not None)
    _check(web, metadata, auth)
    asked = get_client_metadata_scopes(
        extract_scope_from_www_auth(challenge), protected, metadata, ["authorization_code", "refresh_token"]
    )
    return Place(
        resource=str(protected.resource) if protected else resource_url_from_server_url(web.url),
        issuer=str(metadata.issuer),
        metadata=metadata,
        scopes=auth.scopes or tuple((asked or "").split()),
    )


async def _challenge(web: Web, headers: Mapping[str, str]) -> httpx2.Response:
    """Return how the server refuses who is not logged in."""
    answer = await web.post_json(web.url, _PING, headers)
    return httpx2.Response(answer.status, headers=dict(answer.headers))


async def _protected(web: Web, challenge: httpx2.Response) -> ProtectedResourceMetadata | None:
    named = extract_resource_metadata_from_www_auth(challenge)
    if named is not None and origin(named) != origin(web.url):
        raise web.failure(
            f"refers to {quoted(named)} for how to log in, which is on another host",
            "That is not followed. " + _BY_HAND,
        )
    for url in build_protected_resource_metadata_discovery_urls(named, web.url):
        answer = await web.get(url)
        if answer.status == 429 or answer.status >= 500:
            # It says nothing about whether there is one: to go on without would be another login.
            raise web.failure(f"answered HTTP {answer.status} when asked how to log in", "Try again later.")
        found = _parsed_resource(answer)
        if found is not None:
            return _matching(web, found)
    return None


def _parsed_resource(answer: Answer) -> ProtectedResourceMetadata | None:
    try:
        return ProtectedResourceMetadata.model_validate_json(answer.body) if answer.status == 200 else None
    except ValidationError:
        return None


def _matching(web: Web, found: ProtectedResourceMetadata) -> ProtectedResourceMetadata:
    resource = str(found.resource)
    wanted = resource_url_from_server_url(web.url)
    if not check_resource_allowed(requested_resource=wanted, configured_resource=resource):
        raise web.failure(
            f"says that logins are for {quoted(resource)}, which is not its own address",
            "A login there could be used against another server. Correct `url`, or tell its operator.",
        )
    return found


async def _metadata(web: Web, issuer: str, *, is_named: bool) -> OAuthMetadata:
    web.checked(issuer)
    for url in build_oauth_authorization_server_metadata_discovery_urls(issuer if is_named else None, web.url):
        answer = await web.get(url)
        if answer.status >= 500:
            break
        try:
            metadata = OAuthMetadata.model_validate_json(answer.body) if answer.status == 200 else None
        except ValidationError:
            continue
        if metadata is not None:
            return _issued(web, metadata, issuer)
    raise web.failure(f"{quoted(issuer)} does not say how to log in there", _BY_HAND)


def _issued(web: Web, metadata: OAuthMetadata, issuer: str) -> OAuthMetadata:
    if not issuers_match(str(metadata.issuer), issuer):
        raise web.failure(
            f"{quoted(issuer)} says that it is {quoted(str(metadata.issuer))}",
            "One authorisation server must not speak for another. Tell the server's operator.",
        )
    return metadata


def _check(web: Web, metadata: OAuthMetadata, auth: AuthConfig) -> None:
    """See to it that the authorisation server's addresses can be used, and that it binds codes to who asked."""
    endpoints = (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.registration_endpoint,
        metadata.revocation_endpoint,
    )
    for endpoint in endpoints:
        if endpoint is not None:
            web.checked(str(endpoint))
    if auth.grant == "authorization_code" and "S256" not in (metadata.code_challenge_methods_supported or ()):
        raise web.failure(
            f"{quoted(str(metadata.issuer))} does not support PKCE, without which a login can be stolen", _BY_HAND
        )


def _root(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"
