"""The log of a process that nobody looks at: bounded, and without secrets."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FILE_BYTES = 1 << 20
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(message)s"


def log_to(path: Path, *, redacted: Callable[[str], str]) -> None:
    """Send what is logged to a file of which one earlier part is kept; `redacted` takes the secrets out.

    Raises:
        OSError: It cannot be written.
    """
    # Made with its mode by us, and not by way of a link; the handler would open it as the umask says.
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    handler = RotatingFileHandler(
        path, maxBytes=_FILE_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(_Redacting(redacted))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("ptc_cli").setLevel(logging.INFO)


class _Redacting(logging.Formatter):
    """Formats a record whole, traceback and all, before it takes the secrets out."""

    def __init__(self, redacted: Callable[[str], str]) -> None:
        super().__init__(_FORMAT)
        self._redacted = redacted

    def format(self, record: logging.LogRecord) -> str:
        return self._redacted(super().format(record))
