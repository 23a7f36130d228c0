"""The first walk over a program: its scopes, what binds their names, and which names it is given."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from typing import ClassVar, TypeAlias, cast

from ptc_cli.effects.reach import Reach
from ptc_cli.effects.scope import Alias, Scope, Variable
from ptc_cli.effects.value import NOTHING, PACKAGE, PTC, SYS, Value, Values
from ptc_cli.effects.wild import BUILTINS

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_FLOWING = (ast.Name, ast.Attribute, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Lambda, ast.Call)
LITERALS = (ast.Tuple, ast.List, ast.Set)


class Collector:
    """The scopes of some programs that share their globals, by the nodes that open them."""

    def __init__(self, reach: Reach) -> None:
        self.top = Scope("module")
        self.scopes: dict[ast.AST, Scope] = {}
        self.aliases: list[Alias] = []
        self.functions = 0
        self._reach = reach
        self._used: set[str] = set()
        self._deleted: set[str] = set()
        self._stars: set[str] = set()
        self._later: deque[tuple[list[ast.stmt] | list[ast.expr], Scope]] = deque()

    def take(self, tree: ast.Module) -> None:
        """Take in one more program; it finds the globals of those before it."""
        self._used.clear()
        before = {name for name, each in self.top.variables.items() if each.is_bound or each.is_imported}
        self._later.append((tree.body, self.top))
        while self._later:
            # Later than the scope around it: `nonlocal` means a name that may be bound below the function.
            body, scope = self._later.popleft()
            for node in body:
                self._visit(node, scope)
        self._supply(before - self._deleted)

    def _supply(self, given: set[str]) -> None:
        """Bind what the program uses and does not bind, and what it imported by a star."""
        for name in self._used:
            for module in self._stars:
                self._give(name, self._reach.imported(module, name))
            known = self.top.variables.get(name)
            is_bound = known is not None and (known.is_bound or known.is_imported)
            if name in BUILTINS or (is_bound and (name in given or name not in self._deleted)):
                continue
            self._give(name, self._reach.supplied(name))

    def _give(self, name: str, values: Values) -> None:
        if values:
            self.top.own(name).take(values)

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        visit = self._VISITS.get(type(node))
        if visit is not None:
            visit(self, node, scope)
            return
        for child in children(node):
            self._visit(child, scope)

    def _name(self, node: ast.Name, scope: Scope) -> None:
        if isinstance(node.ctx, ast.Load):
            self._used.add(node.id)
            return
        self._bind(node.id, scope)
        if isinstance(node.ctx, ast.Del):
            self._deleted.add(node.id)

    def _bind(self, name: str, scope: Scope) -> Variable:
        variable = scope.bind(name)
        variable.is_bound = True
        return variable

    def _function(self, node: Function, scope: Scope) -> None:
        variable = self._bind(node.name, scope)
        inner = self._inner(node, scope)
        if not node.decorator_list:
            variable.take(frozenset({Value("function", function=inner.function)}))
        for child in (*node.decorator_list, *([node.returns] if node.returns else [])):
            self._visit(child, scope)
        self._parameters(node.args, inner, scope)
        self._later.append((node.body, inner))

    def _lambda(self, node: ast.Lambda, scope: Scope) -> None:
        inner = self._inner(node, scope)
        self._parameters(node.args, inner, scope)
        self._later.append(([node.body], inner))

    def _inner(self, node: ast.AST, scope: Scope) -> Scope:
        self.functions += 1
        inner = self.scopes[node] = Scope("function", parent=scope, function=self.functions)
        return inner

    def _parameters(self, arguments: ast.arguments, inner: Scope, scope: Scope) -> None:
        for each in parameters(arguments):
            inner.own(each.arg).is_bound = True
            if each.annotation is not None:
                self._visit(each.annotation, scope)
        for parameter, default in defaults(arguments):
            self._alias(inner.own(parameter.arg), default, scope)
            self._visit(default, scope)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        self._bind(node.name, scope)
        inner = self.scopes[node] = Scope("class", parent=scope)
        for child in (*node.decorator_list, *node.bases, *node.keywords):
            self._visit(child, scope)
        for statement in node.body:
            self._visit(statement, inner)

    def _comprehension(self, node: Comprehension, scope: Scope) -> None:
        inner = self.scopes[node] = Scope("comprehension", parent=scope)
        for number, generator in enumerate(node.generators):
            where = inner if number else scope
            self._visit(generator.iter, where)
            self._visit(generator.target, inner)
            self._each(generator.target, generator.iter, inner, where)
            for condition in generator.ifs:
                self._visit(condition, inner)
        for part in results(node):
            self._visit(part, inner)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            root, _, rest = alias.name.partition(".")
            values = _root(root)
            if alias.asname and rest:
                values = self._reach.server(rest) if root == "tools" else NOTHING
            self._imported(alias.asname or root, values, scope)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self._stars.add(module)
                continue
            self._imported(alias.asname or alias.name, self._reach.imported(module, alias.name), scope)

    def _imported(self, name: str, values: Values, scope: Scope) -> None:
        variable = scope.bind(name)
        variable.is_imported = True
        variable.take(values)

    def _outer(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            scope.outer[name] = "global" if isinstance(node, ast.Global) else "nonlocal"

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        self._visit(node.value, scope)
        for target in node.targets:
            self._visit(target, scope)
            self._pair(target, node.value, scope, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        for child in children(node):
            self._visit(child, scope)
        if node.value is not None:
            self._pair(node.target, node.value, scope, scope)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        self._visit(node.value, scope)
        variable = scope.walrus(node.target.id)
        variable.is_bound = True
        self._alias(variable, node.value, scope)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        for child in children(node):
            self._visit(child, scope)
        self._each(node.target, node.iter, scope, scope)

    def _handler(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: Scope) -> None:
        if node.name is not None:
            self._bind(node.name, scope)
        for child in children(node):
            self._visit(child, scope)

    def _mapping(self, node: ast.MatchMapping, scope: Scope) -> None:
        if node.rest is not None:
            self._bind(node.rest, scope)
        for child in children(node):
            self._visit(child, scope)

    def _each(self, target: ast.expr, iterated: ast.expr, scope: Scope, where: Scope) -> None:
        if isinstance(iterated, LITERALS):
            for item in iterated.elts:
                self._pair(target, item, scope, where)

    def _pair(self, target: ast.expr, value: ast.expr, scope: Scope, where: Scope) -> None:
        for name, expression in pairs(target, value) or ():
            self._alias(scope.bind(name.id), expression, where)

    def _alias(self, variable: Variable, expression: ast.expr, scope: Scope) -> None:
        if isinstance(expression, _FLOWING):
            self.aliases.append(Alias(variable, expression, scope))

    # Each is called with the nodes of its own type only.
    _VISITS: ClassVar = cast(
        "dict[type[ast.AST], Callable[[Collector, ast.AST, Scope], None]]",
        {
            ast.Name: _name,
            ast.FunctionDef: _function,
            ast.AsyncFunctionDef: _function,
            ast.Lambda: _lambda,
            ast.ClassDef: _class,
            ast.ListComp: _comprehension,
            ast.SetComp: _comprehension,
            ast.DictComp: _comprehension,
            ast.GeneratorExp: _comprehension,
            ast.Import: _import,
            ast.ImportFrom: _import_from,
            ast.Global: _outer,
            ast.Nonlocal: _outer,
            ast.Assign: _assign,
            ast.AnnAssign: _annotated,
            ast.NamedExpr: _walrus,
            ast.For: _for,
            ast.AsyncFor: _for,
            ast.ExceptHandler: _handler,
            ast.MatchAs: _handler,
            ast.MatchStar: _handler,
            ast.MatchMapping: _mapping,
        },
    )


def _root(name: str) -> Values:
    known = {"tools": PACKAGE, "ptc": PTC, "sys": SYS}
    return frozenset({known[name]}) if name in known else NOTHING


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes right below one."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.AST):
                    yield item


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function."""
    rest = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def defaults(arguments: ast.arguments) -> list[tuple[ast.arg, ast.expr]]:
    """Return the parameters of a function that have a default, each with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    tail = positional[len(positional) - len(arguments.defaults) :]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [*zip(tail, arguments.defaults, strict=True), *((each, default) for each, default in named if default)]


def results(node: Comprehension) -> list[ast.expr]:
    """Return what a comprehension makes of each item."""
    return [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]


def pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.Name, ast.expr]] | None:
    """Return each name that an assignment binds with what it is bound to; None where that cannot be told."""
    if isinstance(target, ast.Name):
        # A private name is another one inside of a class.
        is_private = target.id.startswith("__") and not target.id.endswith("__")
        return None if is_private else [(target, value)]
    if not (isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))):
        return None
    if len(target.elts) != len(value.elts) or any(isinstance(each, ast.Starred) for each in value.elts):
        return None
    found: list[tuple[ast.Name, ast.expr]] = []
    for one, other in zip(target.elts, value.elts, strict=True):
        inner = pairs(one, other)
        if inner is None:
            return None
        found += inner
    return found
