"""An MCP server behind an authorisation server, both of the SDK's pieces, for logging in to.

    python vendor.py [--seconds N]

Prints its port. Whoever goes to /authorize is logged in at once. Tokens live for N seconds. `/log` tells what was asked, with the tokens that were
given out; `/withdraw` makes all tokens invalid, `/expire` the access tokens only.

`/become/ODDITY` makes it odd: `issuer` (metadata of another issuer), `no-pkce`, `resource` (metadata of another resource), `elsewhere` (metadata on another
host), `no-register`, `iss` (comes back from another issuer), `plain` (endpoints on plain http elsewhere), `redirect` (the token endpoint redirects to
another origin), `openid` (metadata at the OpenID address only), `sound` (not odd).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import secrets
import socket
import time
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.routes import build_metadata, create_auth_routes
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOOLS = [
    {"name": "whoami", "description": "Return a word.", "inputSchema": {"type": "object", "properties": {}}},
    {"name": "leak", "description": "Fail, and quote the token.", "inputSchema": {"type": "object", "properties": {}}},
]


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    def __init__(self, issuer: str, seconds: int, oddities: set[str]) -> None:
        self.issuer = issuer
        self.seconds = seconds
        self.oddities = oddities
        self.clients: dict[str, OAuthClientInformationFull] = {
            "by-hand": OAuthClientInformationFull(
                client_id="by-hand",
                client_secret="by-hand-s3cr3t",
                redirect_uris=None,
                token_endpoint_auth_method="client_secret_post",
                grant_types=["authorization_code", "refresh_token", "client_credentials"],
                scope="read write",
            )
        }
        self.codes: dict[str, AuthorizationCode] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.log: list[dict[str, Any]] = []

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.log.append({"what": "register", "redirects": [str(uri) for uri in client_info.redirect_uris or ()]})
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        code = f"code-{secrets.token_hex(16)}"
        self.log.append({"what": "authorize", "resource": params.resource, "scopes": params.scopes, "code": code})
        self.codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or [],
            expires_at=time.time() + 300,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        issuer = "http://127.0.0.1:9" if "iss" in self.oddities else self.issuer
        return construct_redirect_uri(str(params.redirect_uri), code=code, state=params.state, iss=issuer)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self.issued(client.client_id, authorization_code.scopes, "code")

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        return self.refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        if self.refresh.pop(refresh_token.token, None) is None:
            raise TokenError("invalid_grant", "the refresh token was used before")
        await asyncio.sleep(0.05)
        return self.issued(client.client_id, scopes, "refresh")

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.access.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.log.append({"what": "revoke"})
        self.access.clear()
        self.refresh.clear()

    def issued(self, client: str, scopes: list[str], how: str) -> OAuthToken:
        access, refresh = f"access-{secrets.token_hex(16)}", f"refresh-{secrets.token_hex(16)}"
        self.access[access] = AccessToken(
            token=access, client_id=client, scopes=scopes, expires_at=int(time.time() + self.seconds) + 1
        )
        self.refresh[refresh] = RefreshToken(token=refresh, client_id=client, scopes=scopes)
        self.log.append({"what": "token", "how": how, "access": access, "refresh": refresh})
        return OAuthToken(access_token=access, expires_in=self.seconds, refresh_token=refresh, scope=" ".join(scopes))


class TokenDoor:
    """Notes who comes, serves the one grant that the SDK does not, and passes the rest on."""

    def __init__(self, vendor: Vendor, inner: ASGIApp) -> None:
        self.vendor = vendor
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        form = dict(parse_qsl(body.decode()))
        self.vendor.provider.log.append({"what": form["grant_type"], "resource": form.get("resource")})

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        app: ASGIApp = self.inner
        if "redirect" in self.vendor.oddities:
            app = RedirectResponse("http://127.0.0.1:9/token", status_code=307)
        elif form["grant_type"] == "client_credentials":
            app = self.vendor.credentials(Headers(scope=scope))
        await app(scope, again, send)


class Vendor:
    def __init__(self, port: int, seconds: int, oddities: set[str]) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.oddities = oddities
        self.provider = Provider(self.root, seconds, oddities)

    def app(self) -> Starlette:
        options = ClientRegistrationOptions(enabled=True, valid_scopes=["read", "write"])
        routes = create_auth_routes(
            self.provider, AnyHttpUrl(self.root), None, options, RevocationOptions(enabled=True)
        )
        self.metadata = build_metadata(AnyHttpUrl(self.root), None, options, RevocationOptions(enabled=True))
        sdk = [route for route in routes if route.path in ("/authorize", "/register", "/revoke")]
        token = next(route.app for route in routes if route.path == "/token")
        return Starlette(
            routes=[
                *sdk,
                Route("/token", TokenDoor(self, token), methods=["POST"]),
                Route("/.well-known/oauth-authorization-server", self.describe),
                Route("/.well-known/openid-configuration", self.describe),
                Route("/become/{oddity}", self.become),
                Route("/.well-known/oauth-protected-resource/mcp", self.protect),
                Route("/mcp", self.serve, methods=["GET", "POST", "DELETE"]),
                Route("/log", self.tell),
                Route("/withdraw", self.withdraw),
                Route("/expire", self.expire),
            ]
        )

    async def describe(self, request: Request) -> Response:
        if "openid" in self.oddities and "openid" not in request.url.path:
            return Response(status_code=404)
        told = self.metadata.model_dump(mode="json", exclude_none=True)
        told["authorization_response_iss_parameter_supported"] = True
        told["issuer"] = "http://127.0.0.1:9" if "issuer" in self.oddities else self.root
        if "no-pkce" in self.oddities:
            del told["code_challenge_methods_supported"]
        if "no-register" in self.oddities:
            del told["registration_endpoint"]
        if "plain" in self.oddities:
            told["token_endpoint"] = "http://example.com/token"
        return JSONResponse(told)

    async def protect(self, request: Request) -> Response:
        resource = "http://127.0.0.1:9/mcp" if "resource" in self.oddities else f"{self.root}/mcp"
        return JSONResponse({"resource": resource, "authorization_servers": [self.root], "scopes_supported": ["read"]})

    def credentials(self, headers: Headers) -> Response:
        proof = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
        client = self.provider.clients["by-hand"]
        if proof != f"{client.client_id}:{client.client_secret}":
            return JSONResponse({"error": "invalid_client", "error_description": f"not {proof}"}, status_code=401)
        token = self.provider.issued(client.client_id, ["read"], "credentials")
        return JSONResponse(token.model_dump(exclude_none=True, exclude={"refresh_token"}))

    async def become(self, request: Request) -> Response:
        self.oddities.clear()
        self.oddities.add(request.path_params["oddity"])
        return Response()

    async def tell(self, request: Request) -> Response:
        return JSONResponse(self.provider.log)

    async def withdraw(self, request: Request) -> Response:
        self.provider.refresh.clear()
        return await self.expire(request)

    async def expire(self, request: Request) -> Response:
        self.provider.access.clear()
        return Response()

    async def serve(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self.provider.access.get(token)
        if known is None or scheme != "Bearer" or (known.expires_at or 0) < time.time():
            host = "http://127.0.0.1:9" if "elsewhere" in self.oddities else self.root
            where = f"{host}/.well-known/oauth-protected-resource/mcp"
            challenge = f'Bearer error="invalid_token", resource_metadata="{where}"'
            return Response(status_code=401, headers={"WWW-Authenticate": challenge})
        if request.method != "POST":
            return Response(status_code=405)
        return self.answer(await request.json(), token)

    def answer(self, message: dict[str, Any], token: str) -> Response:
        method, params = message.get("method"), message.get("params") or {}
        if "id" not in message:
            return Response(status_code=202)
        result: dict[str, Any] = {}
        if method == "initialize":
            result = {
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "vendor", "version": "1"},
            }
        elif method == "tools/list":
            result = {"tools": TOOLS}
        elif method == "tools/call" and params["name"] == "leak":
            result = {"content": [{"type": "text", "text": f"failed with {token}"}], "isError": True}
        elif method == "tools/call":
            result = {"content": [{"type": "text", "text": "somebody"}]}
        else:
            error = {"code": -32601, "message": "no such method"}
            return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "error": error})
        return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "result": result})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3600)
    options = parser.parse_args()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        vendor = Vendor(port, options.seconds, set())
        server = uvicorn.Server(uvicorn.Config(vendor.app(), log_level="error"))
        listening.listen()
        print(port, flush=True)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
