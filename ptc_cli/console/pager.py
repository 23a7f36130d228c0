"""What does not fit the screen, in the pager that the user has."""

from __future__ import annotations

import asyncio
import io
import os
import shlex
import shutil
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TextIO

from ptc_cli.console.terminal import is_terminal, write

_PROMPT_LINES = 2
"""Of the screen, for the line that sums up and the next prompt."""


class _Collected(io.StringIO):
    """What is written for a terminal, kept until all of it is there."""

    def isatty(self) -> bool:
        """Return True: it ends at one."""
        return True


@asynccontextmanager
async def paged(stream: TextIO) -> AsyncIterator[TextIO]:
    """Give a stream to write to; what is longer than the screen of a terminal is shown in a pager."""
    if not is_terminal(stream):
        yield stream
        return
    collected = _Collected()
    try:
        yield collected
    finally:
        text = collected.getvalue()
        command = pager(os.environ) if text.count("\n") > _lines() else None
        if command is None or not await _shown(command, text):
            write(stream, text)


def pager(environ: Mapping[str, str]) -> list[str] | None:
    """Return the words that start the pager: `PAGER`, or else `less`; None where there is none."""
    try:
        words = shlex.split(environ.get("PAGER", "less"), posix=sys.platform != "win32")
    except ValueError:
        return None
    found = shutil.which(words[0], path=environ.get("PATH")) if words else None
    return None if found is None else [found, *words[1:]]


def _lines() -> int:
    return shutil.get_terminal_size().lines - _PROMPT_LINES


async def _shown(command: list[str], text: str) -> bool:
    """Show a text in a pager until it is left; say whether it could be started."""
    # F: leave at once what fits after all; R: colours; X: leave on the screen what was read.
    environ = {"LESS": "FRX", **os.environ}
    with _interrupts_left_to_it():
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, env=environ)
        except OSError:
            return False
        with suppress(BrokenPipeError, ConnectionResetError):  # left before all of it was read
            await process.communicate(text.encode(errors="backslashreplace"))
        await process.wait()
    return True


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """Do nothing on Ctrl-C, which in a pager ends a search or nothing."""
    # Not SIG_IGN, which the pager would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
