"""JSON as editors allow it, with comments and trailing commas, and the line of every key.

Stricter than `json` where that is lenient: a key given twice and `NaN` are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NoReturn

from ptc_cli.config.mistakes import KeyPath, Malformed, shown
from ptc_cli.core.jsonvalue import JsonValue

MOST_NESTED = 64

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)


def parse(text: str) -> tuple[JsonValue, Mapping[KeyPath, int]]:
    """Return the value of a text, and the 1-based line of every key and list item in it.

    Raises:
        Malformed: The text is not JSON.
    """
    reader = _Reader(text)
    value = reader.value((), MOST_NESTED)
    reader.skip()
    if reader.at != len(text):
        reader.fail("expected the end of the file")
    return value, reader.lines


def spans(text: str) -> Mapping[KeyPath, tuple[int, int]]:
    """Return where every value stands in a text that is JSON: its first character, and one past its last."""
    reader = _Reader(text)
    reader.value((), MOST_NESTED)
    return reader.spans


def after_space(text: str, at: int) -> int:
    """Return where the next thing begins that is neither white space nor a comment."""
    matched = _SPACE.match(text, at)
    return matched.end() if matched else at


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.spans: dict[KeyPath, tuple[int, int]] = {}
        self._line = 1
        self._counted = 0
        self._scalars = json.JSONDecoder(parse_constant=_refuse_constant)

    def line(self) -> int:
        """Return the line of the current position; each character is counted once."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def fail(self, message: str) -> NoReturn:
        raise Malformed(message, self.line())

    def skip(self) -> None:
        self.at = after_space(self.text, self.at)

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def value(self, path: KeyPath, depth: int) -> JsonValue:
        first, start = self.peek(), self.at
        self.lines.setdefault(path, self.line())
        value = self.nested(path, depth) if first in ("{", "[") else self.scalar()
        self.spans[path] = (start, self.at)
        return value

    def nested(self, path: KeyPath, depth: int) -> JsonValue:
        if depth == 0:
            self.fail(f"nested deeper than {MOST_NESTED} levels")
        return self.table(path, depth - 1) if self.text[self.at] == "{" else self.items(path, depth - 1)

    def scalar(self) -> JsonValue:
        try:
            value, self.at = self._scalars.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            self.at = max(self.at, min(error.pos, len(self.text)))
            self.fail("expected a value" if error.msg == "Expecting value" else error.msg)
        except ValueError:
            self.fail("expected a number of fewer digits; NaN and Infinity are none")
        return value  # type: ignore[no-any-return]  # the decoder's result is JSON by its contract

    def table(self, path: KeyPath, depth: int) -> JsonValue:
        self.at += 1
        table: dict[str, JsonValue] = {}
        while self.peek() != "}":
            key = self.key(table)
            self.lines[(*path, key)] = self.line()
            if self.peek() != ":":
                self.fail("expected ':'")
            self.at += 1
            table[key] = self.value((*path, key), depth)
            self.comma("}")
        self.at += 1
        return table

    def key(self, table: Mapping[str, JsonValue]) -> str:
        if self.peek() != '"':
            self.fail("expected a key in double quotes, or '}'")
        key = str(self.scalar())
        if key in table:
            self.fail(f"the key {shown(key)} is given twice")
        return key

    def items(self, path: KeyPath, depth: int) -> JsonValue:
        self.at += 1
        items: list[JsonValue] = []
        while self.peek() != "]":
            items.append(self.value((*path, len(items)), depth))
            self.comma("]")
        self.at += 1
        return items

    def comma(self, close: str) -> None:
        if self.peek() == ",":
            self.at += 1
        elif self.peek() != close:
            self.fail(f"expected ',' or '{close}'")
