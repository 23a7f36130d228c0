"""mypy's cache on disk: written whole, verified whole, else built again.

One folder per key, named by it, made in a folder of another name and renamed when it is complete: two processes that
build the same one do not meet, and a reader never sees half of one.
"""

from __future__ import annotations

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


def build(folder: Path, key: str, write: Callable[[Path], None]) -> Path | None:
    """Return a new cache, written in a process of its own, or None when there is no way to write one.

    A process of its own, because what building allocates stays with the process: 120 MB against 65.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder))
    except OSError:
        return None
    try:
        return _publish(draft, folder / key) if _forked(lambda: _write(draft, write)) else None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _prune(folder)


def _write(draft: Path, write: Callable[[Path], None]) -> None:
    write(draft)
    manifest = json.dumps(_digests(draft))
    (draft / _MANIFEST).write_text(manifest)


def _forked(job: Callable[[], None]) -> bool:
    """Do a job in a child process, and say whether it ended well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(_BUILD_SECONDS)
            job()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _publish(draft: Path, place: Path) -> Path | None:
    try:
        draft.rename(place)
    except OSError:
        # Another process was faster; its cache is as good.
        return place if _is_intact(place) else None
    return place


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
