"""Listings and stubs on disk, so that what only reads neither starts a server nor imports `mcp`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ptc_cli import __version__
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.files import replace_file
from ptc_cli.core.held import HeldBack
from ptc_cli.core.jsonvalue import JsonObject, digest
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.core.stub import Stub

KEPT_SECONDS = 24 * 3600.0
"""After this a server is asked again."""


FileStamp: TypeAlias = tuple[int, int]
"""Inode and time of change."""

_NOTHING_LEARNED: Mapping[str, LearnedResult] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a server offered, all of it, and the stub that was made of what was not held back."""

    listing: ServerListing
    stub: Stub | None
    """None where more was learned since it was made."""

    held: tuple[HeldBack, ...]
    """What was held back when it was made."""


class ListingCache:
    """One file per server, named by what it is and by what the configuration says of its tools.

    A file that is missing, broken, or of another version of ptc is as good as none; a folder that cannot be written
    means that servers are asked again next time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(
        self, config: ServerConfig, module: str, *, now: float, learned: Mapping[str, LearnedResult] = _NOTHING_LEARNED
    ) -> Kept | None:
        """Return what a server offered when it was last asked, unless that is too long ago."""
        try:
            kept = json.loads(self._path(config, module).read_bytes())
            listing, stub = from_json(ServerListing, kept["listing"]), from_json(Stub, kept["stub"])
            held = tuple(from_json(HeldBack, each) for each in kept["held"])
            is_current = kept["learned"] == _stamp(learned)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        is_fresh = 0 <= now - listing.listed_at < KEPT_SECONDS
        if not is_fresh or listing.server != config.name:
            return None
        return Kept(listing=listing, stub=stub if is_current else None, held=held)

    def keep(
        self,
        config: ServerConfig,
        module: str,
        listing: ServerListing,
        stub: Stub,
        *,
        held: Sequence[HeldBack] = (),
        learned: Mapping[str, LearnedResult] = _NOTHING_LEARNED,
    ) -> bool:
        """Keep what a server offered, and its stub with what was learned; say whether that could be done."""
        kept = {
            "listing": to_json(listing),
            "stub": to_json(stub),
            "held": [to_json(each) for each in held],
            "learned": _stamp(learned),
        }
        text = json.dumps(kept, separators=(",", ":"))
        path = self._path(config, module)
        try:
            replace_file(path, text, is_durable=False)
        except OSError:
            return False
        return True

    def stamp(self, config: ServerConfig, module: str) -> FileStamp | None:
        """Return what changes when any process keeps something new; None where nothing is kept."""
        return file_stamp(self._path(config, module))

    def forget(self, config: ServerConfig, module: str) -> None:
        """Have a server asked again."""
        try:
            self._path(config, module).unlink(missing_ok=True)
        except OSError:
            return

    def _path(self, config: ServerConfig, module: str) -> Path:
        return self._folder / "listings" / f"{_key(config, module)}.json"


def _key(config: ServerConfig, module: str) -> str:
    overrides: JsonObject = {name: to_json(tool) for name, tool in config.tools.items()}
    return digest([__version__, config.name, module, config.identity, overrides])[:40]


def _stamp(learned: Mapping[str, LearnedResult]) -> str:
    return digest({name: to_json(result) for name, result in learned.items()})


def file_stamp(path: Path) -> FileStamp | None:
    """Return what changes whenever a file is replaced; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
