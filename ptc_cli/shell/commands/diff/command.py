"""The command line of diff, and what it compares with what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.commands.diff.columns import Layout, side_by_side
from ptc_cli.shell.commands.diff.hunks import ed, in_context, normal, unified
from ptc_cli.shell.commands.diff.text import Comparison, Text, compare
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Given, Options, UsageError, is_count
from ptc_cli.shell.quoting import if_needed
from ptc_cli.shell.writing import node_or_none

OPTIONS = Options(
    "a/text b/ignore-space-change B/ignore-blank-lines c C= context? d/minimal D/ifdef= e/ed E/ignore-tab-expansion "
    "F/show-function-line= H/speed-large-files i/ignore-case I/ignore-matching-lines= l/paginate L/label= n/rcs "
    "N/new-file p/show-c-function P/unidirectional-new-file q/brief r/recursive s/report-identical-files "
    "S/starting-file= t/expand-tabs T/initial-tab u U= unified? w/ignore-all-space W/width= x/exclude= "
    "X/exclude-from= y/side-by-side Z/ignore-trailing-space color? from-file= help ignore-file-name-case "
    "left-column no-dereference no-ignore-file-name-case normal palette= strip-trailing-cr suppress-blank-empty "
    "suppress-common-lines tabsize= to-file= v/version"
)

_CONTEXT = 3
_MOST_WIDTH = 10_000
_HELP = "Usage: diff [OPTION]... FILES\nCompare FILES line by line.\n"


class _TroubleError(Exception):
    """An operand that cannot be compared."""


@dataclass(slots=True)
class _Outcome:
    differs: bool = False
    troubled: bool = False

    @property
    def exit_code(self) -> int:
        return 2 if self.troubled else int(self.differs)


def run(invocation: Invocation) -> Output:
    """Compare two files or directories."""
    try:
        given = OPTIONS.parse(_numbered(invocation.args))
        _check(given)
    except UsageError as error:
        return usage_failure("diff", str(error), exit_code=2, lead="diff: ")
    if given.has("help"):
        return Output(stdout=_HELP)
    if given.has("version"):
        return Output(stdout="diff (GNU diffutils) 3.8\n")
    return _Diff(invocation, given).run()


class _Diff:
    def __init__(self, invocation: Invocation, given: Given) -> None:
        self._invocation = invocation
        self._given = given
        self._outcome = _Outcome()
        self._stderr = ""

    def run(self) -> Output:
        first, second = self._given.operands
        try:
            nodes = self._node(first), self._node(second)
            if all(node is not None and node.is_directory for node in nodes):
                stdout = "".join(self._directories(first, second))
            else:
                stdout = "".join(self._files(*self._into_directory(first, second, nodes)))
        except _TroubleError:
            stdout = ""
        return Output(stdout=stdout, stderr=self._stderr, exit_code=self._outcome.exit_code)

    def _node(self, name: str) -> Node | None:
        return None if name == "-" or name.startswith("/dev/") else node_or_none(self._invocation, name)

    def _into_directory(self, first: str, second: str, nodes: tuple[Node | None, Node | None]) -> tuple[str, str]:
        """Where one operand is a directory, compare the other with the file of its name in there."""
        if nodes[0] is not None and nodes[0].is_directory:
            return posixpath.join(first, posixpath.basename(second)), second
        if nodes[1] is not None and nodes[1].is_directory:
            return first, posixpath.join(second, posixpath.basename(first))
        return first, second

    def _files(self, first: str, second: str, head: str = "") -> Iterator[str]:
        texts = [text for name in (first, second) for text in self._text(name)]
        if len(texts) < 2:
            raise _TroubleError
        if texts[0].content == texts[1].content:
            yield from self._identical(texts[0], texts[1], head)
            return
        comparison = compare(texts[0], texts[1], self._given, self._invocation.deadline.check)
        if not comparison.changes:
            yield from self._identical(texts[0], texts[1], head)
            return
        self._outcome.differs = True
        if self._given.has("brief"):
            yield f"Files {texts[0].name} and {texts[1].name} differ\n"
            return
        yield head
        yield from self._shown(comparison)

    def _identical(self, first: Text, second: Text, head: str) -> Iterator[str]:
        if self._given.has("side-by-side") and not self._given.has("brief"):
            yield head
            yield from side_by_side(Comparison(first=first, second=second, changes=()), self._layout)
        if self._given.has("report-identical-files"):
            yield f"Files {first.name} and {second.name} are identical\n"

    def _shown(self, comparison: Comparison) -> Iterator[str]:
        labels = self._given.values("label")
        match self._given.last("u", "U", "unified", "c", "C", "context", "side-by-side", "normal", "ed"):
            case "u" | "U" | "unified":
                return unified(comparison, self._context, labels)
            case "c" | "C" | "context":
                return in_context(comparison, self._context, labels)
            case "side-by-side":
                return side_by_side(comparison, self._layout)
            case "ed":
                return ed(comparison)
        return normal(comparison, tab=self._given.has("initial-tab"))

    @property
    def _context(self) -> int:
        numbers = [int(value) for value in self._given.values("U", "unified", "C", "context")]
        return max(numbers, default=_CONTEXT)

    @property
    def _layout(self) -> Layout:
        return Layout(
            width=int(self._given.value("width") or 130),
            expands_tabs=self._given.has("expand-tabs"),
            only_changes=self._given.has("suppress-common-lines"),
            left_only=self._given.has("left-column"),
        )

    def _directories(self, first: str, second: str) -> Iterator[str]:
        entries = [dict(self._invocation.node(name).entries) for name in (first, second)]
        names = sorted({*entries[0], *entries[1]}, key=lambda name: name.encode("utf-8", "replace"))
        for name in names:
            if any(matcher(pattern)(name) for pattern in self._given.values("exclude")):
                continue
            below = posixpath.join(first, name), posixpath.join(second, name)
            yield from self._pair(name, (entries[0].get(name), entries[1].get(name)), below)

    def _pair(self, name: str, nodes: tuple[Node | None, Node | None], paths: tuple[str, str]) -> Iterator[str]:
        self._invocation.deadline.check()
        one, other = nodes
        is_new = self._given.has("new-file") or (self._given.has("unidirectional-new-file") and one is None)
        if one is None or other is None:
            here = other if one is None else one
            if not (is_new and here is not None and (self._given.has("recursive") or not here.is_directory)):
                yield self._only(name, paths[0] if other is None else paths[1])
                return
        kinds = {node.is_directory for node in nodes if node is not None}
        if kinds == {True}:
            yield from self._subdirectories(nodes, paths)
        elif kinds == {False}:
            yield from self._files(*paths, head="" if self._given.has("brief") else self._command(paths))
        else:
            self._outcome.differs = True
            described = [f"{path} is a {_kind(node)}" for path, node in zip(paths, nodes, strict=True)]
            yield f"File {described[0]} while file {described[1]}\n"

    def _subdirectories(self, nodes: tuple[Node | None, Node | None], paths: tuple[str, str]) -> Iterator[str]:
        if not self._given.has("recursive"):
            yield f"Common subdirectories: {paths[0]} and {paths[1]}\n"
        elif all(node is not None for node in nodes):
            yield from self._directories(*paths)
        else:
            here = next(node for node in nodes if node is not None)
            for name, child in here.entries.items():
                pair = (None, child) if nodes[0] is None else (child, None)
                yield from self._pair(name, pair, (posixpath.join(paths[0], name), posixpath.join(paths[1], name)))

    def _only(self, name: str, path: str) -> str:
        self._outcome.differs = True
        return f"Only in {posixpath.dirname(path)}: {name}\n"

    def _command(self, paths: tuple[str, str]) -> str:
        words = [if_needed(arg) for arg in self._invocation.args if arg.startswith("-") and arg != "-"]
        return f"{' '.join(['diff', *words, *map(if_needed, paths)])}\n"

    def _text(self, name: str) -> Iterator[Text]:
        """Yield a file's text, or nothing after saying why not; with `-N` a missing file is empty."""
        try:
            content = self._invocation.read(name)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and self._given.has("new-file"):
                yield Text(name=name, content="", modified_at=0.0)
                return
            self._outcome.troubled = True
            self._stderr += f"diff: {name}: {reason(error)}\n"
            return
        node = self._node(name)
        modified_at = self._invocation.now if node is None else node.modified_at
        yield Text(name=name, content=content.decode("utf-8", "surrogateescape"), modified_at=modified_at)


def _numbered(args: tuple[str, ...]) -> tuple[str, ...]:
    """Turn `-3` into `-U3`, which is what it means beside `-u`."""
    return tuple(f"-U{arg[1:]}" if re.fullmatch(r"-\d+", arg) else arg for arg in args)


def _check(given: Given) -> None:
    for key in ("U", "unified", "C", "context"):
        value = given.value(key)
        if value is not None and not is_count(value):
            raise UsageError(f"invalid context length '{value}'")
    width = given.value("width")
    if width is not None and not (is_count(width) and 0 < int(width) <= _MOST_WIDTH):
        raise UsageError(f"invalid width '{width}'")
    if given.has("help", "version"):
        return
    if len(given.operands) < 2:
        raise UsageError(f"missing operand after '{(given.operands or ('diff',))[-1]}'")
    if len(given.operands) > 2:
        raise UsageError(f"extra operand '{given.operands[2]}'")


def _kind(node: Node | None) -> str:
    if node is None or not node.is_directory:
        return "regular file" if node is None or node.content else "regular empty file"
    return "directory"
