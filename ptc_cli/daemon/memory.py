"""Which daemon fitted last time, so that nobody reads the configuration again while nothing has changed.

Reading it costs more than most answers of a daemon. What is remembered holds for one folder, one set of options and one
environment, for as long as every file that was looked at, or looked for, is what it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from ptc_cli import __version__
from ptc_cli.daemon.identity import OF_ONE_COMMAND
from ptc_cli.daemon.place import Place

_ENDING = ".fits"
_MOST_KEPT = 64
_SETTLED_SECONDS = 2.0
"""A file that changed this recently could change again without its times telling."""

_MOST_BYTES = 1 << 20

Stamp = tuple[int, int, int, int, int] | None


class Memory:
    """What is remembered for one folder, one set of options and one environment."""

    def __init__(self, place: Place, *, environ: Mapping[str, str], options: Sequence[str], cwd: str) -> None:
        self._place = place
        counted = sorted((name, value) for name, value in environ.items() if name not in OF_ONE_COMMAND)
        text = repr((__version__, __file__, sys.version, sys.executable, cwd, tuple(options), counted))
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=place.salt(), digest_size=16).hexdigest()
        self._file = f"{key}{_ENDING}"
        self.seen: Mapping[str, Stamp] = {}
        """What the daemon that was recalled was found by."""

    def recalled(self) -> str | None:
        """Return the name of the daemon that fits, if that is known."""
        try:
            kept = json.loads(self._place.read(self._file, _MOST_BYTES))
            self.seen = {path: stamp and tuple(stamp) for path, stamp in kept["files"]}
            return str(kept["name"]) if stamps(self.seen) == self.seen else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, name: str, seen: Mapping[str, Stamp]) -> None:
        """Remember the daemon that fits, unless a file that was looked at has changed since, or may yet in silence."""
        newest = max((stamp[3] for stamp in seen.values() if stamp is not None), default=0)
        is_settled = newest < (time.time() - _SETTLED_SECONDS) * 1e9
        if is_settled and all(_stamp(path) == stamp for path, stamp in seen.items()):
            self._place.make_room(_ENDING, _MOST_KEPT)
            self._place.write(self._file, json.dumps({"name": name, "files": list(seen.items())}).encode())


def stamps(paths: Iterable[str]) -> dict[str, Stamp]:
    """Return what tells of each file, there or not, whether it is what it was."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116  # by far the cheapest, and done dozens of times
    except OSError:
        return None
    # Of a folder only who owns it and may write to it counts, not what comes and goes in it.
    if os.path.isdir(path):  # noqa: PTH112
        return status.st_dev, status.st_ino, status.st_mode, 0, 0
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size
