"""What the command line asks of the engine, wherever that is: in this process, or in the daemon."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ptc_cli.console.terminal import is_terminal

if TYPE_CHECKING:
    # Each costs a few milliseconds, and no command needs them all.
    from ptc_cli.console.shown import Streams
    from ptc_cli.core.call import ToolResult
    from ptc_cli.core.catalog import Tool
    from ptc_cli.core.check import CheckReport
    from ptc_cli.core.inquiry import InquiryKind
    from ptc_cli.core.jsonvalue import JsonObject
    from ptc_cli.core.program import Program
    from ptc_cli.core.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWanted:
    """A run as the command line puts it."""

    program: Program
    limits: Mapping[str, float] = field(default_factory=dict)
    """Those that are not as configured."""

    allow: tuple[str, ...] = ("*",)
    deny: tuple[str, ...] = ()
    input: str | None = None
    """JSON text."""

    workspace: str | None = None
    mounts: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    is_granted: bool = False
    """Whether calls for which policy would ask are allowed beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a run."""

    result: Result
    exit_code: int
    """How to end: a program that only lacks a server where somebody has to log in is not at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWanted:
    """A direct call as the command line puts it."""

    tool: str
    arguments: Callable[[Tool], JsonObject]
    """Makes them, once it is known what the tool takes."""

    timeout_seconds: float | None = None
    is_granted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of a direct call."""

    tool: Tool
    returned: ToolResult
    unusable: int | None = None
    """The exit code that says why the tool's server cannot be connected, where that is known."""


class Verbs(Protocol):
    """The engine's verbs, each to its end."""

    def check(self, programs: Sequence[Program], *, strict: bool) -> list[CheckReport]:
        """Say what is wrong with programs."""
        ...

    def run(self, wanted: RunWanted, *, streams: Streams | None) -> Ran:
        """Check and run a program, shown on streams as it goes."""
        ...

    def call(self, wanted: CallWanted) -> Called:
        """Call one tool."""
        ...

    def shell(self, line: str) -> int:
        """Run one command over the tree, show what it wrote, and return its status."""
        ...


def somebody_decides(*, is_granted: bool) -> bool:
    """Say whether a question would be answered at all."""
    return is_granted or can_be_asked()


def answered_kinds(*, is_granted: bool) -> list[InquiryKind]:
    """Return what servers may ask: of a person who is there, and has not said yes beforehand and gone."""
    return ["form", "url"] if can_be_asked() and not is_granted else []


def can_be_asked() -> bool:
    """Say whether there is anybody to ask."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)
