"""Who may speak to the HTTP server at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ptc_cli.serve.guard import Guard, HostRule, is_loopback
from ptc_cli.serve.tokens import Tokens

TOKEN = "correct-horse-battery"
LOCAL = {"host": "127.0.0.1:8717"}


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def status(
    headers: Mapping[str, str] | list[tuple[str, str]],
    *,
    host: str = "127.0.0.1",
    token: str | None = None,
    path: str = "/mcp",
) -> int:
    app = Starlette(routes=[Route("/mcp", _hello), Route("/healthz", _hello)])
    tokens = Tokens.of(token, {}, servers=("*",), resolve=str)
    guard = Guard(app, hosts=HostRule.of(host), tokens=tokens)
    pairs = headers if isinstance(headers, list) else list(headers.items())
    with TestClient(guard) as client:
        client.headers.clear()
        written = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
        return client.get(path, headers=written).status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_addresses_of_this_machine_alone_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_all_others_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8717", "localhost:1", "localhost", "[::1]:8717", "LOCALHOST:80"])
def test_a_local_server_answers_to_local_names(host: str) -> None:
    assert status({"host": host}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8717",
        "10.0.0.1",
        "127.0.0.1:x",
        "evil.example@127.0.0.1",
        "127.0.0.1/evil",
        "",
    ],
)
def test_a_local_server_answers_to_no_other_name(host: str) -> None:
    assert status({"host": host}) == 421


def test_two_hosts_are_one_too_many() -> None:
    assert status([("host", "127.0.0.1"), ("host", "evil.example")]) == 421


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:6274", 200),
        ("http://127.0.0.1", 200),
        ("http://evil.example", 403),
        ("https://localhost.evil.example", 403),
        ("null", 403),
        ("file://", 403),
        ("chrome-extension://abc", 403),
    ],
)
def test_a_page_is_answered_only_if_it_comes_from_here(origin: str, expected: int) -> None:
    assert status({**LOCAL, "origin": origin}) == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer ", 401),
        ("Bearer é", 401),
        (None, 401),
    ],
)
def test_where_a_token_is_set_only_that_token_opens(shown: str | None, expected: int) -> None:
    headers = LOCAL if shown is None else {**LOCAL, "authorization": shown}

    assert status(headers, token=TOKEN) == expected


def test_two_authorizations_open_nothing() -> None:
    shown = ("authorization", f"Bearer {TOKEN}")

    assert status([("host", "127.0.0.1"), shown, shown], token=TOKEN) == 401


def test_health_is_told_without_a_token_but_not_to_other_hosts() -> None:
    assert status(LOCAL, token=TOKEN, path="/healthz") == 200
    assert status({"host": "evil.example"}, token=TOKEN, path="/healthz") == 421


def test_a_server_for_other_machines_answers_to_addresses_and_not_to_strange_names() -> None:
    shown = {"authorization": f"Bearer {TOKEN}"}

    assert status({"host": "192.168.1.7:8717", **shown}, host="0.0.0.0", token=TOKEN) == 200
    assert status({"host": "rebound.evil.example", **shown}, host="0.0.0.0", token=TOKEN) == 421
