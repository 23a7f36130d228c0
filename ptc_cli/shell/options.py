"""Read command lines as GNU programs do: options anywhere, abbreviations, and the same complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Takes = Literal["nothing", "value", "maybe"]


class UsageError(Exception):
    """A command line that the program does not accept, in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a program."""

    short: str | None
    long: str | None
    takes: Takes

    @property
    def key(self) -> str:
        """What the option is looked up by: its long name, or the short one where it has no other."""
        return self.long or self.short or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a command line held."""

    options: tuple[tuple[str, str | None], ...]
    """Keys and values, in order."""

    operands: tuple[str, ...]

    def has(self, *keys: str) -> bool:
        """Whether any of some options was given."""
        return any(key in keys for key, _ in self.options)

    def last(self, *keys: str) -> str | None:
        """Return which of some options was given last."""
        return next((key for key, _ in reversed(self.options) if key in keys), None)

    def value(self, key: str) -> str | None:
        """Return the value that an option was given last."""
        return next((value for name, value in reversed(self.options) if name == key), None)

    def values(self, *keys: str) -> tuple[str, ...]:
        """Return every value that some options were given."""
        return tuple(value for key, value in self.options if key in keys and value is not None)


class Options:
    """The options of one program.

    Written as words: `a`, `all`, `a/all` (one option, two names), `width=` (takes a value), `color?` (may take one,
    after `=`).
    """

    def __init__(self, words: str) -> None:
        self._options = tuple(_option(word) for word in words.split())

    def parse(self, args: Sequence[str], *, permute: bool = True) -> Given:
        """Read a command line; without `permute` the first operand ends the options.

        Raises:
            UsageError: An option is unknown, ambiguous, or lacks its value.
        """
        reader = _Reader(args)
        options: list[tuple[str, str | None]] = []
        operands: list[str] = []
        for word in reader:
            if word == "--":
                operands.extend(reader)
            elif word.startswith("--"):
                options.append(self._long(word, reader))
            elif word.startswith("-") and word != "-":
                options.extend(self._cluster(word, reader))
            else:
                operands.append(word)
                if not permute:
                    operands.extend(reader)
        return Given(options=tuple(options), operands=tuple(operands))

    @cached_property
    def _shorts(self) -> dict[str, Option]:
        return {option.short: option for option in self._options if option.short}

    def _long(self, word: str, reader: _Reader) -> tuple[str, str | None]:
        name, equals, value = word[2:].partition("=")
        option = self._named(name, word)
        if not equals:
            return option.key, reader.next_value(f"option '--{option.long}'") if option.takes == "value" else None
        if option.takes == "nothing":
            raise UsageError(f"option '--{option.long}' doesn't allow an argument")
        return option.key, value

    def _named(self, name: str, word: str) -> Option:
        matches = [option for option in self._options if option.long and option.long.startswith(name)]
        exact = [option for option in matches if option.long == name]
        if not matches:
            raise UsageError(f"unrecognized option '{word.partition('=')[0]}'")
        if not exact and len(matches) > 1:
            possible = " ".join(f"'--{option.long}'" for option in matches)
            raise UsageError(f"option '{word}' is ambiguous; possibilities: {possible}")
        return (exact or matches)[0]

    def _cluster(self, word: str, reader: _Reader) -> Iterator[tuple[str, str | None]]:
        for index, letter in enumerate(word[1:], start=2):
            option = self._shorts.get(letter)
            if option is None:
                raise UsageError(f"invalid option -- '{letter}'")
            if option.takes == "nothing":
                yield option.key, None
                continue
            rest = word[index:]
            needs = option.takes == "value" and not rest
            yield option.key, reader.next_value(letter=letter) if needs else rest or None
            return


def is_count(text: str) -> bool:
    """Whether a value is a plain number, of a size that means something."""
    return re.fullmatch(r"[0-9]{1,9}", text) is not None


class _Reader:
    def __init__(self, args: Sequence[str]) -> None:
        self._args = iter(args)

    def __iter__(self) -> Iterator[str]:
        return self._args

    def next_value(self, subject: str = "", *, letter: str = "") -> str:
        value = next(self._args, None)
        if value is None:
            raise UsageError(
                f"{subject} requires an argument" if subject else f"option requires an argument -- '{letter}'"
            )
        return value


def _option(word: str) -> Option:
    takes: Takes = "value" if word.endswith("=") else "maybe" if word.endswith("?") else "nothing"
    names = word.rstrip("=?").split("/")
    return Option(
        short=next((name for name in names if len(name) == 1), None),
        long=next((name for name in names if len(name) > 1), None),
        takes=takes,
    )
