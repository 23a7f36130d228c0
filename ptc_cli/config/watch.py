"""The configuration of one engine: as its files say it now, and whether they say something else than before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.config.file import PYPROJECT
from ptc_cli.config.load import load
from ptc_cli.config.search import CLIENT_FILES, USER_FILE, home, upward
from ptc_cli.core.settings import Folders, Settings

_PROJECT_FILES = ("ptc.toml", PYPROJECT, *CLIENT_FILES)
_TRUST_FILE = "trust.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A file as it was at one moment; another content has another mark."""

    path: str
    modified_nanoseconds: int
    changed_nanoseconds: int
    bytes: int
    inode: int


class Files:
    """The files that take part, wherever they are looked for; those that do not exist yet are looked for too."""

    def __init__(self, *, explicit: str | None, cwd: Path, environ: Mapping[str, str], folders: Folders) -> None:
        self._explicit = explicit
        self._cwd = cwd
        self._environ = environ
        self._folders = folders
        self._seen = self._marks()

    def load(self) -> Settings:
        """Read the files and merge them.

        Raises:
            ConfigError: A file cannot be read or says what makes no sense.
        """
        return load(explicit=self._explicit, cwd=self._cwd, environ=self._environ, folders=self._folders)

    def changed(self) -> Settings | None:
        """Return what the files say if one was touched since they were last looked at, else None.

        Raises:
            ConfigError: What they say now cannot be used; it is said once, until the next change.
        """
        marks = self._marks()
        if marks == self._seen:
            return None
        self._seen = marks
        return self.load()

    def _marks(self) -> frozenset[_Mark]:
        return frozenset(mark for path in self._candidates() if (mark := _mark(path)) is not None)

    def _candidates(self) -> Iterator[Path]:
        yield Path(self._folders.config) / USER_FILE
        # Trusting a file changes what it says.
        yield Path(self._folders.state) / _TRUST_FILE
        named = self._explicit or self._environ.get("PTC_CONFIG")
        if named:
            yield self._cwd / Path(named).expanduser()
            return
        for folder in upward(self._cwd, Path(home(self._environ))):
            yield from (folder / name for name in _PROJECT_FILES)


def _mark(path: Path) -> _Mark | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return _Mark(
        path=str(path),
        modified_nanoseconds=status.st_mtime_ns,
        changed_nanoseconds=status.st_ctime_ns,
        bytes=status.st_size,
        inode=status.st_ino,
    )
