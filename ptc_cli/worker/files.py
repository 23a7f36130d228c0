"""What of the host's files one program is given: its named workspace, and what it may only read.

The worker takes hold of them before it forks, by their paths on the host; the program gets descriptors of them, puts
them where it will see them, and never sees the rest.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ptc_cli.worker import kernel
from ptc_cli.worker.namespaces import MOUNTS, WORKSPACE

_INODES = 4096
_SHELF = "size=64k,nr_inodes=64,mode=755"
# Above the numbers that a program's own descriptors take while they are put in order.
_LOWEST = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a program is to be given."""

    disk_bytes: int
    workspace: str | None
    """A folder on the host; None for an empty one in memory."""

    mounts: tuple[tuple[str, str], ...]
    """Paths on the host, each with its name under `/mnt`."""

    @classmethod
    def of(cls, order: dict[str, Any]) -> Wanted:
        """Return what the host asks for."""
        return cls(
            disk_bytes=order["disk_bytes"],
            workspace=order["workspace"],
            mounts=tuple((path, name) for path, name in order["mounts"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Descriptors of what a program is to be given."""

    disk_bytes: int
    workspace: int | None = None
    mounts: tuple[tuple[int, str], ...] = ()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them."""
        own = () if self.workspace is None else (self.workspace,)
        return (*own, *(tree for tree, _ in self.mounts))


@contextmanager
def held(wanted: Wanted, *, host_mounts: int | None, own_mounts: int | None, user: int | None) -> Iterator[Held]:
    """Take hold of what a program is to be given, for as long as it takes to fork it.

    Args:
        wanted: The paths.
        host_mounts: The mount namespace in which the paths are; None where there are no namespaces.
        own_mounts: The one to come back to.
        user: Whom the program becomes; the workspace is given to it.

    Raises:
        OSError: One of the paths cannot be had.
    """
    opened: list[int] = []
    try:
        if host_mounts is None or own_mounts is None:
            yield _folders(wanted, user, opened)
        elif wanted.workspace is None and not wanted.mounts:
            yield Held(disk_bytes=wanted.disk_bytes)
        else:
            with _visiting(host_mounts, own_mounts):
                trees = _trees(wanted, user, opened)
            yield trees
    finally:
        for descriptor in opened:
            os.close(descriptor)


@contextmanager
def _visiting(host_mounts: int, own_mounts: int) -> Iterator[None]:
    try:
        kernel.join_namespace(host_mounts, kernel.NEW_MOUNTS)
        yield
    finally:
        try:
            kernel.join_namespace(own_mounts, kernel.NEW_MOUNTS)
        except OSError:
            # Whoever is left among the host's files must not fork a program there.
            os._exit(1)


def _folders(wanted: Wanted, user: int | None, opened: list[int]) -> Held:
    workspace = None if wanted.workspace is None else _workspace(wanted.workspace, user, opened)
    return Held(disk_bytes=wanted.disk_bytes, workspace=workspace)


def _trees(wanted: Wanted, user: int | None, opened: list[int]) -> Held:
    workspace, mounts = None, []
    quiet = kernel.NO_SETUID | kernel.NO_DEVICES | kernel.NO_EXEC
    if wanted.workspace is not None:
        workspace = _tree(_workspace(wanted.workspace, user, opened), quiet, opened)
    for path, name in wanted.mounts:
        mounts.append((_tree(_opened(path, opened), kernel.READ_ONLY | quiet, opened), name))
    return Held(disk_bytes=wanted.disk_bytes, workspace=workspace, mounts=tuple(mounts))


def _workspace(path: str, user: int | None, opened: list[int]) -> int:
    descriptor = _opened(path, opened)
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        raise NotADirectoryError(f"{path} is no folder")
    if user is not None and os.fstat(descriptor).st_uid != user:
        os.chown(path, user, user, follow_symlinks=False)
    return descriptor


def _opened(path: str, opened: list[int]) -> int:
    """Open a path that has no symbolic link in its last part; earlier ones the host has resolved."""
    low = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if stat.S_IFMT(os.fstat(low).st_mode) not in (stat.S_IFDIR, stat.S_IFREG):
            raise OSError(f"{path} is neither a file nor a folder")
        opened.append(fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _LOWEST))
    finally:
        os.close(low)
    return opened[-1]


def _tree(descriptor: int, attributes: int, opened: list[int]) -> int:
    low = kernel.copy_tree_at(descriptor)
    try:
        kernel.restrict_tree_at(low, attributes)
        opened.append(fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _LOWEST))
    finally:
        os.close(low)
    return opened[-1]


def arrange(held: Held, *, owner: int) -> None:
    """Put what a program is given where it will see it; for a process in a mount namespace of its own."""
    quiet = kernel.NO_SETUID | kernel.NO_DEVICES | kernel.NO_EXEC
    if held.workspace is not None:
        kernel.place_tree(held.workspace, WORKSPACE)
    else:
        options = f"size={held.disk_bytes},nr_inodes={_INODES},uid={owner},gid={owner},mode=700"
        kernel.mount("tmpfs", WORKSPACE, "tmpfs", quiet, options)
    if held.mounts:
        kernel.mount("tmpfs", MOUNTS, "tmpfs", quiet, _SHELF)
        for tree, name in held.mounts:
            _show(tree, f"{MOUNTS}/{name}")
        kernel.restrict_tree(MOUNTS, kernel.READ_ONLY)
    os.chdir(WORKSPACE)


def _show(tree: int, path: str) -> None:
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        os.mkdir(path)  # noqa: PTH102  # this process has no use for pathlib
    else:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    kernel.place_tree(tree, path)
