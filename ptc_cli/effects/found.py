"""What the second walk finds: tools in hand, servers let go, lines that cannot be followed, calls of functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ptc_cli.effects.scope import Scope, Variable

MANY = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the run of a program an expression stands."""

    scope: Scope
    function: int = 0
    """The number of the function around it; 0 for none."""

    is_looped: bool = False
    """Whether it may be evaluated more than once each time that the function runs."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One place at which a program has a tool in hand."""

    line: int
    function: int
    times: int
    """How often the tool may be called from here each time that the function runs; `MANY` for more than once."""


@dataclass(slots=True)
class Found:
    """What was found in one program, or in one statement of an earlier one."""

    references: dict[tuple[str, str], list[Reference]] = field(default_factory=dict)
    """By module and function."""

    freed: dict[str | None, list[int]] = field(default_factory=dict)
    """Lines by the module that is let go there; None for `tools` itself."""

    unknown: list[int] = field(default_factory=list)
    names: dict[Variable, list[int]] = field(default_factory=dict)
    """Global variables through which something may get in or out, with the lines that name them."""

    is_wild: bool = False
    """Whether it runs code, or gets hold of names, that its text does not show."""


@dataclass(slots=True)
class Calls:
    """How often the program's own functions run."""

    sites: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By function, each call: the function around it, and how often it is made there."""

    freed: set[int] = field(default_factory=set)
    """Functions that others may call."""

    _known: dict[int, int] = field(default_factory=dict)

    def add(self, function: int, place: Place) -> None:
        """Note a call."""
        self.sites.setdefault(function, []).append((place.function, MANY if place.is_looped else 1))

    def times(self, function: int) -> int:
        """Return how often a function may run: `MANY` for more than once, and for one that calls itself."""
        if function == 0:
            return 1
        if function not in self._known:
            self._known[function] = MANY
            total = sum(times * self.times(caller) for caller, times in self.sites.get(function, ()))
            self._known[function] = MANY if function in self.freed else min(total, MANY)
        return self._known[function]


def is_repeated(references: list[Reference], calls: Calls) -> bool:
    """Say whether any line may call the tool more than once."""
    lines: Counter[int] = Counter()
    for each in references:
        lines[each.line] += each.times * calls.times(each.function)
    return max(lines.values(), default=0) >= MANY
