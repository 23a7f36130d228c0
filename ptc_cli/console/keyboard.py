"""Lines that a person types at a terminal, on every platform."""

from __future__ import annotations

import os
from typing import TextIO

_LINE_BYTES = 4096


def drop_typed_ahead(stream: TextIO) -> None:
    """Forget what was typed before: nobody answers a question that they have not seen."""
    try:
        import termios
    except ImportError:  # Windows, whose consoles hand out whole lines only
        return
    termios.tcflush(stream.fileno(), termios.TCIFLUSH)


async def read_line(stream: TextIO) -> str | None:
    """Return a terminal's next line, or None at its end."""
    import asyncio  # what asks the daemon waits without it, and has no 30 ms for it

    loop, descriptor, ready = asyncio.get_running_loop(), stream.fileno(), asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except NotImplementedError:  # the loops of Windows watch sockets only
        return await _line_from_thread(descriptor)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
    return _line(descriptor)


async def _line_from_thread(descriptor: int) -> str | None:
    """Wait in a thread that the end of the process does not wait for: it cannot be cancelled."""
    import asyncio
    import threading

    loop = asyncio.get_running_loop()
    found: asyncio.Future[str | None] = loop.create_future()

    def settle(line: str | None) -> None:
        if not found.done():
            found.set_result(line)

    def wait() -> None:
        line = _line(descriptor)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, line)

    threading.Thread(target=wait, daemon=True).start()
    return await found


def _line(descriptor: int) -> str | None:
    return os.read(descriptor, _LINE_BYTES).decode(errors="replace") or None
