"""mypy's cache on disk: written whole, verified whole, else built again.

One folder per key, named by it, made in a folder of another name and renamed when it is complete: a reader never sees
half of one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

_MANIFEST = "manifest.json"
_MOST_KEPT = 8
_BUILD_SECONDS = 120


def find(folder: Path, key: str) -> Path | None:
    """Return a complete and undamaged cache, or None. A damaged one is removed."""
    place = folder / key
    if not place.is_dir():
        return None
    if not _is_intact(place):
        shutil.rmtree(place, ignore_errors=True)
        return None
    _touch(place)
    return place


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
            signal.alarm(_BUILD_SECONDS)
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
    try:
        os.close(_locked(folder))
    except OSError:
        return


def _build(folder: Path, key: str, write: Callable[[Path], None]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two faces start at once: the second waits for the first, and finds that all is done.
    _locked(folder)
    if find(folder, key) is None:
        _write(folder, key, write)


def _locked(folder: Path) -> int:
    """Return a descriptor that holds the folder's lock for as long as it is open."""
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _write(folder: Path, key: str, write: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder))
    try:
        write(draft)
        manifest = json.dumps(_digests(draft))
        (draft / _MANIFEST).write_text(manifest)
        draft.rename(folder / key)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _prune(folder)


def _is_intact(place: Path) -> bool:
    try:
        expected = json.loads((place / _MANIFEST).read_bytes())
        return bool(expected == _digests(place))
    except (OSError, ValueError, RecursionError):
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
        shutil.rmtree(place, ignore_errors=True)
