"""Files that are looked at again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

_LOOK_SECONDS = 0.2
"""An editor's save is seen in time for the eye; looking at a hundred files takes 1 ms."""


async def changes(files: Sequence[str]) -> AsyncIterator[list[str]]:
    """Give all files at once, then those that changed since, until nobody asks any more.

    Editors write a file anew under its name: one that is away for a moment is not a change until it is back.
    """
    seen = {file: _stamp(file) for file in files}
    yield list(files)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        now = {file: _stamp(file) for file in files}
        changed = [file for file in files if now[file] is not None and now[file] != seen[file]]
        seen |= {file: now[file] for file in changed}
        if changed:
            yield changed


def _stamp(file: str) -> tuple[int, int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
