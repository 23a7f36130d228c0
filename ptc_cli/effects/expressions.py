"""What each kind of expression does with the values in it."""

from __future__ import annotations

import ast
from dataclasses import replace

from ptc_cli.effects.collect import Comprehension, results
from ptc_cli.effects.evaluate import constant_getattr, constant_text
from ptc_cli.effects.found import Place
from ptc_cli.effects.names import bound_or_freed, literal_items, visit_defaults
from ptc_cli.effects.value import Value, Values
from ptc_cli.effects.walk import Use, Walk
from ptc_cli.effects.wild import (
    HARMLESS_BUILTINS,
    PLAIN_DUNDERS,
    WILD_ATTRIBUTES,
    WILD_BUILTINS,
    WILD_IN_SYS,
    WILD_TEXT,
)


def name(walk: Walk, node: ast.Name, place: Place, use: Use) -> None:
    """Take what a name stands for."""
    variables = place.scope.look_up(node.id)
    for variable in variables:
        if variable.is_global and (variable.is_bound or use != "asked"):
            walk.found.names.setdefault(variable, []).append(node.lineno)
        if isinstance(node.ctx, ast.Load):
            walk.take(frozenset(variable.values), node.lineno, place, use)
    if isinstance(node.ctx, ast.Load) and _is_wild(node.id, place, is_bound=bool(variables)):
        walk.lose(node.lineno)


def _is_wild(name: str, place: Place, *, is_bound: bool) -> bool:
    if name.startswith("__") and name not in PLAIN_DUNDERS:
        # Inside of a class a private name is another one than it says.
        return not is_bound or (place.scope.kind != "module" and not name.endswith("__"))
    return name in WILD_BUILTINS and not is_bound


def attribute(walk: Walk, node: ast.Attribute, place: Place, use: Use) -> None:
    """Take what an attribute of a value stands for."""
    base = walk.evaluator.values(node.value, place.scope)
    walk.visit(node.value, place, _use_of_owner(base, node))
    if isinstance(node.ctx, ast.Load):
        walk.take(walk.reach.attribute(base, node.attr), node.lineno, place, use)
    kinds = {value.kind for value in base}
    is_ours = bool(kinds) and kinds <= {"server", "package"}
    if not is_ours and (node.attr in WILD_ATTRIBUTES or ("sys" in kinds and node.attr in WILD_IN_SYS)):
        walk.lose(node.lineno)


def _use_of_owner(base: Values, node: ast.Attribute) -> Use:
    """Return what asking for an attribute does to its owner: some give the whole of it away."""
    if node.attr in PLAIN_DUNDERS:
        return "asked"
    is_function = any(value.kind in ("tool", "function") for value in base)
    is_given_away = node.attr.startswith("__") or is_function or not isinstance(node.ctx, ast.Load)
    return "freed" if is_given_away else "asked"


def call(walk: Walk, node: ast.Call, place: Place, use: Use) -> None:
    """Take what is called, and what it is called with."""
    written = constant_getattr(node, place.scope)
    if written is not None:
        looked_up = ast.copy_location(ast.Attribute(value=node.args[0], attr=written, ctx=ast.Load()), node)
        attribute(walk, looked_up, place, use)
        for default in node.args[2:]:
            walk.visit(default, place)
        return
    _call_by_name(walk, node, place)
    if not _is_vars_of_something(node, place):
        walk.visit(node.func, place, "called")
    for argument in node.args:
        walk.visit(argument, place, "dropped" if _is_harmless(node.func, place) else "freed")
    for keyword in node.keywords:
        walk.visit(keyword.value, place)


def _call_by_name(walk: Walk, node: ast.Call, place: Place) -> None:
    """Take the tool that `ptc.call` calls, if it says which; resources are no tools, but what is read must be said."""
    kinds = {value.kind for value in walk.evaluator.values(node.func, place.scope)}
    if "read" in kinds and None in _written(node, ("server", "uri")):
        walk.lose(node.lineno, is_wild=False)
    if "call" not in kinds:
        return
    server, tool = _written(node, ("server", "tool"))
    found = None if server is None or tool is None else walk.reach.called(server, tool)
    if found is None:
        walk.lose(node.lineno, is_wild=False)
    else:
        values = frozenset({Value("tool", found.module, found.stub.name)})
        walk.take(values, node.lineno, place, "called")


def _written(node: ast.Call, names: tuple[str, ...]) -> list[str | None]:
    """Return the texts of a call's first arguments, as far as they are written out."""
    given: dict[str | None, ast.expr] = {keyword.arg: keyword.value for keyword in node.keywords}
    if None in given or any(isinstance(each, ast.Starred) for each in node.args):
        return [None] * len(names)
    given |= dict(zip(names, node.args, strict=False))
    return [constant_text(given[name]) if name in given else None for name in names]


def _is_vars_of_something(node: ast.Call, place: Place) -> bool:
    return _is_builtin(node.func, place, frozenset({"vars"})) and (
        bool(node.args) and not isinstance(node.args[0], ast.Starred)
    )


def _is_harmless(function: ast.expr, place: Place) -> bool:
    return _is_builtin(function, place, HARMLESS_BUILTINS)


def _is_builtin(node: ast.expr, place: Place, among: frozenset[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in among and not place.scope.look_up(node.id)


def either(walk: Walk, node: ast.IfExp, place: Place, use: Use) -> None:
    """Visit a condition and both of its outcomes."""
    walk.visit(node.test, place, "dropped")
    walk.visit(node.body, place, use)
    walk.visit(node.orelse, place, use)


def any_of(walk: Walk, node: ast.BoolOp, place: Place, use: Use) -> None:
    """Visit the operands of `and` or `or`, any of which may be the outcome."""
    for value in node.values:
        walk.visit(value, place, use)


def negation(walk: Walk, node: ast.UnaryOp, place: Place, use: Use) -> None:
    """Visit an operand; `not` only looks at it."""
    walk.visit(node.operand, place, "dropped" if isinstance(node.op, ast.Not) else "freed")


def comparison(walk: Walk, node: ast.Compare, place: Place, use: Use) -> None:
    """Visit operands; any operator but `is` may be a method of one of them, which gets the other."""
    is_identity = all(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
    for operand in (node.left, *node.comparators):
        walk.visit(operand, place, "dropped" if is_identity else "freed")


def walrus(walk: Walk, node: ast.NamedExpr, place: Place, use: Use) -> None:
    """Visit a value that is bound on the way."""
    walk.visit(node.target, place)
    is_followed = bound_or_freed(node.target, node.value, place) == "bound"
    walk.visit(node.value, place, use if is_followed else "freed")


def formatted(walk: Walk, node: ast.FormattedValue, place: Place, use: Use) -> None:
    """Visit a value that becomes text."""
    walk.visit(node.value, place, "dropped")
    if node.format_spec is not None:
        walk.visit(node.format_spec, place)


def function(walk: Walk, node: ast.Lambda, place: Place, use: Use) -> None:
    """Visit a lambda: its defaults now, its body when it is called."""
    inner = walk.scopes[node]
    walk.take_function(inner.function, place, use)
    visit_defaults(walk, node.args, place)
    walk.later([node.body], Place(inner, inner.function))


def comprehension(walk: Walk, node: Comprehension, place: Place, use: Use) -> None:
    """Visit a comprehension: all but what it first iterates over is repeated."""
    inner = replace(place, scope=walk.scopes[node], is_looped=True)
    for number, generator in enumerate(node.generators):
        literal_items(walk, generator.target, generator.iter, inner if number else place)
        walk.visit(generator.target, inner)
        for condition in generator.ifs:
            walk.visit(condition, inner, "dropped")
    for part in results(node):
        walk.visit(part, inner)


def constant(walk: Walk, node: ast.Constant, place: Place, use: Use) -> None:
    """Look for the names of attributes that lead everywhere."""
    if isinstance(node.value, str) and "__" in node.value and WILD_TEXT.search(node.value):
        walk.lose(node.lineno)
