"""Messages over a process's standard streams.

Not the SDK's transport: that one hands the child our file descriptor for its log, says nothing of how it ended, leaves
its children behind, and takes quadratic time over a long line.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import PARSE_ERROR, ErrorData, JSONRPCError, jsonrpc_message_adapter

from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.process import ServerProcess

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]

MAX_MESSAGE_BYTES = 256 << 20
_CHUNK_BYTES = 1 << 20
_MAX_RUBBISH_LINES = 10_000
_LAST_ANSWERS_SECONDS = 0.5

_ANSWERED = re.compile(rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\b')
"""The id at the beginning of an answer that does not parse."""


class StdioStreams:
    """A process's standard streams as streams of messages."""

    def __init__(self, process: ServerProcess, log: ServerLog) -> None:
        self.rubbish = ""
        """The first line on its standard output that is no message."""

        self._rubbish_lines = 0
        self._process = process
        self._log = log

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Incoming, Outgoing]]:
        """Give the streams; the incoming one ends when the process does."""
        arrived, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](64)
        outgoing, waiting = anyio.create_memory_object_stream[SessionMessage](0)
        reader = asyncio.create_task(self._read(arrived))
        tasks = [asyncio.create_task(self._write(waiting)), asyncio.create_task(self._end(reader, arrived))]
        try:
            yield incoming, outgoing
        finally:
            incoming.close()
            outgoing.close()
            for task in (reader, *tasks):
                task.cancel()
            await asyncio.gather(reader, *tasks, return_exceptions=True)

    async def _end(
        self, reader: asyncio.Task[None], arrived: MemoryObjectSendStream[SessionMessage | Exception]
    ) -> None:
        """Close the stream of arrivals when the process is gone, whoever still holds its standard output open."""
        exited = asyncio.create_task(self._process.exited.wait())
        try:
            await asyncio.wait({exited, reader}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({reader}, timeout=_LAST_ANSWERS_SECONDS)
        finally:
            exited.cancel()
            arrived.close()

    async def _read(self, arrived: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        async for line in self._lines():
            message = self._message(line)
            if message is None:
                continue
            try:
                await arrived.send(message)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    async def _lines(self) -> AsyncIterator[bytes]:
        parts: list[bytes] = []
        size = 0
        while chunk := await self._process.stdout.read(_CHUNK_BYTES):
            *complete, rest = chunk.split(b"\n")
            for line in complete:
                yield b"".join([*parts, line])
                parts, size = [], 0
            parts.append(rest)
            size += len(rest)
            if size > MAX_MESSAGE_BYTES or self._rubbish_lines > _MAX_RUBBISH_LINES:
                self._log.note(f"ended: more than {MAX_MESSAGE_BYTES >> 20} MiB in one line, or nothing but rubbish")
                return

    def _message(self, line: bytes) -> SessionMessage | None:
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as error:
            return self._unreadable(line, error)

    def _unreadable(self, line: bytes, error: ValueError) -> SessionMessage | None:
        """Return an error in the place of an answer that does not parse, so that nobody waits for it."""
        if not line.strip():
            return None
        self._rubbish_lines += 1
        text = line[:2000].decode(errors="replace")
        self.rubbish = self.rubbish or text
        self._log.stray = self._log.redacted(self.rubbish)
        self._log.note(f"not a message on standard output: {text}")
        answered = _ANSWERED.match(line)
        if answered is None:
            return None
        why = ErrorData(code=PARSE_ERROR, message=f"the server's answer is not valid JSON-RPC: {str(error)[:200]}")
        return SessionMessage(JSONRPCError(jsonrpc="2.0", id=int(answered[1]), error=why))

    async def _write(self, waiting: MemoryObjectReceiveStream[SessionMessage]) -> None:
        stdin = self._process.stdin
        try:
            async with waiting:
                async for item in waiting:
                    text = item.message.model_dump_json(by_alias=True, exclude_unset=True)
                    stdin.write(text.encode() + b"\n")
                    await stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            self._log.note(f"its standard input is closed: {error}")
