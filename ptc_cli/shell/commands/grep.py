"""Recursive `grep` for plain words, straight over the tree.

What most searches are, several times faster than through the interpreter. Python's regular expressions may take
forever on a hostile pattern, so a pattern that is more than plain words goes to the interpreter, whose cannot.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output, reason
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Given, Options, UsageError, is_count

_FAST = Options(
    "r/recursive R/dereference-recursive n/line-number i/ignore-case y l/files-with-matches "
    "L/files-without-match c/count h/no-filename H/with-filename s/no-messages q/quiet silent F/fixed-strings "
    "E/extended-regexp G/basic-regexp e/regexp= I a/text color? colour? include= exclude= exclude-dir= m/max-count="
)  # fmt: skip

_SPECIAL = {"basic": frozenset("\\.[]*^$"), "extended": frozenset("\\.[]*^$+?(){}"), "fixed": frozenset()}

RECURSIVE = re.compile(r"\bgrep\s+(?:[^|;&\n]*\s)?(?:-\w*[rR]|--recursive|--dereference-recursive)")
"""Scripts in which it is worth having this in front of the interpreter's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    words: tuple[bytes, ...]
    fold: bool
    most: int | None

    def lines(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the matching lines and where they begin."""
        text = content.lower() if self.fold else content
        at = found = 0
        while self.most is None or found < self.most:
            hits = [hit for hit in (text.find(word, at) for word in self.words) if hit >= 0]
            if not hits or min(hits) >= len(content):
                return
            start = content.rfind(b"\n", 0, min(hits)) + 1
            end = content.find(b"\n", min(hits))
            end = len(content) if end < 0 else end
            yield start, content[start:end]
            found += 1
            at = end + 1
            if at > len(content):
                return

    def matches(self, content: bytes) -> bool:
        """Whether any line matches."""
        text = content.lower() if self.fold else content
        return any(word in text for word in self.words) and bool(content)


def run(invocation: Invocation) -> Output:
    """Search below directories for plain words; leave everything else to the interpreter."""
    try:
        given = _FAST.parse(invocation.args)
    except UsageError:
        return invocation.native(invocation, invocation.args)
    prepared = _prepared(given)
    if prepared is None:
        return invocation.native(invocation, invocation.args)
    search, operands = prepared
    return _Run(invocation, given, search).over(operands)


def _prepared(given: Given) -> tuple[_Search, tuple[str, ...]] | None:
    """Return what to look for and where, or None if it takes more than plain words."""
    patterns, operands = given.values("regexp"), given.operands
    if not patterns:
        patterns, operands = operands[:1], operands[1:]
    colour = given.value("color") or given.value("colour") or "never"
    most = given.value("max-count")
    if not (patterns and given.has("recursive", "dereference-recursive") and colour in ("never", "auto")):
        return None
    if any(name == "-" or name.startswith("/dev/") for name in operands) or (most is not None and not is_count(most)):
        return None
    words = _words(patterns, given)
    if words is None:
        return None
    search = _Search(words=words, fold=given.has("ignore-case", "y"), most=None if most is None else int(most))
    return search, operands


def _words(patterns: tuple[str, ...], given: Given) -> tuple[bytes, ...] | None:
    grammar = {"fixed-strings": "fixed", "extended-regexp": "extended"}.get(
        given.last("fixed-strings", "extended-regexp", "basic-regexp") or "", "basic"
    )
    bar = {"basic": "\\|", "extended": "|", "fixed": "\n"}[grammar]
    words = [word for pattern in patterns for word in pattern.split(bar)]
    if any(not word or "\n" in word or _SPECIAL[grammar] & set(word) for word in words):
        return None
    if given.has("ignore-case", "y"):
        if not all(word.isascii() for word in words):
            return None
        words = [word.lower() for word in words]
    return tuple(word.encode() for word in words)


class _Run:
    def __init__(self, invocation: Invocation, given: Given, search: _Search) -> None:
        self._invocation = invocation
        self._given = given
        self._search = search
        self._stderr = ""
        self._matched = False
        self._report = self._reporter()

    def over(self, operands: tuple[str, ...]) -> Output:
        parts: list[str] = []
        for name in operands or ("",):
            parts.extend(self._operand(name))
        quiet = self._given.has("quiet", "silent")
        exit_code = 2 if self._stderr and not (quiet and self._matched) else int(not self._matched)
        stderr = "" if self._given.has("no-messages") else self._stderr
        return Output(stdout="" if quiet else "".join(parts), stderr=stderr, exit_code=exit_code)

    def _operand(self, name: str) -> Iterator[str]:
        try:
            node = self._invocation.node(name or ".")
        except OSError as error:
            self._stderr += f"grep: {name}: {reason(error)}\n"
            return
        if node.is_directory:
            yield from self._below(name.rstrip("/") if name != "/" else "", node, is_root=name in ("", "/"))
        elif self._is_wanted(posixpath.basename(name)):
            yield from self._report(name, node.content)

    def _below(self, path: str, directory: Node, *, is_root: bool = False) -> Iterator[str]:
        self._invocation.deadline.check()
        for name, node in directory.entries.items():
            below = name if is_root and not path and not self._rooted else f"{path}/{name}"
            if not node.is_directory:
                if self._is_wanted(name):
                    yield from self._report(below, node.content)
            elif not _any(name, self._given.values("exclude-dir")):
                yield from self._below(below, node)

    @property
    def _rooted(self) -> bool:
        return "/" in self._given.operands

    def _is_wanted(self, name: str) -> bool:
        included = self._given.values("include")
        return not _any(name, self._given.values("exclude")) and (not included or _any(name, included))

    def _reporter(self) -> Callable[[str, bytes], Iterator[str]]:
        match self._given.last("files-with-matches", "files-without-match"):
            case "files-with-matches":
                return self._names(wanted=True)
            case "files-without-match":
                return self._names(wanted=False)
        return self._counts if self._given.has("count") else self._lines

    def _names(self, *, wanted: bool) -> Callable[[str, bytes], Iterator[str]]:
        def report(name: str, content: bytes) -> Iterator[str]:
            has_match = self._search.matches(content)
            # With -L too, success means that a line was selected, not that a name was listed.
            self._matched |= has_match
            if has_match is wanted:
                yield f"{name}\n"

        return report

    def _counts(self, name: str, content: bytes) -> Iterator[str]:
        count = sum(1 for _ in self._search.lines(content))
        self._matched |= count > 0
        yield f"{self._label(name)}{count}\n"

    def _lines(self, name: str, content: bytes) -> Iterator[str]:
        if not self._search.matches(content):
            return
        label = self._label(name)
        if b"\0" in content and not self._given.has("text"):
            self._matched = True
            yield f"grep: {name}: binary file matches\n"
            return
        number, counted = 1, 0
        numbered = self._given.has("line-number")
        for start, line in self._search.lines(content):
            self._matched = True
            number += content.count(b"\n", counted, start)
            counted = start
            yield f"{label}{f'{number}:' if numbered else ''}{line.decode('utf-8', 'replace')}\n"

    def _label(self, name: str) -> str:
        """Return what stands before a line: a file named alone needs no name."""
        last = self._given.last("no-filename", "with-filename")
        return "" if last == "no-filename" else f"{name}:"


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(matcher(pattern.rstrip("/"))(name) for pattern in patterns)
