"""Where entries come from: a terminal with all its comforts, or lines of a pipe."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Protocol

from ptc_cli.repl.entry import is_whole

_CHUNK_BYTES = 1 << 16


class Reader(Protocol):
    """Give what is typed, entry by entry."""

    async def read(self, proposed: str = "") -> str | None:
        """Return the next entry, or None at the end; a text that is proposed is the entry, or can be edited first."""
        ...


class PlainReader:
    """Read entries from a descriptor, with no prompt and no escape code."""

    def __init__(self, descriptor: int, *, is_whole: Callable[[str], bool] = is_whole) -> None:
        self._descriptor = descriptor
        self._is_whole = is_whole
        self._rest = b""
        self._is_over = False

    async def read(self, proposed: str = "") -> str | None:
        """Return the next entry that is whole; at the end of the input, what is left."""
        if proposed:
            return proposed
        entry = ""
        while (line := await self._line()) is not None:
            entry += line
            if not entry.strip():
                entry = ""
            elif self._is_whole(entry.removesuffix("\n")):
                return entry
        return entry or None

    async def _line(self) -> str | None:
        while b"\n" not in self._rest and not self._is_over:
            chunk = await _chunk(self._descriptor)
            self._is_over = not chunk
            self._rest += chunk
        line, newline, self._rest = self._rest.partition(b"\n")
        return (line + newline).decode(errors="replace") or None


async def _chunk(descriptor: int) -> bytes:
    """Return the next bytes of a descriptor, empty at its end.

    In a thread of its own that nobody waits for at the end of the process: pool threads would be waited for, and
    regular files cannot be watched by an event loop.
    """
    loop = asyncio.get_running_loop()
    read: asyncio.Future[bytes] = loop.create_future()

    def settle(chunk: bytes) -> None:
        if not read.done():
            read.set_result(chunk)

    def wait() -> None:
        try:
            chunk = os.read(descriptor, _CHUNK_BYTES)
        except OSError:
            chunk = b""
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, chunk)

    threading.Thread(target=wait, daemon=True).start()
    return await read
