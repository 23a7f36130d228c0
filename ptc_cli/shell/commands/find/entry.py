"""What an expression is asked about, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ptc_cli.core.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file or directory on the way."""

    path: str
    """As it is printed."""

    name: str
    start: str
    """The operand it was found below."""

    node: Node
    depth: int


@dataclass(slots=True)
class Search:
    """What a search has found so far, and how it goes on."""

    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_pruned: bool = False
    """Whether the directory just looked at is not to be entered."""

    is_over: bool = False


Expression = Callable[[Entry, Search], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A command line, understood."""

    starts: tuple[str, ...]
    expression: Expression
    least_depth: int = 0
    most_depth: int | None = None
    depth_first: bool = False


class FindError(Exception):
    """A command line that find does not accept, in its own words."""


class BeyondError(Exception):
    """A command line for the interpreter's own find."""
