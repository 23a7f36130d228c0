"""What a program prints, as it prints it."""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from ptc_cli.core.event import Output

_READ_BYTES = 1 << 16
"""As much as a pipe holds, so that one read takes all that was written before it."""

_GATHER_SECONDS = 0.005
"""After a read the next waits so long: who prints byte by byte must not cost a turn of the event loop for each."""


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
    """One stream of a program: passed on within the event loop, decoded, until its end or the program's."""

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
        self._gathering: asyncio.TimerHandle | None = None
        self.ended = self._loop.create_future()
        """Done when nothing more comes, or is taken."""

        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._read)

    def drain(self) -> None:
        """Take everything that is there now, up to the end if all writers are gone."""
        while not self.ended.done() and self._take():
            pass

    def cut(self) -> None:
        """Take what was written so far, and leave the pipe to the next program."""
        if not self.ended.done():
            self._take()
            self._pass(b"", final=True)
        self.stop()

    def stop(self) -> None:
        """Take nothing more."""
        if not self.ended.done():
            self._rest()
            self.ended.set_result(None)

    def _read(self) -> None:
        if self._take() and not self.ended.done():
            self._rest()
            self._gathering = self._loop.call_later(_GATHER_SECONDS, self._go_on)

    def _take(self) -> bool:
        """Take what is there; say whether there was anything."""
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        self._pass(data, final=not data)
        if not data:
            self.stop()
        return True

    def _pass(self, data: bytes, *, final: bool) -> None:
        text = self._decoder.decode(self._kept.take(data), final=final)
        if text:
            self._emit(Output(stream=self._stream, text=text))

    def _rest(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        else:
            self._loop.remove_reader(self._descriptor)

    def _go_on(self) -> None:
        self._gathering = None
        self._loop.add_reader(self._descriptor, self._read)


def discard(descriptor: int) -> None:
    """Drop what was written into a pipe while nobody read."""
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        os.read(descriptor, _READ_BYTES)
