"""The host's end of a program's socket: cuts what comes into frames, and holds back what is too much."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from ptc_cli.sandbox.wire import EXACT_BYTES, FRAME_BYTES, LENGTH_BYTES, VALUES, Frame, ViolationError, framed, parse

_SLACK_BYTES = 1 << 20
_READ_BYTES = 256 << 10


class Channel(asyncio.Protocol):
    """Frames from one program, one at a time and in order, for as long as the receiver wants more.

    After a violation nothing more is read, and the receiver is told once.
    """

    def __init__(self, *, receive: Callable[[Frame], None], violated: Callable[[str], None], value_bytes: int) -> None:
        self._receive = receive
        self._violated = violated
        self.allow(value_bytes)
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._is_held = False
        self._is_clogged = False
        self._is_broken = False
        self.closed = asyncio.get_running_loop().create_future()
        """Done when the other end is gone and everything it sent was received."""

    def allow(self, value_bytes: int) -> None:
        """Take frames that hold a value of so many bytes."""
        self._frame_bytes = max(FRAME_BYTES, value_bytes + _SLACK_BYTES)
        self._exact_bytes = max(EXACT_BYTES, value_bytes + _SLACK_BYTES)
        self._values = max(VALUES, value_bytes)

    def send(self, payload: bytes) -> None:
        """Send a frame, unless the program is gone."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(framed(payload))

    def hold(self) -> None:
        """Take no more frames for now; the program waits when the socket is full."""
        self._is_held = True
        self._regulate()

    def release(self) -> None:
        """Take frames again, first those that already came."""
        self._is_held = False
        self._cut()
        self._regulate()

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if not self._is_broken:
            self._buffer += data
            self._cut()

    def eof_received(self) -> bool:
        """Keep the connection until what came is taken."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that nothing more comes."""
        if isinstance(exc, BrokenPipeError | ConnectionResetError):
            self._take_the_rest()
        self._transport = None
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        """Serve a program that does not read its answers no further."""
        self._is_clogged = True
        self._regulate()

    def resume_writing(self) -> None:
        """Serve it again."""
        self._is_clogged = False
        self._regulate()

    def _take_the_rest(self) -> None:
        """Take what a program sent before it went: asyncio stops reading when an answer finds nobody there."""
        assert self._transport is not None
        descriptor = self._transport.get_extra_info("socket").fileno()
        with suppress(OSError):
            while more := os.read(descriptor, _READ_BYTES):
                self.data_received(more)

    def _regulate(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._is_held or self._is_clogged:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _cut(self) -> None:
        try:
            while not self._is_held and (payload := self._next()) is not None:
                self._receive(parse(payload, exact_bytes=self._exact_bytes, values=self._values))
        except ViolationError as violation:
            self._is_broken = True
            self._buffer.clear()
            self.hold()
            self._violated(str(violation))

    def _next(self) -> bytes | None:
        if len(self._buffer) < LENGTH_BYTES:
            return None
        length = int.from_bytes(self._buffer[:LENGTH_BYTES], "big")
        if length > self._frame_bytes:
            raise ViolationError(f"a frame of {length:,} bytes")
        end = LENGTH_BYTES + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[LENGTH_BYTES:end])
        del self._buffer[:end]
        return payload
