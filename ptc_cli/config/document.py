"""One configuration file as it was read: its text, its values, and the line of every key."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ptc_cli.config import jsonc, toml_lines
from ptc_cli.config.mistakes import KeyPath, Malformed, Mistake, error_of
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

MOST_BYTES = 1 << 20

Syntax = Literal["toml", "json", "yaml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that could be read, and is TOML or JSON."""

    path: str
    """Absolute, symbolic links resolved."""

    digest: str
    """SHA-256 of the bytes that were read, in hexadecimal."""

    syntax: Syntax
    text: str
    table: JsonObject
    """Values as the parser gave them; TOML's dates and times are not JSON."""

    lines: Mapping[KeyPath, int]

    def line(self, at: KeyPath) -> int | None:
        """Return the line of a key, or of the nearest thing around it; None for the file as a whole."""
        for size in range(len(at), 0, -1):
            if at[:size] in self.lines:
                return self.lines[at[:size]]
        return None

    def mistake(self, at: KeyPath, message: str) -> Mistake:
        """Return a mistake at a key of this file."""
        return Mistake(path=self.path, line=self.line(at), key=at, message=message)


def read(path: Path) -> Document:
    """Read a configuration file.

    Raises:
        ConfigError: It cannot be read, or is not TOML or JSON.
    """
    real = path.resolve()
    return parsed(real, read_bytes(real))


def parsed(path: Path, content: bytes) -> Document:
    """Return the document of a file's content.

    Raises:
        ConfigError: The content is not TOML or JSON.
    """
    text = _text(path, content)
    syntax = _syntax(path, text)
    try:
        table, lines = _parse(syntax, text)
    except Malformed as error:
        raise _error(path, f"not valid {syntax.upper()}: {error}", error.line) from error
    except RecursionError as error:
        raise _error(path, f"not valid {syntax.upper()}: nested too deeply") from error
    except ValueError as error:
        # Python converts no integer of thousands of digits, and says so in a sentence about Python.
        raise _error(path, f"not valid {syntax.upper()}: a number has too many digits") from error
    if not isinstance(table, dict):
        raise _error(path, "expected an object of settings", 1)
    digest = hashlib.sha256(content).hexdigest()
    return Document(path=str(path), digest=digest, syntax=syntax, text=text, table=table, lines=lines)


def read_bytes(path: Path) -> bytes:
    """Return a regular file's bytes.

    Raises:
        ConfigError: It is missing, unreadable, too large, or no regular file.
    """
    try:
        # Not blocking: a named pipe that nobody writes to would be waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _error(path, "is not a regular file")
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _error(path, _reason(error)) from error
    if len(content) > MOST_BYTES:
        raise _error(path, f"is larger than {MOST_BYTES >> 20} MiB, which no configuration is")
    return content


def _reason(error: OSError) -> str:
    known = {
        errno.ENOENT: "there is no such file",
        errno.ENOTDIR: "there is no such file",
        errno.EISDIR: "is a directory, not a file",
        errno.EACCES: "cannot be read: permission denied",
        errno.ELOOP: "is a symbolic link to itself",
    }
    return known.get(error.errno or 0, f"cannot be read: {error.strerror}")


def _text(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(path, "is UTF-16; save it as UTF-8")
    if b"\0" in content:
        raise _error(path, "is a binary file, not a text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(path, "is not UTF-8", content.count(b"\n", 0, error.start) + 1) from error


def _syntax(path: Path, text: str) -> Syntax:
    if path.suffix in (".json", ".jsonc"):
        return "json"
    if path.suffix == ".toml":
        return "toml"
    return "json" if text.lstrip().startswith("{") else "toml"


def _parse(syntax: Syntax, text: str) -> tuple[JsonValue, Mapping[KeyPath, int]]:
    return jsonc.parse(text) if syntax == "json" else toml_lines.parse(text)


def _error(path: Path, message: str, line: int | None = None) -> ConfigError:
    return error_of([Mistake(path=str(path), line=line, key=(), message=message)])
