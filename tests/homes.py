"""Empty homes for tests, which share one thing: the checker's cache of the standard library, the same for everybody.

Without it every home costs mypy's cold start twice: for the first check, and for the cache.
"""

from __future__ import annotations

import getpass
import tempfile
from pathlib import Path

_SHARED = Path(tempfile.gettempdir()) / f"ptc-tests-of-{getpass.getuser()}"


def home(folder: Path) -> str:
    """Return a folder for `PTC_HOME`, made at a place."""
    if folder.is_file():
        # A home that cannot be written to, as some test wants it.
        return str(folder)
    shared = _SHARED / "checker"
    shared.mkdir(parents=True, exist_ok=True, mode=0o700)
    cache = folder / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / "checker").exists():
        (cache / "checker").symlink_to(shared)
    return str(folder)
