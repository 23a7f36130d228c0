"""What a program prints, as it prints it."""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Callable
from typing import Literal

from ptc_cli.core.event import Output

_READ_BYTES = 1 << 16


class KeptBytes:
    """How much output may still be kept, over both streams."""

    def __init__(self, limit: int, exhausted: Callable[[], None]) -> None:
        self._left = limit
        self._exhausted = exhausted

    def take(self, data: bytes) -> bytes:
        """Return what of some output is kept."""
        kept = data[: self._left]
        self._left -= len(kept)
        if len(kept) < len(data):
            self._exhausted()
        return kept


class OutputPipe:
    """One stream of a program: passed on within the event loop, decoded, until its end."""

    def __init__(
        self,
        descriptor: int,
        stream: Literal["stdout", "stderr"],
        *,
        kept: KeptBytes,
        emit: Callable[[Output], None],
    ) -> None:
        self._descriptor = descriptor
        self._stream = stream
        self._kept = kept
        self._emit = emit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._loop = asyncio.get_running_loop()
        self.ended = self._loop.create_future()
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._read)

    def close(self) -> None:
        """Stop reading."""
        if not self.ended.done():
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self.ended.set_result(None)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        self._pass(self._decoder.decode(self._kept.take(data), final=not data))
        if not data:
            self.close()

    def _pass(self, text: str) -> None:
        if text:
            self._emit(Output(stream=self._stream, text=text))
