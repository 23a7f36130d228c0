"""Asking a daemon: HTTP over its socket.

`http.client` would do, but for `email`, which it imports: that takes longer than most answers. Requests are HTTP/1.0,
so that an answer is its head, and then everything up to the end of the connection.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

from ptc_cli import __version__
from ptc_cli.core.errors import AuthorisationError, PtcError, ToolNotFoundError, UpstreamError
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.peer import is_ours, process_of
from ptc_cli.daemon.place import HTTP, MCP, Place

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Door
    from ptc_cli.core.jsonvalue import JsonObject

HANDSHAKE_SECONDS = 5.0
"""A daemon that does not say hello within this is as good as none."""

_SILENCE_SECONDS = 60.0
"""Four times as long as a daemon is ever silent while it sends events."""

_CHUNK_BYTES = 1 << 16
_EVENTS = "text/event-stream"
_SAID_BY_THE_ENGINE = (404, 500, 503)
"""Statuses of what could not be done. Others refuse the request itself: it was never looked at by the engine."""

_ERRORS: Mapping[int, type[PtcError]] = {
    each.exit_code: each for each in (ToolNotFoundError, UpstreamError, AuthorisationError)
}

Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event as it came."""

    kind: str
    """The class name of what happened."""

    text: str
    """The whole event as JSON."""


class Client:
    """The way to one daemon, which has said hello."""

    def __init__(self, place: Place, name: str, *, door: Door) -> None:
        self.place = place
        self.name = name
        self._door = door
        self._id = os.urandom(8).hex()

    @property
    def pid(self) -> int:
        """The daemon's process."""
        with connected(self.place, f"{self.name}{HTTP}") as connection:
            return process_of(connection)[0]

    def greet(self) -> None:
        """Make sure that somebody answers who speaks as we do.

        Raises:
            DaemonError: Nobody does.
        """
        try:
            said = self.ask("GET", "/healthz", seconds=HANDSHAKE_SECONDS)
        except (OSError, DaemonLostError) as error:
            raise DaemonError(f"the daemon does not answer: {error}") from error
        if said.get("version") != __version__:
            raise DaemonError("the daemon is of another version", hint="End it with: ptc daemon stop")

    def ask(
        self, method: Method, path: str, body: JsonObject | None = None, *, seconds: float | None = None
    ) -> JsonObject:
        """Return what is answered.

        Raises:
            DaemonError: The request was refused before anything was done.
            DaemonLostError: There is no whole answer.
            PtcError: What was asked for could not be done.
        """
        with self._asked(method, path, body, accept="application/json", seconds=seconds) as answer:
            return answer.json()

    @contextmanager
    def follow(self, path: str, body: JsonObject) -> Iterator[Answer]:
        """Start a run and give its events as they come; leaving early ends it.

        Raises:
            DaemonError: The request was refused before anything was done.
            DaemonLostError: The events break off.
            PtcError: What was asked for could not be done.
        """
        with self._asked("POST", path, body, accept=_EVENTS, seconds=_SILENCE_SECONDS) as answer:
            yield answer

    @contextmanager
    def _asked(
        self, method: Method, path: str, body: JsonObject | None, *, accept: str, seconds: float | None
    ) -> Iterator[Answer]:
        content = b"" if body is None else json.dumps(body).encode()
        head = {
            "Host": "localhost",
            "Accept": accept,
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Ptc-Door": self._door,
            "Ptc-Client": self._id,
        }
        lines = [f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with connected(self.place, f"{self.name}{HTTP}") as connection:
            connection.settimeout(seconds)
            try:
                connection.sendall("\r\n".join(lines).encode() + content)
            except OSError as error:
                raise DaemonError(f"the daemon does not take requests: {error}") from error
            answer = Answer(connection)
            if answer.status >= 400:
                answer.refuse()
            yield answer


class Answer:
    """One answer, read as it comes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""
        self._is_over = False
        first = self._line().split(b" ", 2)
        self.status = int(first[1]) if len(first) > 1 and first[1].isdigit() else 0
        self._head: dict[str, str] = {}
        while line := self._line().rstrip(b"\r"):
            name, _, value = line.decode("latin-1").partition(":")
            self._head[name.strip().lower()] = value.strip()

    @property
    def run(self) -> str:
        """The id of the run whose events these are."""
        return self._head.get("ptc-run", "")

    def fileno(self) -> int:
        """Return the descriptor that can be read when more comes."""
        return self._connection.fileno()

    @property
    def has_event(self) -> bool:
        """Whether an event can be read without waiting, or none will come any more."""
        return self._is_over or b"data: " in self._unread.rpartition(b"\n")[0]

    def fetch(self) -> None:
        """Wait for more, and take it."""
        part = self._more()
        self._is_over = not part
        self._unread += part

    def events(self) -> Iterator[Happened]:
        """Give the events, as they come."""
        kind = ""
        while True:
            line = self._line()
            name, _, value = line.decode("utf-8", "replace").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield Happened(kind=kind, text=value)
                if kind == "Finished":
                    return

    def json(self) -> JsonObject:
        """Return the whole of it, which is an object, or nothing where there is no content."""
        parts = [self._unread]
        while part := self._more():
            parts.append(part)
        content = b"".join(parts)
        if len(content) != int(self._head.get("content-length", len(content))):
            raise _lost("its answer breaks off")
        try:
            value = json.loads(content or b"{}")
        except ValueError as error:
            raise _lost("its answer is not JSON") from error
        if not isinstance(value, dict):
            raise _lost("its answer is not an object")
        return value

    def refuse(self) -> NoReturn:
        """Raise what an answer says that is an error."""
        said = self.json().get("error")
        if self.status not in _SAID_BY_THE_ENGINE or not isinstance(said, dict):
            raise DaemonError(f"the daemon refuses the request (status {self.status}): {said}")
        raise _ERRORS.get(said["exit_code"], PtcError)(said["message"], hint=said["hint"])

    def _line(self) -> bytes:
        """Return the next line without its end."""
        while b"\n" not in self._unread:
            if self._is_over:
                raise _lost("the connection ended")
            self.fetch()
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _more(self) -> bytes:
        try:
            return self._connection.recv(_CHUNK_BYTES)
        except OSError as error:
            raise _lost(str(error)) from error


@contextmanager
def connected(place: Place, socket_name: str) -> Iterator[socket.socket]:
    """Connect to a socket of a daemon.

    Raises:
        DaemonError: Nobody listens, or somebody else does.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(HANDSHAKE_SECONDS)
        try:
            connection.connect(place.address(socket_name))
        except OSError as error:
            raise DaemonError(f"no daemon answers: {error.strerror or error}") from error
        if not is_ours(connection):
            raise DaemonError("the daemon belongs to another user")
        yield connection


@contextmanager
def conversation(client: Client) -> Iterator[socket.socket]:
    """Connect to where a daemon speaks MCP as over stdio."""
    with connected(client.place, f"{client.name}{MCP}") as connection:
        connection.settimeout(None)
        yield connection


def _lost(reason: str) -> DaemonLostError:
    return DaemonLostError(
        f"the daemon was lost: {reason}",
        hint="What had begun may have happened: `ptc runs list` shows it. `ptc daemon logs` may say more.",
    )
