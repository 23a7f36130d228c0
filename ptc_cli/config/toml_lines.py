"""Where things stand in a TOML text: the standard library's parser gives values without lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptc_cli.config.mistakes import KeyPath, Malformed
from ptc_cli.core.jsonvalue import JsonObject

_LAYOUT = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)
# Some of Python's TOML parsers take minutes over a key of a hundred thousand parts, and so would our paths.
_ENDLESS_KEY = re.compile(
    r"""(?<![\w-]) (?: (?: [\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){64}""", re.VERBOSE | re.ASCII
)
_AT_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A table's header, or a key and its value."""

    path: tuple[str, ...]
    """From the root of the file."""

    is_header: bool
    start: int
    end: int
    """Offsets in the text, from the first character to one past the last."""


def parse(text: str) -> tuple[JsonObject, Mapping[KeyPath, int]]:
    """Return the table of a text, and the 1-based line of every key in it.

    Raises:
        Malformed: The text is not TOML.
    """
    endless = _ENDLESS_KEY.search(text)
    if endless is not None:
        raise Malformed("a key of more than 64 parts", text.count("\n", 0, endless.start()) + 1)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise Malformed(re.sub(r" \(at .*\)$", "", str(error)), line) from error
    return table, lines(text)


def lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line of every key of a text that is TOML; the first where a table is written in parts."""
    scan = _Scan(text)
    for _ in scan.statements():
        pass
    found: dict[KeyPath, int] = {}
    line, counted = 1, 0
    for path, at in scan.keys:
        line += text.count("\n", counted, at)
        counted = at
        for size in range(len(path), 0, -1):
            if path[:size] in found:
                break
            found[path[:size]] = line
    return found


def statements(text: str) -> tuple[Statement, ...]:
    """Return the headers and assignments of a text that is TOML, in order."""
    return tuple(_Scan(text).statements())


class _Scan:
    """A walk over a text that the parser has accepted, and so needs no checks of its own."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: list[tuple[KeyPath, int]] = []

    def statements(self) -> Iterator[Statement]:
        table: tuple[str, ...] = ()
        while True:
            self._skip(_LAYOUT)
            if self.at >= len(self.text):
                return
            start = self.at
            is_header = self.text[start] == "["
            if is_header:
                table = self._header()
                self.keys.append((table, start))
                yield Statement(path=table, is_header=True, start=start, end=self.at)
            else:
                path = (*table, *self._assignment(table))
                yield Statement(path=path, is_header=False, start=start, end=self.at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        matched = pattern.match(self.text, self.at)
        self.at = matched.end() if matched else self.at

    def _header(self) -> tuple[str, ...]:
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        key = self._key()
        self.at += brackets
        return key

    def _assignment(self, above: KeyPath) -> tuple[str, ...]:
        start = self.at
        key = self._key()
        self.keys.append(((*above, *key), start))
        self.at += 1
        self._value((*above, *key))
        return key

    def _key(self) -> tuple[str, ...]:
        parts = []
        while True:
            self._skip(_BLANK)
            start = self.at
            is_quoted = self.text[start] in "\"'"
            self._string() if is_quoted else self._skip(_BARE)
            raw = self.text[start : self.at]
            parts.append(next(iter(tomllib.loads(f"{raw} = 0"))) if is_quoted else raw)
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            matched = pattern.match(self.text, self.at)
            if matched:
                self.at = matched.end()
                return

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        first = self.text[self.at]
        if first == "[":
            self._items(path)
        elif first == "{":
            self._inline(path)
        elif first in "\"'":
            self._string()
        else:
            self._skip(_SCALAR)

    def _items(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while not self._closes("]"):
            self.keys.append(((*path, index), self.at))
            self._value((*path, index))
            index += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        while not self._closes("}"):
            self._assignment(path)

    def _closes(self, close: str) -> bool:
        self._skip(_LAYOUT)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_LAYOUT)
        if self.text[self.at] != close:
            return False
        self.at += 1
        return True
