"""What is wrong in a configuration file, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ptc_cli.core.errors import ConfigError

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value in a file: keys, and positions in lists."""

MOST_SHOWN = 30

_BARE = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that is wrong in a file."""

    path: str
    line: int | None
    key: KeyPath
    message: str

    def __str__(self) -> str:
        path = shown_path(self.path)
        where = path if self.line is None else f"{path}:{self.line}"
        key = f"{shown_key(self.key)}: " if self.key else ""
        return f"{where}: {key}{self.message}"


class Malformed(ValueError):  # noqa: N818 - it is what the text is, and never leaves this part
    """A text that is not of its language."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def error_of(mistakes: Iterable[Mistake]) -> ConfigError:
    """Return one error that names every mistake in the order of the lines, or the first of very many."""
    by_file: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_file.setdefault(mistake.path, []).append(mistake)
    found = [str(each) for file in by_file.values() for each in sorted(file, key=lambda each: each.line or 0)]
    more = [f"and {len(found) - MOST_SHOWN} more mistakes"] if len(found) > MOST_SHOWN else []
    return ConfigError("\n".join(found[:MOST_SHOWN] + more))


def shown_key(key: KeyPath) -> str:
    """Return a key path as one would write it in TOML, harmless on a terminal."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)}"
    return text.removeprefix(".")


def shown(text: str, most: int = 60) -> str:
    """Return a name from a file for a message: as it is when it is plain, else quoted, escaped and cut."""
    if _BARE.fullmatch(text):
        return text
    cut = text if len(text) <= most else f"{text[:most]}..."
    return ascii(cut) if not cut.isprintable() else f"'{cut}'"


def shown_path(path: str) -> str:
    """Return a path for a message, escaped if it would do more on a terminal than be read."""
    return path if path.isprintable() else ascii(path)
