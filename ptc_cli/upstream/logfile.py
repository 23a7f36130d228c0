"""A log file per server: what it wrote to its standard error, what it logged, when it started and ended."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ptc_cli.core.jsonvalue import text_digest

_FILE_BYTES = 1 << 20
"""A file past this is kept once as `.1`, so that a server's logs never take more than twice as much."""

_LINE_CHARACTERS = 4096

_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
"""Windows lets none but administrators make links."""


class ServerLog:
    """Append lines to a server's log, and remember the last of them.

    A disk that is full or read-only costs the log, never the connection.
    """

    def __init__(self, folder: Path, server: str) -> None:
        self.path = folder / f"{_safe(server)}.log"
        self.redacted: Callable[[str], str] = str
        """How secrets are taken out of a line; set once the server's are known."""

        self.stray = ""
        """The first line that the server, as it was started last, wrote to its standard output and is no message."""

        self._last: deque[str] = deque(maxlen=20)

    @property
    def last_words(self) -> str:
        """The last line that the server wrote to its standard error since it was started, or nothing."""
        return next((line for line in reversed(self._last) if line.strip()), "")[-300:]

    def started(self, what: str) -> None:
        """Mark that the server is started anew."""
        self.stray = ""
        self._last.clear()
        self.note(what)

    def note(self, text: str) -> None:
        """Append a remark of ours."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self._append(f"--- {stamp} {_one_line(self.redacted(text))}\n")

    def stderr(self, line: str) -> None:
        """Append a line that the server wrote to its standard error."""
        clean = _one_line(self.redacted(line))
        self._last.append(clean)
        self._append(f"{clean}\n")

    def _append(self, line: str) -> None:
        try:
            self._rotate()
            descriptor = os.open(self.path, _APPENDING, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write(line)
        except OSError:
            return

    def _rotate(self) -> None:
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return
        if size > _FILE_BYTES:
            self.path.replace(self.path.with_suffix(".log.1"))


def _one_line(text: str) -> str:
    """Return a text on one line, cut, without the control characters that would drive a terminal."""
    cut = text if len(text) <= _LINE_CHARACTERS else f"{text[:_LINE_CHARACTERS]}[...]"
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in cut)


def _safe(server: str) -> str:
    """Return a file name for a server; another server never has the same."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in server)[:60]
    return plain if plain == server else f"{plain}-{text_digest(server)[:8]}"
