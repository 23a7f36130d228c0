"""Binding names: what is followed through the name, and what is let go."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptc_cli.effects.collect import LITERALS, defaults, pairs, parameters
from ptc_cli.effects.found import Place
from ptc_cli.effects.walk import Use, Walk


def bound_or_freed(target: ast.expr, value: ast.expr, place: Place) -> Use:
    """Return what binding a value does to it: what a class holds is an attribute of the class."""
    return "freed" if place.scope.kind == "class" or pairs(target, value) is None else "bound"


def bind(walk: Walk, targets: Sequence[ast.expr], value: ast.expr, place: Place) -> None:
    """Visit a value that is bound to some targets."""
    if any(bound_or_freed(target, value, place) == "freed" for target in targets):
        walk.visit(value, place)
        return
    for expression in {id(each): each for target in targets for _, each in pairs(target, value) or ()}.values():
        walk.visit(expression, place, "bound")


def literal_items(walk: Walk, target: ast.expr, iterated: ast.expr, place: Place) -> None:
    """Visit what a loop iterates over: the items of a literal are bound one by one."""
    items = iterated.elts if isinstance(iterated, LITERALS) else []
    if items and all(bound_or_freed(target, item, place) == "bound" for item in items):
        for item in items:
            bind(walk, [target], item, place)
    else:
        walk.visit(iterated, place)


def visit_defaults(walk: Walk, arguments: ast.arguments, place: Place) -> None:
    """Visit the annotations and defaults of a function's parameters."""
    for each in parameters(arguments):
        if each.annotation is not None:
            walk.visit(each.annotation, place, "dropped")
    for parameter, default in defaults(arguments):
        is_private = parameter.arg.startswith("__")
        walk.visit(default, place, "freed" if is_private else "bound")
