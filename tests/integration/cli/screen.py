"""A command on a pseudo-terminal."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*(?:[@-~]|\Z)|\x1b\Z")

_WHERE = "\x1b[6n"
"""Asks a terminal where its cursor is."""


class Screen:
    """What a person at a terminal sees and types; every wait is bounded."""

    def __init__(self, command: Sequence[str], *, environ: Mapping[str, str], folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environ), cwd=folder, start_new_session=True
        )
        os.close(theirs)
        self.written = ""
        """All there was so far, as it was."""

        self._expected = 0

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)
        os.close(self._ours)

    @property
    def seen(self) -> str:
        """All there was so far, without what moves the cursor and colours."""
        return _ESCAPE.sub("", self.written)

    def expect(self, text: str, seconds: float = 30) -> None:
        """Read until a text comes after what was expected before."""
        end = time.monotonic() + seconds
        while (found := self.seen.find(text, self._expected)) < 0:
            part = self._read(end - time.monotonic())
            assert part, f"{text!r} did not come after {self.seen[self._expected :]!r}"
            self.written += part
        self._expected = found + len(text)

    def rest(self, seconds: float = 30) -> str:
        """Read until the process closes its terminal, and return all there was."""
        end = time.monotonic() + seconds
        while part := self._read(end - time.monotonic()):
            self.written += part
        return self.seen

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def interrupt(self) -> None:
        """Do what the terminal does on Ctrl-C when it is the controlling one."""
        self._process.send_signal(2)

    def wait_beside(self, descriptor: int, seconds: float = 30) -> bool:
        """Read until something else can be read, and say whether it can."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([descriptor, self._ours], [], [], max(0.0, end - time.monotonic()))
            if self._ours in ready:
                self.written += self._read(0)
            if descriptor in ready:
                return True
        return False

    def exit_code(self) -> int:
        return self._process.wait(30)

    def _read(self, seconds: float) -> str:
        waiting = select.poll()
        waiting.register(self._ours, select.POLLIN | select.POLLHUP)
        ready = waiting.poll(max(0.0, seconds) * 1000)
        if not ready:
            return ""
        try:
            part = os.read(self._ours, 65536).decode(errors="replace")
        except OSError:
            return ""  # Linux says EIO once the other side is closed
        for _ in range(part.count(_WHERE)):
            self.type("\x1b[1;1R")
        return part
