"""The server over this process's standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

import anyio
from mcp.server.stdio import stdio_server

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Engine
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.asking import DOOR
from ptc_cli.serve.mcp.server import Gateway
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.texts import Mode
from ptc_cli.serve.stop import stop_on_signals

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

LINE_BYTES = 64 << 20
"""A longer line is not a message, and ends the connection."""


async def serve_stdio(
    engine: Engine, mode: Mode, *, servers: tuple[str, ...] = ("*",), names: Names = "prefixed"
) -> None:
    """Serve one client until it closes our standard input or the process is asked to end."""
    gateway = Gateway(engine, mode, caller=Caller(door=DOOR, servers=servers), names=names)
    with _wire() as (received, sent), anyio.CancelScope() as scope, stop_on_signals(scope.cancel):
        lines = cast("anyio.AsyncFile[str]", _Lines(received))
        async with gateway.watching(), stdio_server(lines, anyio.wrap_file(sent)) as (reader, writer):
            await gateway.run(reader, writer, gateway.create_initialization_options())


async def serve_connection(gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one client over a connection as over stdio, until it closes its side."""
    received, sent = cast("anyio.AsyncFile[str]", _Received(reader)), cast("anyio.AsyncFile[str]", _Sent(writer))
    async with stdio_server(received, sent) as (messages, answers):
        await gateway.run(messages, answers, gateway.create_initialization_options())


@contextmanager
def _wire() -> Iterator[tuple[BinaryIO, TextIOWrapper]]:
    """Keep standard input and output to the protocol: whatever else reads or writes them meets nothing and stderr."""
    sys.stdout.flush()
    received, sent = os.dup(0), os.dup(1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    # Not closed: a thread may still be blocked on them, and their numbers must not be given to other files.
    wire = os.fdopen(received, "rb", closefd=False), os.fdopen(sent, "wb", closefd=False)
    try:
        yield wire[0], TextIOWrapper(wire[1], encoding="utf-8")
    finally:
        sys.stdout.flush()
        os.dup2(received, 0)
        os.dup2(sent, 1)


def readable(line: bytes) -> str:
    """Return a message as text that the protocol's library reads.

    It drops a message with half of a surrogate pair, which clients write of text that was cut, and never answers it.
    """
    text = line.decode("utf-8", "replace")
    if _SURROGATE.search(text) is None:
        return text
    try:
        return sendable(json.dumps(json.loads(text), ensure_ascii=False))
    except (ValueError, RecursionError):
        return text


class _Lines:
    """Lines read on a thread that need not end.

    Nothing can interrupt a read: a process that is told to stop while its client is silent would wait for any other.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)

    def __aiter__(self) -> AsyncIterator[str]:
        threading.Thread(target=self._read, name="stdin", daemon=True).start()
        return self._each()

    async def _each(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) and len(line) < LINE_BYTES:
            yield readable(line)

    def _read(self) -> None:
        line = b"-"
        while line:
            line = self._stream.readline(LINE_BYTES)
            try:
                asyncio.run_coroutine_threadsafe(self._lines.put(line), self._loop).result()
            except RuntimeError:  # the loop is gone, and with it the server
                return


class _Received:
    """The lines that a client sends over a connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await self._reader.readline():
            yield readable(line)


class _Sent:
    """The lines that a client is sent over a connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def write(self, text: str) -> None:
        self._writer.write(text.encode())

    async def flush(self) -> None:
        await self._writer.drain()
