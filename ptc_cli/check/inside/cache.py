"""mypy's cache on disk: written whole, verified whole, else built again.

One folder per key, named by it, made in a folder of another name and renamed when it is complete, and the other way
round when it goes; not while it is being read. So a reader sees a whole one, or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ptc_cli.check.inside.bounds import end_after

IS_POSSIBLE = hasattr(os, "fork")
"""Whether a cache is written at all: by a process forked from the one that has its content, under a folder's lock."""

_DRAFT = "draft-"
"""The names of caches that are not complete, or no longer, begin with this."""

_MANIFEST = "manifest.json"
_MOST_KEPT = 8
_BUILD_SECONDS = 120


@contextmanager
def reading(folder: Path, key: str) -> Iterator[Path | None]:
    """Give a complete and undamaged cache, which is not removed meanwhile, or None. A damaged one is removed."""
    place = folder / key
    lock = _locked(place, "shared")
    try:
        is_whole = is_intact(place)
        if is_whole:
            _touch(place)
        yield place if is_whole else None
    finally:
        if lock is not None:
            os.close(lock)
    if is_whole is False:
        remove(place)


def remove(place: Path) -> None:
    """Remove a cache, unless somebody is reading it."""
    lock = _locked(place, "try")
    if lock is None:
        return
    tomb = place.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
    try:
        place.rename(tomb)
    except OSError:
        return
    finally:
        os.close(lock)
    shutil.rmtree(tomb, ignore_errors=True)


class Building:
    """A cache that a process of its own writes, while this one goes on without.

    A process of its own also because what building allocates stays with the process: 120 MB against 65.
    """

    def __init__(self, folder: Path, key: str, write: Callable[[Path], None]) -> None:
        """Begin."""
        self._child: int | None = _forked(lambda: _build(folder, key, write))
        self._is_done = False

    def is_done(self) -> bool:
        """Say whether the cache is there for the next process."""
        if self._child is not None:
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if ended:
                self._child, self._is_done = None, status == 0
        return self._is_done


def _forked(job: Callable[[], None]) -> int:
    """Do a job in a child process, and return its id at once."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _detach()
            end_after(_BUILD_SECONDS)
            job()
            status = 0
        finally:
            os._exit(status)
    return child


def _detach() -> None:
    """Let go of the pipes, whose other end waits until nobody holds them, and give way to those who are waited for."""
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(silence, descriptor)
    os.closerange(3, 256)
    os.nice(5)


def await_writer(folder: Path) -> None:
    """Wait until no process writes a cache into a folder, or there is no such folder."""
    lock = _locked(folder, "alone")
    if lock is not None:
        os.close(lock)


def _build(folder: Path, key: str, write: Callable[[Path], None]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two faces start at once: the second waits for the first, and finds that all is done.
    _locked(folder, "alone")
    with reading(folder, key) as place:
        is_there = place is not None
    if not is_there:
        _write(folder, key, write)


def _locked(folder: Path, how: Literal["shared", "alone", "try"]) -> int | None:
    """Return a descriptor that holds a folder's lock for as long as it is open, or None if it is not to be had."""
    if not IS_POSSIBLE:
        return None
    import fcntl

    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, {"shared": fcntl.LOCK_SH, "alone": fcntl.LOCK_EX, "try": fcntl.LOCK_EX | fcntl.LOCK_NB}[how])
    except OSError:
        os.close(lock)
        return None
    return lock


def _write(folder: Path, key: str, write: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder))
    try:
        write(draft)
        manifest = json.dumps(_digests(draft))
        (draft / _MANIFEST).write_text(manifest)
        draft.rename(folder / key)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _prune(folder)


def is_intact(place: Path) -> bool | None:
    """Say whether a cache is as it was written; None where that cannot be told, as when it is not there."""
    try:
        expected = json.loads((place / _MANIFEST).read_bytes())
        return bool(expected == _digests(place))
    except FileNotFoundError:
        return False if place.is_dir() else None
    except OSError:
        # With too few descriptors, or no permission, it is no other reader's loss.
        return None
    except (ValueError, RecursionError):
        return False


def _digests(place: Path) -> dict[str, str]:
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.name != _MANIFEST)
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _touch(place: Path) -> None:
    try:
        os.utime(place)
    except OSError:
        return


def _prune(folder: Path) -> None:
    """Remove all but the most recently used caches, and drafts that nobody finishes."""
    try:
        places = sorted(folder.iterdir(), key=lambda place: place.stat().st_mtime, reverse=True)
    except OSError:
        return
    for place in places[_MOST_KEPT:]:
        remove(place)
