"""Asking a daemon from an event loop, which goes on meanwhile: whoever types at a prompt is not to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ptc_cli.daemon.client import HANDSHAKE_SECONDS, Client
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.peer import is_ours
from ptc_cli.daemon.place import HTTP
from ptc_cli.daemon.wire import EVENTS, JSON, SILENCE_SECONDS, EventLines, Happened, Head, Method, lost, request

if TYPE_CHECKING:
    from ptc_cli.core.jsonvalue import JsonObject

_LINE_BYTES = 1 << 28
"""An event is one line, and holds all that a program returned or a server said."""


class AsyncClient:
    """The way to the daemon that a client has found, as the same client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(
        self, method: Method, path: str, body: JsonObject | None = None, *, seconds: float | None = None
    ) -> JsonObject:
        """Return what is answered.

        Raises:
            DaemonError: The request was refused before anything was done.
            DaemonLostError: There is no whole answer.
            PtcError: What was asked for could not be done.
        """
        async with self._asked(method, path, body, accept=JSON, seconds=seconds) as answer:
            return answer.head.json(await answer.content())

    @asynccontextmanager
    async def stream(self, method: Method, path: str, body: JsonObject | None = None) -> AsyncIterator[AsyncAnswer]:
        """Give an answer that goes on: events as they come, or nothing but that somebody is there; leaving ends it.

        Raises:
            DaemonError: The request was refused before anything was done.
            DaemonLostError: The answer breaks off.
            PtcError: What was asked for could not be done.
        """
        async with self._asked(method, path, body, accept=EVENTS, seconds=SILENCE_SECONDS) as answer:
            yield answer

    @asynccontextmanager
    async def _asked(
        self, method: Method, path: str, body: JsonObject | None, *, accept: str, seconds: float | None
    ) -> AsyncIterator[AsyncAnswer]:
        reader, writer = await self._connected()
        try:
            writer.write(request(method, path, body, accept=accept, sender=self._client.sender))
            answer = await AsyncAnswer.of(reader, seconds)
            if answer.head.status >= 400:
                raise answer.head.refusal(await answer.content())
            yield answer
        finally:
            writer.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = self._client.place.address(f"{self._client.name}{HTTP}")
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                reader, writer = await asyncio.open_unix_connection(address, limit=_LINE_BYTES)
        except OSError as error:
            raise DaemonError(f"no daemon answers: {error.strerror or error}") from error
        if not is_ours(writer.get_extra_info("socket")):
            writer.transport.abort()
            raise DaemonError("the daemon belongs to another user")
        return reader, writer


class AsyncAnswer:
    """One answer, read as it comes; a daemon that is silent for longer than some seconds is lost."""

    def __init__(self, head: Head, reader: asyncio.StreamReader, seconds: float | None) -> None:
        self.head = head
        self._reader = reader
        self._seconds = seconds

    @classmethod
    async def of(cls, reader: asyncio.StreamReader, seconds: float | None) -> AsyncAnswer:
        """Read the head of an answer, and return the answer."""
        lines = [await _line(reader, seconds)]
        while line := await _line(reader, seconds):
            lines.append(line)
        return cls(Head.of(lines), reader, seconds)

    async def content(self) -> bytes:
        """Return everything that follows the head."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._reader.read()
        except OSError as error:
            raise lost(str(error) or "it is silent") from error

    async def events(self) -> AsyncIterator[Happened]:
        """Give the events, as they come, up to the end of a run."""
        lines = EventLines()
        while True:
            event = lines.take(await _line(self._reader, self._seconds))
            if event is not None:
                yield event
                if event.kind == "Finished":
                    return


async def _line(reader: asyncio.StreamReader, seconds: float | None) -> bytes:
    """Return the next line without its end."""
    try:
        async with asyncio.timeout(seconds):
            line = await reader.readline()
    except (OSError, ValueError) as error:  # a line that is too long is a ValueError
        raise lost(str(error) or "it is silent") from error
    if not line.endswith(b"\n"):
        raise lost("the connection ended")
    return line.rstrip(b"\r\n")
