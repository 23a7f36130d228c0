"""What a server started and left behind, wherever it went: a session of its own, or a parent that is gone.

Every process inherits its environment, and a mark in it is all that those have in common which left their group.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "PTC_STARTED_BY"
"""The name of the mark."""

_POLL_SECONDS = 0.02
_PROC = Path("/proc")


def new_mark() -> str:
    """Return a mark that no other process has."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


def end_marked(mark: str, *, grace_seconds: float) -> int:
    """End every process with a mark: SIGTERM, then SIGKILL; return how many there were. Blocks.

    Only where `/proc` says what processes are called with; elsewhere the process group has to do.
    """
    found = _signalled(mark, signal.SIGTERM)
    end = time.monotonic() + grace_seconds
    while found and time.monotonic() < end:
        if not any(_marked(mark)):
            return found
        time.sleep(_POLL_SECONDS)
    if found:
        _signalled(mark, signal.SIGKILL)
    return found


def _signalled(mark: str, number: int) -> int:
    count = 0
    for pid in _marked(mark):
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue
        count += 1
    return count


def _marked(mark: str) -> Iterator[int]:
    wanted = f"{VARIABLE}={mark}".encode()
    if not _PROC.is_dir():
        return
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and wanted in _environment(entry):
            yield int(entry.name)


def _environment(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        # It is gone, or somebody else's.
        return []
