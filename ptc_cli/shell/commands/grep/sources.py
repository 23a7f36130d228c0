"""Which files are searched."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, NoInputError, reason
from ptc_cli.shell.commands.grep.matching import Source
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Given


class Sources:
    """The files that operands lead to, and what stood in the way."""

    def __init__(self, invocation: Invocation, given: Given, operands: tuple[str, ...]) -> None:
        self._invocation = invocation
        self._given = given
        self._recursive = given.has("recursive", "dereference-recursive") or given.value("directories") == "recurse"
        self._operands = operands or (("",) if self._recursive else ("-",))
        self._included, self._excluded = given.values("include"), given.values("exclude")
        self._unentered = given.values("exclude-dir")
        self.errors: list[str] = []
        self.is_labelled = len(self._operands) > 1
        """Whether there may be more than one file, so that results need their names."""

    def found(self) -> list[Source]:
        """Return the files, in the order they are searched in."""
        return [source for name in self._operands for source in self._operand(name)]

    def _operand(self, name: str) -> Iterator[Source]:
        try:
            yield from self._opened(name)
        except OSError as error:
            self.errors.append(f"{name}: {reason(error)}")

    def _opened(self, name: str) -> Iterator[Source]:
        if name in ("-", "/dev/stdin"):
            if self._invocation.stdin is None:
                raise NoInputError
            label = self._given.value("label") or "(standard input)"
            yield Source(name=label, content=self._invocation.stdin.encode())
        elif name.startswith("/dev/"):
            yield Source(name=name, content=self._invocation.read(name))
        else:
            yield from self._in_tree(name, self._invocation.node(name or "."))

    def _in_tree(self, name: str, node: Node) -> Iterator[Source]:
        if not node.is_directory:
            if self._is_wanted(posixpath.basename(name)):
                yield Source(name=name, content=node.content)
        elif self._recursive:
            self.is_labelled = True
            yield from self._below("" if not name else f"{name.rstrip('/')}/", node)
        elif self._given.value("directories") != "skip":
            raise IsADirectoryError(name)

    def _below(self, prefix: str, directory: Node) -> Iterator[Source]:
        self._invocation.deadline.check()
        for name, node in directory.entries.items():
            if not node.is_directory:
                if self._is_wanted(name):
                    yield Source(name=prefix + name, content=node.content)
            elif not _any(name, self._unentered):
                yield from self._below(f"{prefix}{name}/", node)

    def _is_wanted(self, name: str) -> bool:
        return not _any(name, self._excluded) and (not self._included or _any(name, self._included))


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(matcher(pattern.rstrip("/"))(name) for pattern in patterns)
