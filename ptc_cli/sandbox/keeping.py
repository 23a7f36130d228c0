"""The files that a run keeps, as the program's process sends them: judged, put together, passed on."""

from __future__ import annotations

from collections.abc import Callable

from ptc_cli.core.event import Kept, Warned
from ptc_cli.core.execution import Execution
from ptc_cli.sandbox.wire import LeftOut, Piece, ViolationError

MOST_FILES = 1000
_NAMED = 10


class Keeping:
    """Take the pieces of one run's files. Every limit holds here, whatever the process was made to send."""

    def __init__(self, execution: Execution, *, emit: Callable[[Kept | Warned], None]) -> None:
        self._is_wanted = bool(execution.keep)
        self._most_bytes = execution.limits.artifact_bytes
        self._emit = emit
        self._bytes = 0
        self._kept: set[str] = set()
        self._path = ""
        self._pieces: list[bytes] = []
        self._left_out: dict[str, _LeftOut] = {}

    def take(self, piece: Piece) -> None:
        """Take a piece, and pass the file on that it completes.

        Raises:
            ViolationError: No honest process sends it.
        """
        if not self._is_wanted or piece.path in self._kept or len(self._kept) >= MOST_FILES:
            raise ViolationError("a file that was not asked for")
        if not piece.content and not piece.is_last:
            raise ViolationError("a piece of a file that is empty")
        if self._pieces and piece.path != self._path:
            raise ViolationError("pieces of two files at once")
        self._bytes += len(piece.content)
        if self._bytes > self._most_bytes:
            raise ViolationError(f"files of more than {self._most_bytes:,} bytes")
        self._path = piece.path
        self._pieces.append(piece.content)
        if piece.is_last:
            self._kept.add(piece.path)
            self._emit(Kept(path=piece.path, content=b"".join(self._pieces)))
            self._pieces = []

    def leave(self, left: LeftOut) -> None:
        """Note a file that is not kept, with what came of it so far.

        Raises:
            ViolationError: No honest process sends it.
        """
        if not self._is_wanted:
            raise ViolationError("a file that was not asked for")
        self._bytes -= sum(map(len, self._pieces))
        self._pieces = []
        self._left_out.setdefault(left.reason, _LeftOut()).add(left.path)

    def close(self) -> None:
        """Say which files were not kept, and why."""
        for reason, files in self._left_out.items():
            self._emit(Warned(message=f"not kept: {files}: {self._explained(reason)}"))
        self._left_out = {}

    def _explained(self, reason: str) -> str:
        return {
            "artifact_bytes": f"over the limit artifact_bytes = {self._most_bytes:,} of all files together",
            "count": f"a run keeps at most {MOST_FILES:,} files",
            "name": "the path is too long or too deep, or has characters that cannot be shown",
            "unreadable": "the program's process could not read it",
        }[reason]


class _LeftOut:
    """Files left out for one reason: the first by name, the rest by number, since a process may tell of any number."""

    def __init__(self) -> None:
        self._named: list[str] = []
        self._more = 0

    def add(self, path: str) -> None:
        if len(self._named) < _NAMED:
            self._named.append(path)
        else:
            self._more += 1

    def __str__(self) -> str:
        shown = ", ".join(ascii(path)[1:-1] if not path.isprintable() else path for path in self._named)
        return f"{shown} and {self._more:,} more" if self._more else shown
