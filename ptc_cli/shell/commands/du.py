"""`du` as GNU coreutils has it: what the tree would take on a disk."""

from __future__ import annotations

from collections.abc import Iterator

from ptc_cli.core.tree import Node
from ptc_cli.shell import facts, quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options(
    "0/null a/all apparent-size b/bytes B/block-size= c/total d/max-depth= D/dereference-args H h/human-readable k "
    "l/count-links L/dereference m P/no-dereference S/separate-dirs s/summarize si t/threshold= time? "
    "x/one-file-system X/exclude-from= exclude= inodes help version"
)

_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3}


def run(invocation: Invocation) -> Output:
    """Say how much room directories take."""
    try:
        given = OPTIONS.parse(invocation.args)
        usage = _Usage(invocation, given)
    except UsageError as error:
        return usage_failure("du", str(error))
    if given.has("help"):
        return Output(stdout="Usage: du [OPTION]... [FILE]...\nSummarize device usage of the set of FILEs.\n")
    return usage.run()


class _Usage:
    def __init__(self, invocation: Invocation, given: Given) -> None:
        self._invocation = invocation
        self._given = given
        self._depth = 0 if given.has("summarize") else _depth(given.value("max-depth"))
        self._unit = _unit(given)
        self._lines: list[str] = []
        self._stderr = ""

    def run(self) -> Output:
        total = sum(self._operands())
        if self._given.has("total"):
            self._show(total, "total")
        end = "\0" if self._given.has("null") else "\n"
        stdout = "".join(f"{line}{end}" for line in self._lines)
        return Output(stdout=stdout, stderr=self._stderr, exit_code=1 if self._stderr else 0)

    def _operands(self) -> Iterator[int]:
        for name in self._given.operands or (".",):
            try:
                yield self._sized(name, self._invocation.node(name), 0)
            except OSError as error:
                self._stderr += f"du: cannot access {quoting.quoted(name)}: {reason(error)}\n"

    def _sized(self, path: str, node: Node, depth: int) -> int:
        self._invocation.deadline.check()
        size = self._own(node)
        for name, child in node.entries.items():
            if any(matcher(pattern)(name) for pattern in self._given.values("exclude")):
                continue
            below = self._sized(f"{path.rstrip('/')}/{name}", child, depth + 1)
            size += 0 if self._given.has("separate-dirs") and child.is_directory else below
        is_shown = node.is_directory or self._given.has("all") or depth == 0
        if is_shown and (self._depth is None or depth <= self._depth):
            self._show(size, path)
        return size

    def _own(self, node: Node) -> int:
        if self._given.has("inodes"):
            return 1
        return facts.size(node) if self._given.has("bytes", "apparent-size") else facts.kilobytes(node) * 1024

    def _show(self, size: int, name: str) -> None:
        if self._given.has("human-readable", "si"):
            shown = facts.human(size, unit=1000 if self._given.has("si") else 1024)
        else:
            shown = str(size if self._given.has("inodes") else -(-size // self._unit))
        self._lines.append(f"{shown}\t{name}")


def _depth(text: str | None) -> int | None:
    if text is not None and not is_count(text):
        raise UsageError(f"invalid maximum depth {quoting.curly(text)}")
    return None if text is None else int(text)


def _unit(given: Given) -> int:
    match given.last("bytes", "k", "m", "block-size"):
        case "bytes":
            return 1
        case "m":
            return _UNITS["M"]
        case "block-size":
            text = given.value("block-size") or ""
            number, letter = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "")
            if (number and not is_count(number)) or not text or number == "0":
                raise UsageError(f"invalid --block-size argument {quoting.quoted(text)}")
            return int(number or 1) * _UNITS.get(letter, 1)
    return _UNITS["K"]
