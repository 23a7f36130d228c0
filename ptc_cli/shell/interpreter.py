"""What runs a script: the protocol, so that the shell does not depend on which interpreter it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Command, Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script and the world it runs in."""

    text: str
    root: Node
    """The directory `/`, as our own commands see it."""

    tree: Node
    """The tree itself."""

    mount: str
    """Where the tree is below `/`."""

    overlay: Node | None
    """A directory whose entries stand at `/` beside the tree, for this script only."""

    cwd: str
    env: Mapping[str, str]
    commands: Mapping[str, Command]
    """Our own, by name."""

    now: float
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """What came of a script."""

    stdout: str
    stderr: str
    exit_code: int
    cwd: str
    exported: Mapping[str, str]
    stopped: str | None = None
    """Which limit ended it."""

    is_truncated: bool = False
    """Whether the interpreter itself dropped output."""


class Interpreter(Protocol):
    """Run bash scripts over a tree, without processes, host files or sockets."""

    def run(self, script: Script) -> Interpretation:
        """Run a script to its end or its deadline; blocks."""
        ...

    def close(self) -> None:
        """Let go of what is kept for the next script."""
        ...
