"""Programs and other texts, from files, from standard input, or as they were written on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from ptc_cli.core.errors import PtcError
from ptc_cli.core.program import PROGRAM_BYTES, Program

INPUT_BYTES = 16 << 20
"""The longest JSON input that is read."""


class SourceError(PtcError):
    """A file that cannot be read as text."""

    exit_code = 2


def read_program(path: str) -> Program:
    """Return the program in a file, or on standard input for `-`.

    Of an endless one only as much is read as shows that it is too long: the check rejects it.

    Raises:
        SourceError: It cannot be read, or is not text.
    """
    content = _head(path, PROGRAM_BYTES + 1)
    if len(content) > PROGRAM_BYTES:
        return Program.of(content.decode(errors="replace"), name=_name(path))
    return Program.of(_decoded(content, _name(path)), name=_name(path))


def read_text(path: str) -> str:
    """Return the text in a file, or on standard input for `-`.

    Raises:
        SourceError: It cannot be read, is not text, or is too long.
    """
    content = _head(path, INPUT_BYTES + 1)
    if len(content) > INPUT_BYTES:
        raise SourceError(f"{_name(path)}: longer than {INPUT_BYTES:,} bytes")
    return _decoded(content, _name(path))


def _name(path: str) -> str:
    return "<stdin>" if path == "-" else path


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        raise SourceError(f"{name}: not UTF-8 text: {found}", hint="Save it as UTF-8.") from error


def _head(path: str, count: int) -> bytes:
    try:
        if path == "-":
            return _read(sys.stdin.buffer, count)
        with Path(path).open("rb") as file:
            return _read(file, count)
    except OSError as error:
        raise SourceError(f"{_name(path)}: {error.strerror}") from error


def _read(file: BinaryIO, count: int) -> bytes:
    """Read until enough or the end; a pipe gives less than asked for at a time."""
    parts: list[bytes] = []
    while count > 0 and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
