"""The program's standard output and error."""

from __future__ import annotations

import contextlib
import io
import sys


def open_output() -> None:
    """Write through, so that what was printed is out before whatever ends the program."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        # A raw file serves as a buffer here as it does for `python -u`.
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def flush() -> None:
    """Pass on what the program's own streams hold back."""
    for stream in (sys.stdout, sys.stderr):
        # The program may have put anything there, and what it printed is out.
        with contextlib.suppress(Exception):
            stream.flush()
