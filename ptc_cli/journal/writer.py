"""The one thread of a process that writes the journal."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable

Write = Callable[[sqlite3.Connection], None]

_BATCH = 500


class Writer:
    """Writes in order, in batches, behind the back of the event loop.

    When the disk is full or the file breaks, recording ends and `failure` says why; who writes on is not disturbed.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.failure: str | None = None
        self._database = database
        self._waiting: queue.SimpleQueue[Write | threading.Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ptc-journal", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """Have something written soon."""
        if self.failure is None:
            self._waiting.put(write)

    def flush(self, timeout_seconds: float = 10) -> None:
        """Wait until everything put so far is written."""
        done = threading.Event()
        self._waiting.put(done)
        done.wait(timeout_seconds)

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        self._thread.join(10)
        self._database.close()

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch = self._batch()
            is_open = batch[-1] is not None
            self._write([item for item in batch if callable(item)])
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()

    def _batch(self) -> list[Write | threading.Event | None]:
        batch = [self._waiting.get()]
        while len(batch) < _BATCH and batch[-1] is not None and not self._waiting.empty():
            batch.append(self._waiting.get())
        return batch

    def _write(self, writes: list[Write]) -> None:
        """Write a batch in one transaction."""
        if self.failure is not None or not writes:
            return
        try:
            self._database.execute("begin immediate")
            for write in writes:
                write(self._database)
            self._database.execute("commit")
        except sqlite3.Error as error:
            self.failure = str(error)
