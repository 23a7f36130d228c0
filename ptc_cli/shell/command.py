"""What our own commands are given and give back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ptc_cli.core.tree import Node
from ptc_cli.shell import lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a command wrote, and its status."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


class OutOfTimeError(Exception):
    """The shell's time is up, inside a command of ours."""


class NoInputError(Exception):
    """A command that reads its input was given none, perhaps because the interpreter streams past it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a run of the shell ends.

    The interpreter's own timeout does not reach into a command written in Python, so each of them looks here.
    """

    at: float
    """On the monotonic clock."""

    @property
    def remaining_seconds(self) -> float:
        """How long is left."""
        return max(0.0, self.at - time.monotonic())

    def check(self) -> None:
        """Go on only while there is time.

        Raises:
            OutOfTimeError: There is none left.
        """
        if time.monotonic() > self.at:
            raise OutOfTimeError


class Native(Protocol):
    """The interpreter's own form of a command that we wrap."""

    def __call__(self, invocation: Invocation, args: tuple[str, ...], /) -> Output:
        """Run the command of the invocation's name with some arguments, on its input."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One command, called."""

    name: str
    args: tuple[str, ...]
    stdin: str | None
    """What is piped or redirected in; None when nothing is."""

    cwd: str
    env: Mapping[str, str]
    root: Node
    read_foreign: Callable[[str], bytes]
    """Read what is not in the tree, such as `/dev/fd/63`; raises `OSError`."""

    native: Native
    now: float
    """Seconds since the epoch."""

    deadline: Deadline

    def node(self, path: str) -> Node:
        """Return the tree's node at a path.

        Raises:
            OSError: There is none.
        """
        self.deadline.check()
        return lookup.find(self.root, self.cwd, path)

    def read(self, path: str) -> bytes:
        """Return a file's bytes; `-` is the input.

        Raises:
            IsADirectoryError: It is a directory.
            OSError: It cannot be read.
        """
        if path in ("-", "/dev/stdin"):
            return (self.stdin or "").encode()
        if path == "/dev/null":
            return b""
        if path.startswith("/dev/"):
            return self.read_foreign(path)
        node = self.node(path)
        if node.is_directory:
            raise IsADirectoryError(path)
        return node.content


Command = Callable[[Invocation], Output]


def reason(error: OSError) -> str:
    """Return what the C library calls an error."""
    match error:
        case NotADirectoryError():
            return "Not a directory"
        case IsADirectoryError():
            return "Is a directory"
        case PermissionError():
            return "Permission denied"
        case _:
            return "No such file or directory"


def usage_failure(name: str, message: str, *, exit_code: int = 1, lead: str = "") -> Output:
    """Return the complaint of a GNU program about its command line; diffutils leads its last line with its name."""
    return Output(stderr=f"{name}: {message}\n{lead}Try '{name} --help' for more information.\n", exit_code=exit_code)
