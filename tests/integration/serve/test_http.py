"""The HTTP server's own promises."""

from __future__ import annotations

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import ConfigError
from ptc_cli.engine import Engine
from ptc_cli.serve.front import serve_http
from ptc_cli.serve.mcp import Gateway, McpApp
from ptc_cli.serve.mcp.http import BODY_BYTES
from tests.integration.serve.clients import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "correct-horse-battery"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
async def test_another_address_is_refused_without_a_token(engine: Engine, host: str) -> None:
    with pytest.raises(ConfigError, match="can be reached from other machines, and no token is set"):
        await serve_http(engine, "catalog", host, 0)


@pytest.mark.parametrize("token", ["", " ", " x", "x\n", "é", "x\0"])
async def test_a_token_that_no_header_can_carry_is_refused(engine: Engine, token: str) -> None:
    with pytest.raises(ConfigError, match="the token is empty"):
        await serve_http(engine, "catalog", "127.0.0.1", 0, token)


async def test_an_address_that_cannot_be_had_is_said(engine: Engine) -> None:
    with pytest.raises(ConfigError, match=r"cannot listen on 192\.0\.2\.1 port 1"):
        await serve_http(engine, "catalog", "192.0.2.1", 1, TOKEN)
    with pytest.raises(ConfigError, match=r"cannot listen on .* port 99999"):
        await serve_http(engine, "catalog", "127.0.0.1", 99999)


async def test_a_port_that_is_taken_is_said(engine: Engine) -> None:
    async with served(engine, "catalog") as url:
        port = httpx2.URL(url).port
        assert port is not None
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1 port {port}"):
            await serve_http(engine, "catalog", "127.0.0.1", port)


async def test_health_is_told_to_anyone_here_and_the_rest_only_for_the_token(engine: Engine) -> None:
    async with served(engine, "catalog", token=TOKEN) as url, httpx2.AsyncClient(timeout=30) as http:
        health = await http.get(url.replace("/mcp", "/healthz"))
        refused = await http.post(url, json={})
        strange = await http.post(url, json={}, headers={"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"})

    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert refused.status_code == 401
    assert "Bearer" in refused.headers["www-authenticate"]
    assert strange.status_code == 421


async def test_a_session_that_its_client_ends_is_forgotten(engine: Engine) -> None:
    gateway = Gateway(engine, "catalog", caller=Caller(door="mcp"))
    app = McpApp(gateway)
    wire = httpx2.ASGITransport(app=app)
    async with app.running(), httpx2.AsyncClient(transport=wire, timeout=30) as http:
        transport = streamable_http_client("http://127.0.0.1/mcp", http_client=http)
        async with Client(transport, mode="legacy") as client:
            await client.list_tools()
            assert len(gateway.sessions) == 1

        assert len(gateway.sessions) == 0


async def test_a_body_beyond_the_limit_is_refused(engine: Engine) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with served(engine, "catalog") as url, httpx2.AsyncClient(timeout=30) as http:
        answer = await http.post(url, content=b" " * (BODY_BYTES + 1), headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"rubbish", b"[]", b"[" * 100_000, b'{"jsonrpc":"2.0"}', b"\xff\xfe"])
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28", "1999-01-01"])
async def test_rubbish_is_refused_and_the_server_goes_on(engine: Engine, body: bytes, version: str) -> None:
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": version,
    }
    async with served(engine, "catalog") as url, httpx2.AsyncClient(timeout=30) as http:
        answer = await http.post(url, content=body, headers=headers)
        health = await http.get(url.replace("/mcp", "/healthz"))

    assert 400 <= answer.status_code < 500
    assert health.status_code == 200
