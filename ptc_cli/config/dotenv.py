"""Files of `NAME=value` lines, which some clients let a server's entry name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.config.document import read_bytes
from ptc_cli.core.errors import ConfigError

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=[ \t]*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The names that a file sets; the values stay in the file until a server is started."""

    path: str
    names: tuple[str, ...] = ()
    reason: str | None = None
    """Why there are none."""


def names(path: Path) -> Found:
    """Return the names that a file sets; a file that cannot be read is a reason, not an error."""
    try:
        return Found(path=str(path), names=tuple(values(path)))
    except ConfigError as error:
        return Found(path=str(path), reason=error.message)


def values(path: Path) -> Mapping[str, str]:
    """Return the variables that a file sets.

    Raises:
        ConfigError: The file cannot be read.
    """
    lines = read_bytes(path).decode("utf-8-sig", errors="replace").replace("\r\n", "\n").split("\n")
    matches = [match for match in map(_LINE.fullmatch, lines) if match]
    return {match[1]: _unquoted(match[2].strip()) for match in matches}


def _unquoted(text: str) -> str:
    for quote in "\"'":
        if len(text) >= 2 and text.startswith(quote):
            end = text.find(quote, 1)
            return text[1:end] if end > 0 else text
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
