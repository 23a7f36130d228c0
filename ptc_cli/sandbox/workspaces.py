"""Named workspaces: folders of this user's that outlive programs, whatever hostile programs made in them."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.suggest import did_you_mean

MOST_ENTRIES = 4096
MOST_DEPTH = 64

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FOLDER = os.O_RDONLY
if sys.platform != "win32":  # where no program runs, and so no workspace is
    _FOLDER |= os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What lies in a folder."""

    bytes: int
    """As the disk counts them."""

    entries: int
    changed_at: float
    """When an entry was last added, changed or removed, in seconds since the epoch."""

    is_complete: bool = True
    """Whether there was no more than was counted: counting ends at `MOST_ENTRIES`, and `MOST_DEPTH` folders deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One named workspace."""

    name: str
    usage: Usage


class Workspaces:
    """The workspaces below one folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist yet."""
        self._folder = folder

    def all(self) -> tuple[Workspace, ...]:
        """Return every workspace, by name."""
        names = sorted(path.name for path in _within(self._folder) if _NAME.fullmatch(path.name))
        return tuple(Workspace(name=name, usage=measure(self._folder / name)) for name in names)

    def opened(self, name: str) -> Path:
        """Return the folder of a workspace, made if need be.

        Raises:
            SandboxError: The name is not one, or the folder cannot be made.
        """
        path = self._folder / _checked(name)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=0o700)
            os.close(os.open(path, _FOLDER))
        except OSError as error:
            raise SandboxError(f"workspace '{name}': {error}", hint=f"Look at {path}.") from error
        return path.resolve()

    def remove(self, name: str) -> None:
        """Delete a workspace and all that is in it.

        Raises:
            SandboxError: There is none of the name, or it cannot be deleted.
        """
        path = self._folder / _checked(name)
        if path not in _within(self._folder):
            known = [each.name for each in _within(self._folder)]
            raise SandboxError(f"there is no workspace '{name}'", hint=did_you_mean(name, known))
        try:
            _empty(path)
            path.rmdir()
        except OSError as error:
            raise SandboxError(
                f"workspace '{name}' cannot be deleted: {error}",
                hint="A program may still be writing to it; try again when it has ended.",
            ) from error


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SandboxError(
            f"'{name}' cannot name a workspace",
            hint="Use 1 to 64 letters, digits and the characters - _ . with a letter or digit first.",
        )
    return name


def _within(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except FileNotFoundError:
        return ()


def measure(folder: Path) -> Usage:
    """Return what lies in a folder, without following a link, and without end only as far as there is an end."""
    try:
        descriptor = os.open(folder, _FOLDER)
    except OSError:
        return Usage(bytes=0, entries=0, changed_at=0.0)
    count = _Count()
    try:
        count.add(descriptor, depth=0)
    finally:
        os.close(descriptor)
    return Usage(
        bytes=count.bytes, entries=count.entries, changed_at=count.changed_at, is_complete=not count.is_cut_short
    )


class _Count:
    """What was counted so far."""

    def __init__(self) -> None:
        self.bytes = 0
        self.entries = 0
        self.changed_at = 0.0
        self.is_cut_short = False

    def add(self, folder: int, *, depth: int) -> None:
        self.changed_at = max(self.changed_at, os.fstat(folder).st_mtime)
        for entry in _entries(folder):
            if self.entries >= MOST_ENTRIES or depth >= MOST_DEPTH:
                self.is_cut_short = True
                return
            self._add_entry(folder, entry, depth)

    def _add_entry(self, folder: int, entry: os.DirEntry[str], depth: int) -> None:
        # The program may be deleting it at this moment, or have closed a folder to us.
        with suppress(OSError):
            found = entry.stat(follow_symlinks=False)
            self.entries += 1
            self.bytes += found.st_blocks * 512
            self.changed_at = max(self.changed_at, found.st_mtime)
            if entry.is_dir(follow_symlinks=False):
                _open_to_us(folder, entry.name)
                below = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    self.add(below, depth=depth + 1)
                finally:
                    os.close(below)


def _entries(folder: int) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _names(folder: int) -> list[str]:
    return [entry.name for entry in _entries(folder)]


def _open_to_us(folder: int, name: str) -> None:
    """Undo what a program did to a folder of its own to keep others, us among them, out of it."""
    descriptor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        mode = os.fstat(descriptor).st_mode & 0o777
        if mode & 0o700 != 0o700:
            # By way of the descriptor: by its name it could be a link by now.
            Path(f"/proc/self/fd/{descriptor}").chmod(mode | 0o700)
    finally:
        os.close(descriptor)


def _empty(folder: Path) -> None:
    """Delete what is in a folder, however deep: each folder is moved up before it is emptied itself."""
    top = os.open(folder, _FOLDER)
    try:
        while names := _names(top):
            for name in names:
                _remove(top, name)
    finally:
        os.close(top)


def _remove(top: int, name: str) -> None:
    """Remove one entry; what is in a folder is moved up, to be removed later."""
    try:
        os.unlink(name, dir_fd=top)
    except IsADirectoryError:
        pass
    else:
        return
    _open_to_us(top, name)
    below = os.open(name, _FOLDER, dir_fd=top)
    try:
        for each in _names(below):
            # A folder that is closed to its owner cannot be moved.
            with suppress(NotADirectoryError):
                _open_to_us(below, each)
            os.rename(each, secrets.token_hex(), src_dir_fd=below, dst_dir_fd=top)
    finally:
        os.close(below)
    os.rmdir(name, dir_fd=top)
