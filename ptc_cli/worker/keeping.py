"""What is kept of a program's files: sent to the host, piece by piece, when the program has ended."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase

from ptc_cli.worker.channel import Channel
from ptc_cli.worker.job import Job

_PIECE_BYTES = 512 << 10
_MOST_FILES = 1000
_PATH_CHARACTERS = 1024
_PATH_PARTS = 64


class Keeper:
    """Sends the files that are to be kept from a workspace."""

    def __init__(self, channel: Channel) -> None:
        """Note where the workspace is: programs may leave it."""
        self._channel = channel
        self._folder = os.getcwd()  # noqa: PTH109  # this process has no use for pathlib

    def keep(self, job: Job) -> None:
        """Send the files that match a job's globs, as far as they fit; say of each other why it is left out."""
        # Without a workspace a process is at the root.
        if not job.keep or self._folder == "/":
            return
        try:
            _return_to(self._folder)
        except OSError:
            _leave(".", "unreadable", self._channel)
            return
        sending = _Sending(job, self._channel)
        for path in _files():
            sending.consider(path)


class _Sending:
    """One run's files on their way."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._globs = job.keep
        self._channel = channel
        self._bytes_left = job.artifact_bytes
        self._files_left = _MOST_FILES

    def consider(self, path: str) -> None:
        """Send a file if it is wanted and fits."""
        if not self._is_wanted(path):
            return
        reason = self._reason_against(path)
        if reason is None:
            try:
                reason = self._send_content(path)
            except (OSError, MemoryError):
                reason = "unreadable"
        if reason is not None:
            _leave(path, reason, self._channel)

    def _is_wanted(self, path: str) -> bool:
        is_hidden = "/." in f"/{path}"
        return any(fnmatchcase(path, glob) and (not is_hidden or "/." in f"/{glob}") for glob in self._globs)

    def _reason_against(self, path: str) -> str | None:
        if not path.isprintable() or len(path) > _PATH_CHARACTERS or path.count("/") >= _PATH_PARTS:
            return "name"
        self._files_left -= 1
        return None if self._files_left >= 0 else "count"

    def _send_content(self, path: str) -> str | None:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            if os.fstat(descriptor).st_size > self._bytes_left:
                return "artifact_bytes"
            return self._send_pieces(path, descriptor)
        finally:
            os.close(descriptor)

    def _send_pieces(self, path: str, descriptor: int) -> str | None:
        left, is_last = self._bytes_left, False
        while not is_last:
            piece = os.read(descriptor, _PIECE_BYTES)
            left -= len(piece)
            # A thread that outlives the program may still be writing to it.
            if left < 0:
                return "artifact_bytes"
            is_last = not piece
            content = base64.b64encode(piece).decode()
            self._channel.send({"kind": "keep", "path": path, "content": content, "is_last": is_last})
        self._bytes_left = left
        return None


def _leave(path: str, reason: str, channel: Channel) -> None:
    name = path.encode("utf-8", "backslashreplace").decode()[:_PATH_CHARACTERS]
    channel.send({"kind": "left", "path": name, "reason": reason})


def _return_to(folder: str) -> None:
    # Where parents of it are closed to the program, it can still be there, but not come back.
    if os.getcwd() != folder:  # noqa: PTH109
        os.chdir(folder)


def _files() -> Iterator[str]:
    """Yield the regular files below the current folder, in order; no symbolic link is followed."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        entries = _entries(folder)
        waiting += [f"{folder}{each.name}/" for each in reversed(entries) if each.is_dir(follow_symlinks=False)]
        for each in entries:
            if each.is_file(follow_symlinks=False):
                yield f"{folder}{each.name}"


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder or ".") as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
