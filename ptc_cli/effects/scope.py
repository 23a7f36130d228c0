"""Scopes, and what the names in them can stand for."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Literal

from ptc_cli.effects.value import Value, Values

ScopeKind = Literal["module", "class", "function", "comprehension"]


class TooMuchError(Exception):
    """The program is too large or too tangled to be followed."""


@dataclass(slots=True, eq=False)
class Variable:
    """A name in its scope, and everything that is ever bound to it."""

    name: str
    is_global: bool
    values: set[Value] = field(default_factory=set)
    is_imported: bool = False
    """Whether an import, or nobody in the program, bound it."""

    is_bound: bool = False
    """Whether anything else did."""

    def take(self, values: Values) -> bool:
        """Add values; say whether there was a new one."""
        before = len(self.values)
        self.values |= values
        if len(self.values) > _MOST_VALUES:
            raise TooMuchError
        return len(self.values) > before


_MOST_VALUES = 200


@dataclass(slots=True, eq=False)
class Scope:
    """One scope of a program."""

    kind: ScopeKind
    parent: Scope | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    outer: dict[str, Literal["global", "nonlocal"]] = field(default_factory=dict)
    """Names that are declared to be another scope's."""

    function: int = 0
    """The number of the function whose body it is; 0 for none."""

    @property
    def top(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def bind(self, name: str) -> Variable:
        """Return the variable that binding a name here binds."""
        where = self.outer.get(name)
        if where == "global":
            return self.top.own(name)
        if where == "nonlocal" and (found := self.look_up(name)):
            return found[-1]
        return self.own(name)

    def own(self, name: str) -> Variable:
        """Return the variable of a name in this very scope."""
        if name not in self.variables:
            self.variables[name] = Variable(name, is_global=self.kind == "module")
        return self.variables[name]

    def walrus(self, name: str) -> Variable:
        """Return the variable that `name := ...` binds here: comprehensions leave it to the scope around them."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope.bind(name)

    def look_up(self, name: str) -> list[Variable]:
        """Return the variables that a name can mean here; none if nothing binds it."""
        found: list[Variable] = []
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "class" and scope is not self:
                # Methods do not see the names of their class.
                scope = scope.parent
                continue
            where = scope.outer.get(name)
            if where == "global":
                scope = scope.top
            if (where != "nonlocal") and (variable := scope.variables.get(name)):
                found.append(variable)
                if scope.kind != "class":
                    return found
            # What a class body has not bound yet is looked for further out.
            scope = scope.parent
        return found


@dataclass(frozen=True, slots=True)
class Alias:
    """A name is bound to an expression whose value may lead to tools."""

    variable: Variable
    expression: ast.expr
    scope: Scope
