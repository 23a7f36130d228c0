"""What grep writes of what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ptc_cli.shell.commands.grep.matching import Hits, Source
from ptc_cli.shell.commands.grep.request import Request

Reporter = Callable[[Source, Hits], Iterator[str]]


def reporter(asked: Request, *, is_labelled: bool) -> Reporter:
    """Return what writes the hits of one source after another, as the request wants them."""
    given = asked.given
    named = given.last("files-with-matches", "files-without-match")
    end = "\0" if given.has("null") else "\n"
    if given.has("quiet", "silent"):
        return lambda source, hits: iter(())
    if named is not None:
        wanted = named == "files-with-matches"
        return lambda source, hits: iter((source.name + end,) if bool(hits.numbers) is wanted else ())
    lines = _Lines(asked, is_labelled=is_labelled)
    return lines.count if given.has("count") else lines.report


def is_binary(source: Source, *, asked: Request) -> bool:
    """Whether a file is one whose lines are not shown."""
    return b"\0" in source.content and not asked.given.has("text")


class _Lines:
    """Writes lines, each behind what the options want before it."""

    def __init__(self, asked: Request, *, is_labelled: bool) -> None:
        given = asked.given
        last = given.last("no-filename", "with-filename")
        self._asked = asked
        self._is_labelled = is_labelled if last is None else last == "with-filename"
        self._is_numbered = given.has("line-number")
        self._is_tabbed = given.has("initial-tab")
        self._only_matching = given.has("only-matching")
        self._inverted = given.has("invert-match")
        self._null = given.has("null")
        self._has_reported = False

    def count(self, source: Source, hits: Hits) -> Iterator[str]:
        total = min(len(set(hits.numbers)), self._asked.most)
        yield f"{self._name(source, ':')}{total}\n"

    def report(self, source: Source, hits: Hits) -> Iterator[str]:
        if not hits.numbers or not self._asked.most:
            return
        if is_binary(source, asked=self._asked):
            return
        lines = source.content.removesuffix(b"\n").decode("utf-8", "replace").split("\n")
        if self._only_matching:
            yield from self._matches(source, hits)
        elif self._asked.has_context:
            yield from self._in_context(source, lines, self._selected(hits))
        else:
            for number in self._selected(hits):
                yield f"{self._before(source, number, ':')}{lines[number]}\n"

    def _selected(self, hits: Hits) -> Sequence[int]:
        return hits.numbers[: self._asked.most]

    def _matches(self, source: Source, hits: Hits) -> Iterator[str]:
        if self._inverted:
            return
        allowed = set(sorted(set(hits.numbers))[: self._asked.most])
        for number, text in zip(hits.numbers, hits.texts, strict=True):
            if number in allowed:
                yield f"{self._before(source, number, ':')}{text}\n"

    def _in_context(self, source: Source, lines: Sequence[str], selected: Sequence[int]) -> Iterator[str]:
        chosen, shown_to = set(selected), -1
        for number in selected:
            first = max(number - self._asked.before, shown_to + 1)
            last = min(number + self._asked.after, len(lines) - 1)
            if first > shown_to + 1 or (shown_to < 0 and self._has_reported):
                yield "--\n" if self._has_reported else ""
            for at in range(first, last + 1):
                yield f"{self._before(source, at, ':' if at in chosen else '-')}{lines[at]}\n"
            self._has_reported = True
            shown_to = max(shown_to, last)

    def _before(self, source: Source, number: int, mark: str) -> str:
        name = self._name(source, mark)
        if self._is_tabbed:
            return f"{name}{number + 1:>3}{mark}\t" if self._is_numbered else f"{name}\t" if name else ""
        return f"{name}{number + 1}{mark}" if self._is_numbered else name

    def _name(self, source: Source, mark: str) -> str:
        if not self._is_labelled:
            return ""
        return source.name + ("\0" if self._null else mark)
