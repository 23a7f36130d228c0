"""Asking a daemon over its socket, and waiting for what it says."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ptc_cli import __version__
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.peer import is_ours, process_of
from ptc_cli.daemon.place import HTTP, MCP, Place
from ptc_cli.daemon.wire import EVENTS, JSON, SILENCE_SECONDS, EventLines, Happened, Head, Method, Sender, lost, request

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Door
    from ptc_cli.core.jsonvalue import JsonObject

HANDSHAKE_SECONDS = 5.0
"""A daemon that does not say hello within this is as good as none."""

_CHUNK_BYTES = 1 << 16


class Client:
    """The way to one daemon, which has said hello."""

    def __init__(self, place: Place, name: str, *, door: Door) -> None:
        self.place = place
        self.name = name
        self.sender = Sender(door=door, client=os.urandom(8).hex())

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
        with self._asked(method, path, body, accept=JSON, seconds=seconds) as answer:
            return answer.json()

    @contextmanager
    def follow(self, path: str, body: JsonObject) -> Iterator[Answer]:
        """Start a run and give its events as they come; leaving early ends it.

        Raises:
            DaemonError: The request was refused before anything was done.
            DaemonLostError: The events break off.
            PtcError: What was asked for could not be done.
        """
        with self._asked("POST", path, body, accept=EVENTS, seconds=SILENCE_SECONDS) as answer:
            yield answer

    @contextmanager
    def _asked(
        self, method: Method, path: str, body: JsonObject | None, *, accept: str, seconds: float | None
    ) -> Iterator[Answer]:
        with connected(self.place, f"{self.name}{HTTP}") as connection:
            connection.settimeout(seconds)
            try:
                connection.sendall(request(method, path, body, accept=accept, sender=self.sender))
            except OSError as error:
                raise DaemonError(f"the daemon does not take requests: {error}") from error
            answer = Answer(connection)
            if answer.head.status >= 400:
                raise answer.head.refusal(answer.content())
            yield answer


class Answer:
    """One answer, read as it comes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""
        self._is_over = False
        lines = [self._line()]
        while line := self._line().rstrip(b"\r"):
            lines.append(line)
        self.head = Head.of(lines)

    @property
    def run(self) -> str:
        """The id of the run whose events these are."""
        return self.head.run

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
        lines = EventLines()
        while True:
            event = lines.take(self._line())
            if event is not None:
                yield event
                if event.kind == "Finished":
                    return

    def json(self) -> JsonObject:
        """Return the whole of it, which is an object, or nothing where there is no content."""
        return self.head.json(self.content())

    def content(self) -> bytes:
        """Return everything that follows the head."""
        parts = [self._unread]
        while part := self._more():
            parts.append(part)
        return b"".join(parts)

    def _line(self) -> bytes:
        """Return the next line without its end."""
        while b"\n" not in self._unread:
            if self._is_over:
                raise lost("the connection ended")
            self.fetch()
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _more(self) -> bytes:
        try:
            return self._connection.recv(_CHUNK_BYTES)
        except OSError as error:
            raise lost(str(error)) from error


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
