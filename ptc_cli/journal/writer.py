"""The one thread of a process that writes the journal."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable

Write = Callable[[sqlite3.Connection], None]

_CLOSE: Write = lambda _: None  # noqa: E731
_BATCH = 500


class Writer:
    """Writes in order, in batches, behind the back of the event loop.

    When the disk is full or the file breaks, recording ends and `failure` says why; who writes on is not disturbed.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.failure: str | None = None
        self._database = database
        self._waiting: queue.SimpleQueue[Write] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ptc-journal", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """Have something written soon."""
        if self.failure is None:
            self._waiting.put(write)

    def flush(self, timeout_seconds: float = 10) -> None:
        """Wait until everything put so far is written."""
        done = threading.Event()
        self._waiting.put(lambda _: done.set())
        self._waiting.put(lambda _: None)
        done.wait(timeout_seconds)

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(_CLOSE)
        self._thread.join(10)
        self._database.close()

    def _work(self) -> None:
        while self._write(self._batch()):
            pass

    def _batch(self) -> list[Write]:
        batch = [self._waiting.get()]
        while len(batch) < _BATCH and batch[-1] is not _CLOSE and not self._waiting.empty():
            batch.append(self._waiting.get())
        return batch

    def _write(self, batch: list[Write]) -> bool:
        """Write a batch in one transaction; say whether more may come."""
        try:
            if self.failure is None:
                self._database.execute("begin immediate")
            for write in batch:
                write(self._database)
            if self.failure is None:
                self._database.execute("commit")
        except sqlite3.Error as error:
            self.failure = str(error)
        return batch[-1] is not _CLOSE
