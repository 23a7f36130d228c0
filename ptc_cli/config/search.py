"""Which configuration files there are, strongest first."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.config.document import Document, parsed, read, read_bytes
from ptc_cli.config.file import PYPROJECT, own_table
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.settings import Folders

USER_FILE = "config.toml"

_OWN = ("ptc.toml", PYPROJECT)
CLIENT_FILES = (".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that takes part."""

    document: Document
    is_project: bool = False
    only_denies: bool = False
    """Whether its denies hold and nothing else of it does."""


def home(environ: Mapping[str, str]) -> str:
    """Return the user's home folder.

    Raises:
        ConfigError: Nothing says where it is, as for a user without a name in a container.
    """
    try:
        return environ.get("HOME") or str(Path.home())
    except RuntimeError as error:
        raise ConfigError("your home folder is not known", hint="Set HOME.") from error


def find(
    *, explicit: str | None, cwd: Path, environ: Mapping[str, str], folders: Folders
) -> Iterator[Found | ConfigError]:
    """Give the files that take part, strongest first, and an error in the place of one that cannot be read.

    A file that is named, by `explicit` or by `PTC_CONFIG`, is used alone: what it does must not depend on where it is
    used. Only the denies of the user's own file still hold.
    """
    named = explicit or environ.get("PTC_CONFIG")
    if named:
        yield _try_named(named, cwd, "--config" if explicit else "PTC_CONFIG")
    else:
        yield from _of_project(cwd, Path(home(environ)))
    user = Path(folders.config) / USER_FILE
    if user.exists() or user.is_symlink():
        yield _try(user, only_denies=bool(named))


def looked_at(*, explicit: str | None, cwd: Path, environ: Mapping[str, str], folders: Folders) -> Iterator[Path]:
    """Give every file and folder on which it depends what `find` gives, whether or not it is there."""
    named = explicit or environ.get("PTC_CONFIG")
    if named:
        yield cwd / Path(named).expanduser()
    else:
        for folder in (cwd, *cwd.parents):
            yield folder
            yield from (folder / name for name in (*_OWN, *CLIENT_FILES))
    yield Path(folders.config) / USER_FILE


def _try_named(named: str, cwd: Path, source: str) -> Found | ConfigError:
    try:
        return Found(document=read(cwd / Path(named).expanduser()))
    except ConfigError as error:
        return ConfigError(error.message, hint=f"The file was named by {source}.")


def _try(path: Path, *, is_project: bool = False, only_denies: bool = False) -> Found | ConfigError:
    try:
        return Found(document=read(path), is_project=is_project, only_denies=only_denies)
    except ConfigError as error:
        return error


def _of_project(cwd: Path, home_folder: Path) -> Iterator[Found | ConfigError]:
    ours = next((path for folder in upward(cwd, home_folder) for path in _own_in(folder)), None)
    if ours is not None:
        yield _try(ours, is_project=True)
    for name in CLIENT_FILES:
        path = next((folder / name for folder in upward(cwd, home_folder) if _exists(folder / name)), None)
        if path is not None:
            yield _try(path, is_project=True)


def upward(cwd: Path, home_folder: Path) -> Iterator[Path]:
    """Give the folders that may be a project's: this one, and those above it, up to the user's home.

    What lies in the home folder itself is the user's set-up of other programs, such as `.cursor/mcp.json`, and no
    project's; it counts only to someone who stands there. A folder such as `/tmp`, where anyone may put a file, is
    nobody's project either: a stranger's broken file would stop everyone who works below it.
    """
    start = cwd.absolute()
    yield start
    for folder in start.parents:
        if folder == home_folder or _is_everybodys(folder):
            return
        yield folder


def _is_everybodys(folder: Path) -> bool:
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH and mode & stat.S_ISVTX)


def _own_in(folder: Path) -> Iterator[Path]:
    for name in _OWN:
        if _exists(folder / name) and (name != PYPROJECT or _mentions_us(folder / name)):
            yield folder / name


def _mentions_us(path: Path) -> bool:
    """Say whether a `pyproject.toml` configures ptc. One that is broken is its owner's concern unless it might."""
    try:
        content = read_bytes(path)
    except ConfigError:
        return False
    if b"ptc" not in content:
        return False
    try:
        return own_table(parsed(path, content)) is not None
    except ConfigError:
        return b"tool.ptc" in content


def _exists(path: Path) -> bool:
    return os.path.lexists(path)
