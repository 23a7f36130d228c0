"""What a client makes of whatever answers at a socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ptc_cli import __version__
from ptc_cli.core.errors import AuthorisationError, PtcError, ToolNotFoundError
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.place import HTTP, Place, opened

REQUESTS: list[bytes] = []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened({}, str(tmp_path)) as place:
        yield place


@contextmanager
def answering(place: Place, *answers: bytes) -> Iterator[Client]:
    """Give a client of a daemon that sends these bytes and hangs up, one for each connection."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place.address(f"x{HTTP}"))
        listener.listen()

        def serve() -> None:
            for each in answers:
                connection, _ = listener.accept()
                with connection:
                    REQUESTS.append(connection.recv(1 << 16))
                    connection.sendall(each)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Client(place, "x", door="cli")
        thread.join(10)
        assert not thread.is_alive()


def answer(status: int, body: object, *, head: str = "") -> bytes:
    content = json.dumps(body).encode()
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n{head}\r\n".encode() + content


def error(status: int, exit_code: int) -> bytes:
    return answer(status, {"error": {"message": "m", "hint": "h", "exit_code": exit_code}})


def test_nobody_at_the_socket_is_no_daemon(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(place.address(f"x{HTTP}"))

    for name in ("x", "y"):
        with pytest.raises(DaemonError, match="no daemon answers"):
            Client(place, name, door="cli").greet()


@pytest.mark.parametrize(
    "said",
    [
        answer(200, {"version": "0.0.0-other"}),
        answer(200, {}),
        answer(200, []),
        answer(200, {"version": __version__})[:-5],
        b"",
        b"rubbish\r\n\r\n",
        b"\xff\xfe",
        b"HTTP/1.1 999999999999999999999 X\r\n\r\n",
        error(500, 70),
        error(418, 2),
    ],
)
def test_what_does_not_greet_as_we_do_is_no_daemon(place: Place, said: bytes) -> None:
    with answering(place, said) as client, pytest.raises((DaemonError, PtcError)) as caught:
        client.greet()
    assert isinstance(caught.value, DaemonError) or caught.value.exit_code == 70


def test_one_of_our_version_is_greeted_by_our_door(place: Place) -> None:
    with answering(place, answer(200, {"version": __version__})) as client:
        client.greet()

    assert REQUESTS[-1].startswith(b"GET /healthz HTTP/1.0\r\n")
    assert b"Ptc-Door: cli\r\n" in REQUESTS[-1]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(404, 2, ToolNotFoundError), (503, 7, AuthorisationError), (500, 70, PtcError)],
)
def test_what_the_engine_could_not_do_is_its_error(place: Place, status: int, code: int, kind: type[PtcError]) -> None:
    with answering(place, error(status, code)) as client, pytest.raises(kind) as caught:
        client.ask("POST", "/v1/check", {})

    assert (caught.value.message, caught.value.hint, caught.value.exit_code) == ("m", "h", code)
    assert not isinstance(caught.value, DaemonError)


@pytest.mark.parametrize("status", [400, 401, 403, 413, 415, 422, 429, 502])
def test_a_request_that_is_refused_was_not_begun(place: Place, status: int) -> None:
    with answering(place, error(status, 2)) as client, pytest.raises(DaemonError, match=str(status)):
        client.ask("POST", "/v1/check", {})


def test_one_that_is_stopping_has_not_begun_either(place: Place) -> None:
    with answering(place, answer(503, {"error": "This server is stopping."})) as client, pytest.raises(DaemonError):
        client.ask("POST", "/v1/runs", {})


def test_events_come_whole_however_they_are_cut(place: Place) -> None:
    text = "id: 0\nevent: Output\ndata: {}\n\n: still here\n\nid: 1\nevent: Finished\ndata: 1\n\nid: 2\n"
    head = "HTTP/1.1 200 OK\r\nptc-run: abc\r\n\r\n"
    with answering(place, (head + text).encode()) as client, client.follow("/v1/runs", {}) as came:
        events = list(came.events())

    assert came.run == "abc"
    assert [(each.kind, each.text) for each in events] == [("Output", "{}"), ("Finished", "1")]


@pytest.mark.parametrize("text", ["", "id: 0\n", "id: 0\nevent: Output\ndata: {}\n\n"])
def test_events_that_break_off_are_said_to(place: Place, text: str) -> None:
    said = f"HTTP/1.1 200 OK\r\n\r\n{text}".encode()
    with (
        answering(place, said) as client,
        pytest.raises(DaemonLostError, match="was lost") as caught,
        client.follow("/v1/runs", {}) as came,
    ):
        list(came.events())
    assert "runs list" in str(caught.value.hint)


def test_an_answer_that_never_comes_leaves_open_what_happened(place: Place) -> None:
    with answering(place, b"") as client, pytest.raises(DaemonLostError), client.follow("/v1/runs", {}):
        pass
