"""What the client of an event loop makes of whatever answers at a socket."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ptc_cli.core.errors import PtcError, ToolNotFoundError
from ptc_cli.daemon.async_client import AsyncClient
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.place import HTTP, Place
from tests.unit.daemon.test_client import REQUESTS, answer, answering, error, place

__all__ = ["place"]


async def test_an_answer_is_what_it_says(place: Place) -> None:
    with answering(place, answer(200, {"a": 1}), b"HTTP/1.1 204 No Content\r\n\r\n") as client:
        asking = AsyncClient(client)

        assert await asking.ask("GET", "/v1/tools") == {"a": 1}
        assert REQUESTS[-1].startswith(b"GET /v1/tools HTTP/1.0\r\n")
        assert f"Ptc-Client: {client.sender.client}\r\n".encode() in REQUESTS[-1]
        assert await asking.ask("DELETE", "/v1/sessions/x") == {}


async def test_nobody_at_the_socket_is_no_daemon(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(place.address(f"x{HTTP}"))

    with pytest.raises(DaemonError, match="no daemon answers"):
        await AsyncClient(Client(place, "x", door="repl")).ask("GET", "/")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (error(404, 2), ToolNotFoundError),
        (error(500, 70), PtcError),
        (error(410, 2), DaemonError),
        (answer(503, {"error": "This server is stopping."}), DaemonError),
        (b"", DaemonLostError),
        (b"rubbish", DaemonLostError),
        (answer(200, {"a": 1})[:-2], DaemonLostError),
        (answer(200, [1]), DaemonLostError),
        (b"HTTP/1.1 200 OK\r\n\r\n{", DaemonLostError),
    ],
)
async def test_what_is_wrong_is_said_as_what_it_is(place: Place, said: bytes, kind: type[PtcError]) -> None:
    with answering(place, said) as client, pytest.raises(kind) as caught:
        await AsyncClient(client).ask("POST", "/v1/check", {})
    assert type(caught.value) is kind


async def test_events_come_up_to_the_last(place: Place) -> None:
    text = "id: 0\nevent: Output\ndata: {}\n\n: still here\n\nid: 1\nevent: Finished\ndata: 1\n\nid: 2\n"
    said = f"HTTP/1.1 200 OK\r\nptc-run: abc\r\n\r\n{text}".encode()
    with answering(place, said) as client:
        async with AsyncClient(client).stream("POST", "/v1/runs", {}) as came:
            events = [(each.kind, each.text) async for each in came.events()]

    assert came.head.run == "abc"
    assert events == [("Output", "{}"), ("Finished", "1")]


@pytest.mark.parametrize("text", ["", "id: 0\n", "id: 0\nevent: Output\ndata: {}\n\n"])
async def test_events_that_break_off_are_said_to(place: Place, text: str) -> None:
    with answering(place, f"HTTP/1.1 200 OK\r\n\r\n{text}".encode()) as client:
        async with AsyncClient(client).stream("POST", "/v1/runs", {}) as came:
            with pytest.raises(DaemonLostError, match="was lost") as caught:
                [each async for each in came.events()]
    assert "runs list" in str(caught.value.hint)


async def test_one_that_is_silent_is_waited_for_without_holding_anything_up(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(place.address(f"x{HTTP}"))
        silent.listen()
        asking = asyncio.create_task(AsyncClient(Client(place, "x", door="repl")).ask("GET", "/", seconds=0.2))
        await asyncio.sleep(0.05)
        assert not asking.done()

        with pytest.raises(DaemonLostError, match="it is silent"):
            await asking
