"""In which order a program's own level reads and binds its names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Literal

First = Literal["read", "bound", "maybe-bound"]
"""What happens to a name first; `maybe-bound`: in a branch or a loop."""


class Flow:
    """What happens first to each name at module level, and which names are declared rather than assigned.

    Functions are passed over: what they read they read when they are called.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.first: dict[str, First] = {}
        self.declared: set[str] = set()
        """Names of functions, classes and imports, and names with annotations: they take no second type."""

        self._is_branch = False
        self._inner: frozenset[str] = frozenset()
        """Names that a class or a comprehension has for itself."""

        self._each(tree.body)

    def _each(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _visit(self, node: ast.AST) -> None:
        """Follow a node in the order in which it is evaluated."""
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                self._bind(name)
            case ast.Name(id=name):
                self._read(name)
            case ast.Assign(targets=targets, value=value):
                self._each([value, *targets])
            case ast.NamedExpr(target=target, value=value):
                self._each([value, target])
            case ast.AugAssign(target=target, value=value):
                self._each([_as_read(target), value, target])
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                self._each([annotation, value, target])
                self.declared |= {target.id} if isinstance(target, ast.Name) else set()
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    self._declare(alias.asname or alias.name.partition(".")[0])
            case _:
                self._visit_block(node)

    def _visit_block(self, node: ast.AST) -> None:
        match node:
            case ast.For() | ast.AsyncFor():
                self._each([node.iter, node.target])
                self._branch([*node.body, *node.orelse])
            case ast.If(test=test, body=body, orelse=orelse) | ast.While(test=test, body=body, orelse=orelse):
                self._visit(test)
                self._branch([*body, *orelse])
            case ast.Try() | ast.TryStar():
                self._branch([*node.body, *node.handlers, *node.orelse, *node.finalbody])
            case ast.Match(subject=subject, cases=cases):
                self._visit(subject)
                self._branch(cases)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self._each(ast.iter_child_nodes(node))
                self._bind(name)
            case _:
                self._visit_scope(node)

    def _visit_scope(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._each([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
                self._declare(node.name)
            case ast.Lambda(args=arguments):
                self._each([*arguments.defaults, *arguments.kw_defaults])
            case ast.ClassDef():
                self._each([*node.decorator_list, *node.bases, *node.keywords])
                self._inside(node.body, frozenset(_bound(node.body)))
                self._declare(node.name)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._visit(node.generators[0].iter)
                self._inside([node], frozenset(_bound(each.target for each in node.generators)))
            case _:
                self._each(ast.iter_child_nodes(node))

    def _inside(self, nodes: Sequence[ast.stmt | ast.expr], names: frozenset[str]) -> None:
        """Follow what lies in a scope that has names of its own."""
        outer, declared = self._inner, set(self.declared)
        self._inner |= names
        for node in nodes:
            self._each(ast.iter_child_nodes(node) if isinstance(node, ast.expr) else [node])
        self._inner, self.declared = outer, declared

    def _branch(self, nodes: Iterable[ast.AST]) -> None:
        outer, self._is_branch = self._is_branch, True
        self._each(nodes)
        self._is_branch = outer

    def _read(self, name: str) -> None:
        if name not in self._inner:
            self.first.setdefault(name, "read")

    def _bind(self, name: str) -> None:
        if name not in self._inner:
            self.first.setdefault(name, "maybe-bound" if self._is_branch else "bound")

    def _declare(self, name: str) -> None:
        self._bind(name)
        self.declared.add(name)


def _as_read(target: ast.expr) -> ast.expr | None:
    return ast.Name(id=target.id, ctx=ast.Load()) if isinstance(target, ast.Name) else None


def _bound(nodes: Iterable[ast.AST]) -> Iterable[str]:
    """Yield the names that are assigned or defined within."""
    for inner in (each for node in nodes for each in ast.walk(node)):
        match inner:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case _:
                pass
