"""Read grep's command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ptc_cli.shell.command import Invocation, reason
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options(
    "E/extended-regexp F/fixed-strings G/basic-regexp P/perl-regexp e/regexp= f/file= i/ignore-case y no-ignore-case "
    "w/word-regexp x/line-regexp z/null-data s/no-messages v/invert-match m/max-count= b/byte-offset n/line-number "
    "line-buffered H/with-filename h/no-filename label= o/only-matching q/quiet silent binary-files= a/text I "
    "d/directories= D/devices= r/recursive R/dereference-recursive include= exclude= exclude-from= exclude-dir= "
    "L/files-without-match l/files-with-matches c/count T/initial-tab Z/null A/after-context= B/before-context= "
    "C/context= color? colour? U/binary u V/version help"
)

Grammar = Literal["extended", "fixed", "basic", "perl"]
_GRAMMARS: dict[str | None, Grammar] = {
    None: "basic",
    "extended-regexp": "extended",
    "fixed-strings": "fixed",
    "basic-regexp": "basic",
    "perl-regexp": "perl",
}
_USUAL: dict[str, Grammar] = {"egrep": "extended", "fgrep": "fixed"}

_BEYOND = ("null-data", "byte-offset", "exclude-from", "binary-files", "help", "version")
_MOST_LINES = 10**9
_NUMBER = re.compile(r"-[0-9]+\Z")
_TAKES_NEXT = ("-e", "--regexp", "-f", "--file", "-m", "-A", "-B", "-C")


class BeyondError(Exception):
    """A command line for the interpreter's own grep."""


class RequestError(Exception):
    """A value that grep does not accept, in its own words; unlike an unknown option it gets no usage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command line, understood."""

    given: Given
    patterns: tuple[str, ...]
    operands: tuple[str, ...]
    grammar: Grammar
    most: int
    before: int
    after: int
    has_context: bool


def request(invocation: Invocation) -> Request:
    """Return what a command line asks for.

    Raises:
        UsageError: An option is unknown, or there is no pattern.
        RequestError: A value cannot be used.
        BeyondError: It is for the interpreter's own grep.
    """
    given = OPTIONS.parse(_spelled_out(invocation.args))
    colour = given.value("color") if given.has("color") else given.value("colour")
    if given.has(*_BEYOND) or colour in ("always", "yes", "force"):
        raise BeyondError
    patterns, operands = _patterns(invocation, given)
    context = [given.value(key) for key in ("context", "before-context", "after-context")]
    both, before, after = (_context(value) for value in context)
    return Request(
        given=given,
        patterns=patterns,
        operands=operands,
        grammar=_grammar(invocation.name, given),
        most=_most(given.value("max-count")),
        before=before if before is not None else both or 0,
        after=after if after is not None else both or 0,
        has_context=any(value is not None for value in context),
    )


def native_arguments(asked: Request) -> tuple[str, ...]:
    """Return the arguments with which the interpreter's own grep tells which lines match."""
    given = asked.given
    letter = {"extended": "E", "fixed": "F", "basic": "G", "perl": "P"}[asked.grammar]
    flags = [
        flag
        for flag, keys in (
            ("i", ("ignore-case", "y")),
            ("w", ("word-regexp",)),
            ("x", ("line-regexp",)),
            ("v", ("invert-match",)),
            ("o", ("only-matching",)),
        )
        if given.has(*keys)
    ]
    if given.last("ignore-case", "y", "no-ignore-case") == "no-ignore-case":
        flags.remove("i")
    return (f"-an{letter}{''.join(flags)}", *(word for pattern in asked.patterns for word in ("-e", pattern)))


def _spelled_out(args: tuple[str, ...]) -> tuple[str, ...]:
    """Return arguments with `-3` as `-C3`."""
    end = args.index("--") if "--" in args else len(args)
    return (
        *(
            f"-C{arg[1:]}" if _NUMBER.match(arg) and before not in _TAKES_NEXT else arg
            for before, arg in zip(("", *args), args[:end], strict=False)
        ),
        *args[end:],
    )


def _patterns(invocation: Invocation, given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    patterns, operands = given.values("regexp"), given.operands
    for name in given.values("file"):
        try:
            text = invocation.read(name).decode("utf-8", "replace")
        except OSError as error:
            raise RequestError(f"{name}: {reason(error)}") from error
        patterns += tuple(text.removesuffix("\n").split("\n")) if text else ()
    if given.has("regexp", "file"):
        return patterns, operands
    if not operands:
        raise UsageError("")
    return operands[:1], operands[1:]


def _grammar(name: str, given: Given) -> Grammar:
    stated = given.last("extended-regexp", "fixed-strings", "basic-regexp", "perl-regexp")
    return _USUAL.get(name, "basic") if stated is None else _GRAMMARS[stated]


def _context(value: str | None) -> int | None:
    if value is not None and not is_count(value):
        raise RequestError(f"{value}: invalid context length argument")
    return None if value is None else int(value)


def _most(value: str | None) -> int:
    if value is not None and not is_count(value.removeprefix("-")):
        raise RequestError("invalid max count")
    return _MOST_LINES if value is None or value.startswith("-") else int(value)
