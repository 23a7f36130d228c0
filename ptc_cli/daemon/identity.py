"""Which daemon a command may use: one that would do exactly what the command's own process does."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli import __version__
from ptc_cli.core.inherited import inherited

if TYPE_CHECKING:
    from ptc_cli.core.settings import Folders, Settings

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

OF_ONE_COMMAND = frozenset({"PTC_DAEMON", "PTC_TOKEN", "_", "OLDPWD", "SHLVL", "COLUMNS", "LINES"})
"""Variables that are about one command or terminal."""


def identity(
    settings: Settings,
    folders: Folders,
    *,
    texts: Iterable[str],
    environ: Mapping[str, str],
    needs_all: bool,
    cwd: Path,
    salt: bytes,
) -> str:
    """Return the name of the daemon that fits.

    Args:
        settings: Everything that is configured.
        folders: Where the user's files are.
        texts: What configured references refer to at the moment.
        environ: The environment.
        needs_all: Whether all of it counts, since commands that the configuration names may look at any of it.
        cwd: The current folder: servers without one of their own start there.
        salt: Secret, since everybody may read the names of sockets in `/proc/net/unix`, and values count in them.
    """
    variables = dict(environ) if needs_all else _that_count(environ)
    counted = {name: value for name, value in variables.items() if name not in OF_ONE_COMMAND}
    # `repr` of frozen dataclasses is exact, and twenty times faster than JSON.
    parts = (
        *(__version__, __file__, sys.version, sys.executable, str(cwd)),
        *(repr(settings), repr(folders), repr(tuple(texts)), repr(sorted(counted.items()))),
    )
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), key=salt, digest_size=16).hexdigest()


def _that_count(environ: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in environ.items() if name.startswith("PTC_") or name.upper() in _PROXIES}
    return {**inherited(environ), **ours}
