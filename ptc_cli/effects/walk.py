"""The second walk over a program: where what leads to tools goes.

A module may be asked for an attribute by name, and be bound to a name: both are followed. Wherever else it goes it is
let go, and all its tools count as reached. A tool counts as reached wherever the program has it in hand.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from ptc_cli.effects.collect import children
from ptc_cli.effects.evaluate import Evaluator
from ptc_cli.effects.found import MANY, Calls, Found, Place, Reference
from ptc_cli.effects.reach import Reach
from ptc_cli.effects.scope import Scope
from ptc_cli.effects.value import Value, Values

Use = Literal[
    "called",
    "asked",  # for an attribute
    "bound",  # to a name that is followed
    "dropped",
    "freed",  # anything else
]
"""What becomes of a value."""

Visit: TypeAlias = "Callable[[Walk, ast.AST, Place, Use], None]"


class Walk:
    """Walks over programs, and notes what becomes of what leads to tools."""

    def __init__(
        self,
        reach: Reach,
        evaluator: Evaluator,
        scopes: Mapping[ast.AST, Scope],
        visits: Mapping[type[ast.AST], Visit],
    ) -> None:
        self.reach = reach
        self.evaluator = evaluator
        self.scopes = scopes
        self.calls = Calls()
        self.found = Found()
        self._visits = visits
        self._later: deque[tuple[Sequence[ast.AST], Place]] = deque()

    def over(self, body: Sequence[ast.stmt], top: Scope) -> Found:
        """Return what is found in some statements of the top level."""
        self.found = Found()
        self.later(body, Place(top))
        while self._later:
            nodes, place = self._later.popleft()
            for node in nodes:
                self.visit(node, place)
        return self.found

    def later(self, nodes: Sequence[ast.AST], place: Place) -> None:
        """Visit the body of a function when the rest is done: a chain of functions must not cost depth."""
        self._later.append((nodes, place))

    def visit(self, node: ast.AST, place: Place, use: Use = "freed") -> None:
        """Visit a node whose value has a use."""
        visit = self._visits.get(type(node))
        if visit is not None:
            visit(self, node, place, use)
            return
        for child in children(node):
            self.visit(child, place)

    def take(self, values: Values, line: int, place: Place, use: Use) -> None:
        """Note that any of some values is used."""
        for value in values:
            if value.kind == "tool":
                self._take_tool(value, line, place, use)
            elif value.kind == "function":
                self.take_function(value.function, place, use)
            elif use == "freed":
                self._free(value, line)

    def take_function(self, function: int, place: Place, use: Use) -> None:
        """Note that one of the program's own functions is used."""
        if use == "called":
            self.calls.add(function, place)
        elif use == "freed":
            self.calls.freed.add(function)

    def lose(self, line: int, *, is_wild: bool = True) -> None:
        """Note a line that reaches for what cannot be told; a wild one may call anything any number of times."""
        self.found.unknown.append(line)
        self.found.is_wild |= is_wild

    def _take_tool(self, value: Value, line: int, place: Place, use: Use) -> None:
        times = {"called": MANY if place.is_looped else 1, "freed": MANY}.get(use, 0)
        reference = Reference(line, place.function, times)
        self.found.references.setdefault((value.name, value.tool), []).append(reference)

    def _free(self, value: Value, line: int) -> None:
        if value.kind in ("server", "package"):
            self.found.freed.setdefault(value.name or None, []).append(line)
        else:
            self.lose(line, is_wild=value.kind == "sys")
