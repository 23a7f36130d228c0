"""Files of our own on disk: replaced whole, and changed by one process at a time."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_RETRY_SECONDS = 0.01


def replace_file(path: Path, text: str, *, mode: int | None = None, is_durable: bool = True) -> None:
    """Put a text in a file's place, so that nobody ever reads half of it.

    Args:
        path: The file; its folder is made, for this user alone.
        text: What it is to hold.
        mode: Its mode; that which the file had, or 0600 for a new one, by default.
        is_durable: Whether it must survive a power cut: what can be found out again need not, and is written faster.

    Raises:
        OSError: The folder cannot be written to, or the disk is full; the file is as it was.
    """
    if mode is None:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def locked(path: Path, *, patience_seconds: float | None = None) -> Iterator[None]:
    """Hold a lock that our other processes respect; its file is made, and stays.

    Raises:
        BlockingIOError: Another process holds it for longer than there is patience.
        OSError: The folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, patience_seconds)
        yield
    finally:
        os.close(descriptor)


def others_can_write(found: os.stat_result) -> bool:
    """Say whether somebody else than this user can have written what is in a file."""
    return os.name == "posix" and bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _lock(descriptor: int, patience_seconds: float | None) -> None:
    if sys.platform == "win32":
        return None
    import fcntl

    if patience_seconds is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return None
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_SECONDS)
