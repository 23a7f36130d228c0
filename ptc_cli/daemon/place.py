"""Where the sockets of daemons are: a folder that only this user can look into."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ptc_cli.daemon.errors import DaemonError

HTTP, MCP, ALIVE, STARTING = ".http", ".mcp", ".alive", ".starting"
"""Endings of a daemon's files: its two sockets, the lock that it holds, and the lock of whoever starts it."""

_SALT = "salt"
_SALT_BYTES = 32
_ELSEWHERE = "Set XDG_RUNTIME_DIR to a folder of yours with mode 0700, or do without: --no-daemon."


class Place:
    """The folder, opened: whatever is put in its stead later, we stay in the one that was looked at."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def address(self, name: str) -> str:
        """Return what to bind a socket to, or to connect to: its path may be longer than addresses can be."""
        return f"/proc/self/fd/{self._descriptor}/{name}"

    def names(self) -> tuple[str, ...]:
        """Return the names of the daemons that have a socket here, whether or not they live."""
        files = os.listdir(self._descriptor)  # noqa: PTH208  # of a descriptor
        return tuple(sorted(file[: -len(HTTP)] for file in files if file.endswith(HTTP)))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Hold a lock file, if nobody else does; say whether that is so. The kernel lets go of it when we end."""
        import fcntl  # there is no place without it, but what looks for one is imported everywhere

        descriptor = self._open(name, os.O_RDWR | os.O_CREAT)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def read(self, name: str, most_bytes: int) -> bytes:
        """Return the beginning of a file.

        Raises:
            OSError: There is none.
        """
        descriptor = self._open(name, os.O_RDONLY)
        try:
            return os.read(descriptor, most_bytes)
        finally:
            os.close(descriptor)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        draft = f"{name}.{os.getpid()}"
        descriptor = self._open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(draft, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def make_room(self, ending: str, most: int) -> None:
        """Remove all files of an ending where there are more than some."""
        files = os.listdir(self._descriptor)  # noqa: PTH208  # of a descriptor
        found = [file for file in files if file.endswith(ending)]
        for file in found if len(found) >= most else ():
            self.remove(file)

    def salt(self) -> bytes:
        """Return the secret that goes into the names of daemons.

        Raises:
            DaemonError: Somebody has spoilt it.
        """
        try:
            salt = self.read(_SALT, _SALT_BYTES)
        except FileNotFoundError:
            self._make_salt()
            salt = self.read(_SALT, _SALT_BYTES)
        if len(salt) != _SALT_BYTES:
            raise DaemonError(f"{self.path / _SALT}: is broken", hint="Remove it.")
        return salt

    def close(self) -> None:
        """Leave the folder."""
        os.close(self._descriptor)

    def _make_salt(self) -> None:
        """Make the secret whole or not at all; of several who do so at once, one wins."""
        draft = f"{_SALT}.{os.getpid()}"
        descriptor = self._open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, os.urandom(_SALT_BYTES))
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(draft, _SALT, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        self.remove(draft)

    def _open(self, name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self._descriptor)


@contextmanager
def opened(environ: Mapping[str, str], state: str) -> Iterator[Place]:
    """Open the folder, made if need be: the session's own where there is one, else one in our state.

    Raises:
        DaemonError: Somebody else could look into it, or the platform has no such sockets.
    """
    if sys.platform != "linux":
        raise DaemonError("the daemon needs Linux", hint="Everything else works without it.")
    try:
        place = _of_session(environ) or _of_state(Path(state))
    except OSError as error:
        where = error.filename or state
        raise DaemonError(f"{where}: the daemon's folder cannot be used: {error.strerror}", hint=_ELSEWHERE) from error
    try:
        yield place
    finally:
        place.close()


def _of_session(environ: Mapping[str, str]) -> Place | None:
    """Return the place in the folder that the login session gives each user; None where there is none to rely on."""
    session = Path(environ.get("XDG_RUNTIME_DIR") or ".")
    if not session.is_absolute():
        return None
    try:
        outer = _folder(session)
    except OSError:
        return None
    try:
        return _private(session / "ptc", outer) if _is_private(outer) else None
    finally:
        os.close(outer)


def _of_state(state: Path) -> Place:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    outer = os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return _private(state / "run", outer)
    finally:
        os.close(outer)


def _private(path: Path, outer: int) -> Place:
    with suppress(FileExistsError):
        os.mkdir(path.name, 0o700, dir_fd=outer)
    descriptor = _folder(path, name=path.name, within=outer)
    if not _is_private(descriptor):
        os.close(descriptor)
        hint = f"Look at what is in it, then make it yours alone (chmod 700), or remove it. {_ELSEWHERE}"
        raise DaemonError(f"{path}: is not yours alone, so no daemon is used", hint=hint)
    return Place(path, descriptor)


def _folder(path: Path, *, name: str | None = None, within: int | None = None) -> int:
    """Open a folder that is none by way of a link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path if name is None else name, flags, dir_fd=within)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _is_private(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077
