"""Ctrl-C as something that can be answered, on every platform."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def on_interrupt(callback: Callable[[], object]) -> Iterator[None]:
    """Have Ctrl-C call a function in the running loop; a second one does what it always does."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)

    def restore() -> None:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)

    def once() -> None:
        restore()
        callback()

    try:
        loop.add_signal_handler(signal.SIGINT, once)
    except NotImplementedError:
        # The loops of Windows watch no signals, and wake up for them all the same.
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(once))
    try:
        yield
    finally:
        restore()
