"""What expressions can stand for: names, attributes and what passes either on unchanged."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from ptc_cli.effects.reach import Reach
from ptc_cli.effects.scope import Alias, Scope, TooMuchError
from ptc_cli.effects.value import NOTHING, Value, Values

_MOST_ROUNDS = 12


class Evaluator:
    """Says what an expression can stand for, wherever in its scope it stands."""

    def __init__(self, reach: Reach, scopes: Mapping[ast.AST, Scope]) -> None:
        self._reach = reach
        self._scopes = scopes

    def settle(self, aliases: Iterable[Alias]) -> None:
        """Give every variable all that it can stand for.

        Raises:
            TooMuchError: The names are bound to each other in too long a chain.
        """
        waiting = list(aliases)
        for _ in range(_MOST_ROUNDS):
            changed = [each.variable.take(self.values(each.expression, each.scope)) for each in waiting]
            if not any(changed):
                return
        raise TooMuchError

    def values(self, node: ast.expr, scope: Scope) -> Values:
        """Return all that leads to tools of what an expression can stand for."""
        match node:
            case ast.Name(id=name):
                return union(frozenset(each.values) for each in scope.look_up(name))
            case ast.Attribute(value=value, attr=name):
                return self._reach.attribute(self.values(value, scope), name)
            case ast.IfExp(body=body, orelse=orelse):
                return self.values(body, scope) | self.values(orelse, scope)
            case ast.BoolOp(values=values):
                return union(self.values(each, scope) for each in values)
            case ast.NamedExpr(value=value):
                return self.values(value, scope)
            case ast.Lambda():
                return frozenset({Value("function", function=self._scopes[node].function)})
            case ast.Call() if (found := constant_getattr(node, scope)) is not None:
                return self._reach.attribute(self.values(node.args[0], scope), found)
            case _:
                return NOTHING


def union(groups: Iterable[Values]) -> Values:
    """Return the values of all groups."""
    return NOTHING.union(*groups)


def constant_getattr(node: ast.Call, scope: Scope) -> str | None:
    """Return the attribute that a call of `getattr` looks up, if it is that and says so."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "getattr") or scope.look_up("getattr"):
        return None
    if len(node.args) < 2 or node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    return constant_text(node.args[1])


def constant_text(node: ast.expr) -> str | None:
    """Return a text that is written out, or put together from such."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([constant_text(left), constant_text(right)])
        case ast.JoinedStr(values=values):
            return _joined([constant_text(each) for each in values])
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return constant_text(value)
        case _:
            return None


def _joined(parts: list[str | None]) -> str | None:
    texts = [part for part in parts if part is not None]
    return "".join(texts) if len(texts) == len(parts) else None
