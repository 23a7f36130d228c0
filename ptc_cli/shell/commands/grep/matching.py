"""Which lines of which files match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ptc_cli.shell.command import Invocation
from ptc_cli.shell.commands.grep.request import Grammar, Request, native_arguments

_CHUNK_BYTES = 1 << 19
"""How much the interpreter is asked about at once."""

_SPECIAL: dict[Grammar, frozenset[str]] = {
    "basic": frozenset("\\.[]*^$"),
    "extended": frozenset("\\.[]*^$+?(){}"),
    "perl": frozenset("\\.[]*^$+?(){}"),
    "fixed": frozenset(),
}
_BARS: dict[Grammar, str] = {"basic": "\\|", "extended": "|", "perl": "|", "fixed": "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, or the input."""

    name: str
    content: bytes

    @property
    def count(self) -> int:
        """How many lines it has."""
        return self.content.count(b"\n") + (not self.content.endswith(b"\n") and bool(self.content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The lines of one source that were selected, from 0, and with `-o` what matched in each."""

    numbers: Sequence[int] = ()
    texts: Sequence[str] = ()


class PatternError(Exception):
    """A pattern that is not a regular expression, in grep's words."""


Matcher = Callable[[Sequence[Source]], Iterator[Hits]]
"""Gives the hits of sources, in their order."""


def matcher(invocation: Invocation, asked: Request) -> Matcher:
    """Return what finds a request's lines; plain words are looked for right here.

    Raises:
        PatternError: A pattern is not a regular expression.
    """
    words = _words(asked)
    if words is not None:
        return _word_matcher(words, asked)
    arguments = native_arguments(asked)
    _ask(invocation, arguments, "")
    return lambda sources: _native_hits(invocation, arguments, sources)


def _words(asked: Request) -> tuple[bytes, ...] | None:
    """Return the plain words that a request is about, or None if it takes more to find its lines."""
    given = asked.given
    if given.has("word-regexp", "line-regexp", "only-matching", "no-ignore-case"):
        return None
    words = [word for pattern in asked.patterns for word in pattern.split(_BARS[asked.grammar])]
    if not words or any(not word or "\n" in word or _SPECIAL[asked.grammar] & set(word) for word in words):
        return None
    if given.has("ignore-case", "y"):
        return tuple(word.lower().encode() for word in words) if all(word.isascii() for word in words) else None
    return tuple(word.encode() for word in words)


def _word_matcher(words: tuple[bytes, ...], asked: Request) -> Matcher:
    fold, inverted = asked.given.has("ignore-case", "y"), asked.given.has("invert-match")

    def hits(source: Source) -> Hits:
        numbers = _numbers(source.content.lower() if fold else source.content, words)
        if inverted:
            selected = set(numbers)
            return Hits(numbers=[number for number in range(source.count) if number not in selected])
        return Hits(numbers=list(numbers))

    return lambda sources: map(hits, sources)


def _numbers(content: bytes, words: tuple[bytes, ...]) -> Iterator[int]:
    """Yield the numbers of the lines with a word; from hit to hit, as most lines have none."""
    at = number = 0
    while hits := [hit for hit in (content.find(word, at) for word in words) if hit >= 0]:
        hit = min(hits)
        number += content.count(b"\n", at, hit)
        yield number
        end = content.find(b"\n", hit)
        if end < 0:
            return
        at, number = end + 1, number + 1


def _native_hits(invocation: Invocation, arguments: tuple[str, ...], sources: Sequence[Source]) -> Iterator[Hits]:
    for chunk in _chunks(sources):
        invocation.deadline.check()
        joined = b"".join(
            source.content if source.content[-1:] in (b"", b"\n") else source.content + b"\n" for source in chunk
        )
        answer = _ask(invocation, arguments, joined.decode("utf-8", "replace"))
        found = [(int(number) - 1, text) for number, _, text in (line.partition(":") for line in answer)]
        yield from _shared_out(found, chunk)


def _shared_out(found: Sequence[tuple[int, str]], chunk: Sequence[Source]) -> Iterator[Hits]:
    start = at = 0
    for source in chunk:
        end, first = start + source.count, at
        while at < len(found) and found[at][0] < end:
            at += 1
        mine = found[first:at]
        yield Hits(numbers=[number - start for number, _ in mine], texts=[text for _, text in mine])
        start = end


def _chunks(sources: Sequence[Source]) -> Iterator[list[Source]]:
    total = 0

    def chunk_of(source: Source) -> int:
        nonlocal total
        total += len(source.content)
        return total // _CHUNK_BYTES

    for _, chunk in groupby(sources, key=chunk_of):
        yield list(chunk)


def _ask(invocation: Invocation, arguments: tuple[str, ...], text: str) -> list[str]:
    output = invocation.native(replace(invocation, name="grep", stdin=text), arguments)
    if output.exit_code > 1:
        raise PatternError(output.stderr.strip().removeprefix("grep: "))
    return output.stdout.removesuffix("\n").split("\n") if output.stdout else []
