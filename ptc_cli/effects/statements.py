"""What each kind of statement does with the values in it."""

from __future__ import annotations

import ast
from dataclasses import replace

from ptc_cli.effects.collect import Function
from ptc_cli.effects.found import Place
from ptc_cli.effects.names import bind, literal_items, visit_defaults
from ptc_cli.effects.value import PACKAGE, PTC, SYS
from ptc_cli.effects.walk import Use, Walk
from ptc_cli.effects.wild import WILD_ATTRIBUTES, WILD_IN_SYS, is_wild_module


def function(walk: Walk, node: Function, place: Place, use: Use) -> None:
    """Visit a function: decorators and defaults now, its body when it is called."""
    inner = walk.scopes[node]
    if node.decorator_list or place.scope.kind == "class" or node.name.startswith("__"):
        walk.take_function(inner.function, place, "freed")
    for variable in place.scope.look_up(node.name):
        if variable.is_global:
            walk.found.names.setdefault(variable, []).append(node.lineno)
    for decorator in node.decorator_list:
        walk.visit(decorator, place)
    if node.returns is not None:
        walk.visit(node.returns, place, "dropped")
    visit_defaults(walk, node.args, place)
    walk.later(node.body, Place(inner, inner.function))


def class_(walk: Walk, node: ast.ClassDef, place: Place, use: Use) -> None:
    """Visit a class, whose body runs where it stands."""
    for variable in place.scope.look_up(node.name):
        if variable.is_global:
            walk.found.names.setdefault(variable, []).append(node.lineno)
    for part in (*node.decorator_list, *node.bases, *node.keywords):
        walk.visit(part, place)
    inside = replace(place, scope=walk.scopes[node])
    for statement in node.body:
        walk.visit(statement, inside)


def assignment(walk: Walk, node: ast.Assign, place: Place, use: Use) -> None:
    """Visit a value, and what it is bound to."""
    bind(walk, node.targets, node.value, place)
    for target in node.targets:
        walk.visit(target, place)


def annotated(walk: Walk, node: ast.AnnAssign, place: Place, use: Use) -> None:
    """Visit a value, its annotation, and what it is bound to."""
    walk.visit(node.annotation, place, "dropped")
    if node.value is not None:
        bind(walk, [node.target], node.value, place)
    walk.visit(node.target, place)


def augmented(walk: Walk, node: ast.AugAssign, place: Place, use: Use) -> None:
    """Visit both sides of `+=` and its like, either of which may get the other."""
    for part in (node.target, node.value):
        walk.visit(part, place)
        walk.take(walk.evaluator.values(part, place.scope), node.lineno, place, "freed")


def expression(walk: Walk, node: ast.Expr, place: Place, use: Use) -> None:
    """Visit a value that nobody takes, or that is shown as text."""
    walk.visit(node.value, place, "dropped")


def for_(walk: Walk, node: ast.For | ast.AsyncFor, place: Place, use: Use) -> None:
    """Visit a loop; what it iterates over, and what follows it, stands outside."""
    inside = replace(place, is_looped=True)
    literal_items(walk, node.target, node.iter, place)
    walk.visit(node.target, inside)
    for statement in node.body:
        walk.visit(statement, inside)
    for statement in node.orelse:
        walk.visit(statement, place)


def while_(walk: Walk, node: ast.While, place: Place, use: Use) -> None:
    """Visit a loop, its condition included."""
    inside = replace(place, is_looped=True)
    walk.visit(node.test, inside, "dropped")
    for statement in node.body:
        walk.visit(statement, inside)
    for statement in node.orelse:
        walk.visit(statement, place)


def if_(walk: Walk, node: ast.If, place: Place, use: Use) -> None:
    """Visit a condition and both branches."""
    walk.visit(node.test, place, "dropped")
    for statement in (*node.body, *node.orelse):
        walk.visit(statement, place)


def assertion(walk: Walk, node: ast.Assert, place: Place, use: Use) -> None:
    """Visit a condition and what is said if it does not hold."""
    walk.visit(node.test, place, "dropped")
    if node.msg is not None:
        walk.visit(node.msg, place)


def import_(walk: Walk, node: ast.Import, place: Place, use: Use) -> None:
    """Look at the modules that are imported."""
    for alias in node.names:
        root, _, rest = alias.name.partition(".")
        if is_wild_module(alias.name):
            walk.lose(node.lineno)
        known = {"tools": PACKAGE, "ptc": PTC, "sys": SYS}.get(root)
        if known is not None and _is_lost(alias.asname or root, place):
            walk.take(walk.reach.server(rest) if rest else frozenset({known}), node.lineno, place, "freed")


def import_from(walk: Walk, node: ast.ImportFrom, place: Place, use: Use) -> None:
    """Look at the names that are imported."""
    module = node.module or ""
    # With a `__package__` of the program's making, a relative import reaches `tools`.
    if node.level or is_wild_module(module):
        walk.lose(node.lineno)
    for alias in node.names:
        is_wild = is_wild_module(f"{module}.{alias.name}") or alias.name in WILD_ATTRIBUTES
        if is_wild or (module == "sys" and (alias.name in WILD_IN_SYS or alias.name == "*")):
            walk.lose(node.lineno)
        if _is_lost(alias.asname or alias.name, place):
            walk.take(walk.reach.imported(module, alias.name), node.lineno, place, "freed")


def _is_lost(name: str, place: Place) -> bool:
    """Say whether a name that is bound here is an attribute of a class, or becomes another name in one."""
    return place.scope.kind == "class" or name.startswith("__")
