"""Looking at processes that may end while they are looked at."""

from __future__ import annotations

from contextlib import suppress

import psutil


def living(process: psutil.Process) -> list[psutil.Process]:
    """Return all processes below one that have not ended."""
    return [each for each, _ in _seen(process)]


def command_lines(process: psutil.Process) -> list[list[str]]:
    """Return the command line of every process below one that has not ended."""
    return [line for _, line in _seen(process)]


def _seen(process: psutil.Process) -> list[tuple[psutil.Process, list[str]]]:
    seen = []
    for each in process.children(recursive=True):
        # A zombie has no command line: psutil says so by an error of this kind.
        with suppress(psutil.NoSuchProcess):
            seen.append((each, each.cmdline()))
    return seen
