"""From what a parser gave to values of the right shape, with every mistake noted on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar, cast

from ptc_cli.config.document import Document
from ptc_cli.config.mistakes import KeyPath, Mistake, shown
from ptc_cli.config.shape import AnyTable, Choice, Flag, ListOf, Number, Record, Shape, TableOf, Text
from ptc_cli.core.jsonvalue import is_exact
from ptc_cli.core.suggest import did_you_mean

T = TypeVar("T")

Stated: TypeAlias = Mapping[str, object]
"""The fields that a table sets, and to what; a nested table is again `Stated`."""

_WRONG = object()

_ARTICLES: Mapping[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
    type(None): "null",
}


def build(kind: type[T], stated: Stated) -> T:
    """Return a dataclass of the fields that were stated, with its defaults for the rest."""
    return cast("Callable[..., T]", kind)(**stated)


class Reader:
    """Reads one document; what is wrong is added to `mistakes` and left out of what is returned."""

    def __init__(self, document: Document, mistakes: list[Mistake]) -> None:
        self.document = document
        self._mistakes = mistakes

    def wrong(self, at: KeyPath, message: str) -> None:
        """Note a mistake."""
        self._mistakes.append(self.document.mistake(at, message))

    def table(self, value: object, at: KeyPath) -> Mapping[str, object]:
        """Return a table of whatever keys, empty if it is none."""
        if isinstance(value, dict):
            return value
        self._expected(at, "a table", value)
        return {}

    def record(
        self, value: object, shape: Record, at: KeyPath, *, spelled: Mapping[str, KeyPath] | None = None
    ) -> Stated:
        """Return what a table states of a record's fields.

        `spelled` says where a key really stands in the file, when that is not at its own name.
        """
        stated: dict[str, object] = {}
        for name, each in self.table(value, at).items():
            key = shape.keys.get(name)
            where = (spelled or {}).get(name, (*at, name))
            if key is None:
                self.wrong(where, f"there is no such key. {_suggestion(name, shape)}")
                continue
            read = self._read(each, key.shape, where)
            if read is not _WRONG:
                stated[key.field] = read
        return stated

    def _read(self, value: object, shape: Shape, at: KeyPath) -> object:
        match shape:
            case Text():
                return self._text(value, at)
            case Flag():
                return value if isinstance(value, bool) else self._expected(at, "true or false", value)
            case Number():
                return self._number(value, shape, at)
            case Choice():
                return self._choice(value, shape, at)
            case ListOf():
                return self._list(value, shape.item, at)
            case TableOf():
                return self._table_of(value, shape.item, at)
            case AnyTable():
                return self._any_table(value, at)
            case Record():
                return self.record(value, shape, at)

    def _expected(self, at: KeyPath, what: str, value: object) -> object:
        self.wrong(at, f"expected {what}, found {_ARTICLES.get(type(value), f'a {type(value).__name__}')}")
        return _WRONG

    def _text(self, value: object, at: KeyPath) -> object:
        if not isinstance(value, str):
            hint = " (write it in quotes)" if isinstance(value, int | float) else ""
            return self._expected(at, f"a text{hint}", value)
        if "\0" in value or not is_exact(value):
            self.wrong(at, "expected a text, found one with NUL or half a character in it")
            return _WRONG
        return value

    def _number(self, value: object, shape: Number, at: KeyPath) -> object:
        least, most = (
            _number_shown(int(bound) if bound == int(bound) else bound) for bound in (shape.least, shape.most)
        )
        what = f"{'a whole number' if shape.is_integer else 'a number'} from {least} to {most}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._expected(at, what, value)
        if isinstance(value, float) and (shape.is_integer or not math.isfinite(value)):
            self.wrong(at, f"expected {what}, found {value}")
            return _WRONG
        if not shape.least <= value <= shape.most:
            self.wrong(at, f"expected {what}, found {_number_shown(value)}")
            return _WRONG
        return value if shape.is_integer else float(value)

    def _choice(self, value: object, shape: Choice, at: KeyPath) -> object:
        what = f"one of {', '.join(map(repr, shape.words))}"
        if not isinstance(value, str):
            return self._expected(at, what, value)
        if value not in shape.words:
            close = did_you_mean(value, shape.words)
            self.wrong(at, f"expected {what}, found {shown(value, 20)}{f'. {close}' if close else ''}")
            return _WRONG
        return value

    def _list(self, value: object, item: Shape, at: KeyPath) -> object:
        if not isinstance(value, list):
            return self._expected(at, "a list", value)
        read = [self._read(each, item, (*at, index)) for index, each in enumerate(value)]
        return _WRONG if any(each is _WRONG for each in read) else tuple(read)

    def _table_of(self, value: object, item: Shape, at: KeyPath) -> object:
        if not isinstance(value, dict):
            return self._expected(at, "a table", value)
        for name in value:
            if self._text(name, (*at, name)) is _WRONG:
                return _WRONG
        read = {name: self._read(each, item, (*at, name)) for name, each in value.items()}
        return {name: each for name, each in read.items() if each is not _WRONG}

    def _any_table(self, value: object, at: KeyPath) -> object:
        if not isinstance(value, dict):
            return self._expected(at, "a table", value)
        if not is_exact(value):
            self.wrong(at, "expected what JSON can hold; dates, times, NaN and deep nesting are not")
            return _WRONG
        return value


def _suggestion(name: str, shape: Record) -> str:
    return did_you_mean(name, shape.keys) or f"Keys here: {', '.join(sorted(shape.keys))}"


def _number_shown(value: float) -> str:
    # An integer of thousands of digits is a mistake in one line, not a page of it; str() of one may even raise.
    return str(value) if abs(value) < 1e30 else "a huge one"
