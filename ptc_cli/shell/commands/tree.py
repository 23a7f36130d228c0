"""`tree`: directories drawn as a tree, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ptc_cli.core.tree import Node
from ptc_cli.shell import facts
from ptc_cli.shell.command import Invocation, Output
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options(
    "a C d D f F g h i I= J L= l N n p P= Q q r s S t U u v x "
    "charset= dirsfirst du filelimit= filesfirst help ignore-case inodes matchdirs noreport prune sort= version"
)

_HELP = """\
usage: tree [-adfFghiJnNpQrstU] [-L level] [-P pattern] [-I pattern]
            [--dirsfirst] [--prune] [--noreport] [DIR...]
"""
_UNOPENED = "  [error opening dir]"


@dataclass(slots=True)
class _Count:
    directories: int = 0
    files: int = 0
    lines: list[str] = field(default_factory=list)


class _Drawing:
    def __init__(self, invocation: Invocation, given: Given) -> None:
        self._invocation = invocation
        self._given = given
        self._depth = int(given.value("L") or 1_000_000)
        self._count = _Count()
        self._failed = False

    def text(self) -> Output:
        for name, node in self._operands():
            if node is None or not node.is_directory:
                self._count.lines.append(name + _UNOPENED)
                continue
            self._count.directories += 1
            self._count.lines.append(self._label(name, node))
            self._draw(node, name.rstrip("/"), "", 1)
        lines = self._count.lines
        if not self._given.has("noreport"):
            lines += ["", self._report()]
        return Output(stdout="".join(f"{line}\n" for line in lines), exit_code=2 if self._failed else 0)

    def json(self) -> Output:
        roots = [self._json(name, node, 1, "  ") for name, node in self._operands()]
        report: dict[str, str | int] = {"type": "report", "directories": self._count.directories}
        if not self._given.has("d"):
            report["files"] = self._count.files
        parts = [*roots, *([] if self._given.has("noreport") else [f"  {_compact(report)}"])]
        return Output(stdout="[\n" + "\n,\n".join(parts) + "\n]\n", exit_code=2 if self._failed else 0)

    def _operands(self) -> Iterator[tuple[str, Node | None]]:
        for name in self._given.operands or (".",):
            try:
                node = self._invocation.node(name)
            except OSError:
                node = None
            self._failed |= node is None or not node.is_directory
            yield name, node

    def _draw(self, directory: Node, path: str, indent: str, depth: int) -> None:
        if depth > self._depth:
            return
        self._invocation.deadline.check()
        children = self._children(directory)
        for index, (name, node) in enumerate(children, start=1):
            is_last = index == len(children)
            below = f"{path}/{name}"
            branch = "" if self._given.has("i") else indent + ("└── " if is_last else "├── ")
            self._count.lines.append(branch + self._label(below if self._given.has("f") else name, node))
            if not node.is_directory:
                self._count.files += 1
                continue
            self._count.directories += 1
            self._draw(node, below, indent + ("    " if is_last else "│\u00a0\u00a0 "), depth + 1)

    def _json(self, name: str, node: Node | None, depth: int, indent: str) -> str:
        if node is None:
            return indent + _compact({"error": "opening dir"})
        facts_of: dict[str, str | int] = {"type": "directory" if node.is_directory else "file", "name": name}
        if not node.is_directory:
            self._count.files += 1
            return indent + _compact(facts_of)
        self._count.directories += 1
        if depth > self._depth:
            return indent + _compact(facts_of)
        self._invocation.deadline.check()
        inner = ",\n".join(
            self._json(f"{name}/{child}" if self._given.has("f") else child, entry, depth + 1, f"{indent}  ")
            for child, entry in self._children(node)
        )
        contents = f"[\n{inner}\n{indent}]" if inner else "[]"
        return f'{indent}{_compact(facts_of)[:-1]},"contents":{contents}}}'

    def _children(self, directory: Node) -> list[tuple[str, Node]]:
        children = [entry for entry in directory.entries.items() if self._is_shown(*entry)]
        children.sort(key=lambda entry: entry[0].encode("utf-8", "replace"))
        if self._given.has("t"):
            children.sort(key=lambda entry: entry[1].modified_at)
        if self._given.value("sort") == "size":
            children.sort(key=lambda entry: -facts.size(entry[1]))
        if self._given.has("r"):
            children.reverse()
        if self._given.has("dirsfirst"):
            children.sort(key=lambda entry: not entry[1].is_directory)
        if self._given.has("filesfirst"):
            children.sort(key=lambda entry: entry[1].is_directory)
        return children

    def _is_shown(self, name: str, node: Node) -> bool:
        if name.startswith(".") and not self._given.has("a"):
            return False
        if _matches(name, self._given.values("I"), self._given):
            return False
        if not node.is_directory:
            wanted = self._given.values("P")
            return not self._given.has("d") and (not wanted or _matches(name, wanted, self._given))
        return not self._given.has("prune") or any(self._is_shown(*entry) for entry in node.entries.items())

    def _label(self, name: str, node: Node) -> str:
        columns: list[str] = []
        if self._given.has("p"):
            columns.append(facts.permissions(node))
        if self._given.has("u"):
            columns.append(f"{facts.OWNER:<8}")
        if self._given.has("g"):
            columns.append(f"{facts.OWNER:<8}")
        if self._given.has("h"):
            columns.append(f"{_human(facts.size(node)):>4}")
        elif self._given.has("s"):
            columns.append(f"{facts.size(node):>11}")
        if self._given.has("D"):
            columns.append(facts.short_time(node.modified_at, self._invocation.now))
        shown = f'"{name}"' if self._given.has("Q") else name
        suffix = "/" if self._given.has("F") and node.is_directory and not name.endswith("/") else ""
        return (f"[{' '.join(columns)}]  " if columns else "") + shown + suffix

    def _report(self) -> str:
        count = self._count
        report = f"{count.directories} director{'y' if count.directories == 1 else 'ies'}"
        return report if self._given.has("d") else f"{report}, {count.files} file{'' if count.files == 1 else 's'}"


def run(invocation: Invocation) -> Output:
    """Draw the tree below directories."""
    try:
        given = OPTIONS.parse(invocation.args)
        _check(given)
    except UsageError as error:
        return Output(stderr=f"tree: {error}\n", exit_code=1)
    if given.has("help"):
        return Output(stdout=_HELP)
    if given.has("version"):
        return Output(stdout="tree v2.1.0\n")
    drawing = _Drawing(invocation, given)
    return drawing.json() if given.has("J") else drawing.text()


def _human(count: int) -> str:
    """Return a size as tree rounds it: to the nearest, where ls rounds up."""
    if count < 1024:
        return str(count)
    amount = count / 1024
    letters = iter("KMGTPE")
    letter = next(letters)
    while amount >= 1024:
        amount, letter = amount / 1024, next(letters)
    return f"{amount:.0f}{letter}" if amount >= 10 else f"{amount:.1f}{letter}"


def _check(given: Given) -> None:
    depth = given.value("L")
    if depth is not None and (not is_count(depth) or int(depth) < 1):
        raise UsageError("Invalid level, must be greater than 0.")


def _matches(name: str, patterns: Iterable[str], given: Given) -> bool:
    fold = given.has("ignore-case")
    shown = name.lower() if fold else name
    alternatives = (part for pattern in patterns for part in pattern.split("|"))
    return any(matcher(part.lower() if fold else part)(shown) for part in alternatives)


def _compact(value: dict[str, str | int]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
