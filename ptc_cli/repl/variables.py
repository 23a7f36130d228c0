"""What the variables of a session hold, read off its programs: results of tools, and what was taken out of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from ptc_cli.core.catalog import View
from ptc_cli.core.program import LAST_VALUE
from ptc_cli.repl.shapes import Scope, Shape, annotated, looped, shape_of

_MOST_LINES_CUT = 20
"""How many lines at the end of an entry are left out until the rest parses."""

_INDENT = re.compile(r"[ \t]*")


class Variables:
    """The names that entries bound, and the types of those that hold what tools gave."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.shapes: dict[str, Shape] = {}
        self.names: dict[str, None] = {}

    def copy(self) -> Variables:
        """Return the same variables, to be added to."""
        made = Variables(self._view)
        made.shapes, made.names = dict(self.shapes), dict(self.names)
        return made

    def add(self, source: str) -> None:
        """Take over what a program that ran left behind."""
        tree = _tree(source)
        if tree is None:
            return
        self._walk(tree.body)
        match tree.body[-1:]:
            case [ast.Expr(value=value)]:
                self._bind(ast.Name(id=LAST_VALUE, ctx=ast.Store()), shape_of(value, self.shapes, self._view))
            case _:
                pass

    def add_unfinished(self, text: str) -> None:
        """Take over what the entry binds that is being typed, as far as it parses."""
        lines = text.split("\n")
        here = _INDENT.match(lines.pop())
        indent = here[0] if here else ""
        for _ in range(min(len(lines), _MOST_LINES_CUT)):
            tree = _tree("\n".join([*lines, f"{indent}pass"]))
            if tree is not None:
                self._walk(tree.body)
                return
            lines.pop()

    def with_loops_after(self, text: str) -> Scope:
        """Return the types, with those of the loops of a comprehension that go on after the cursor."""
        found = re.match(r"[^\n]*?(?P<loops>\bfor\b[^\n]*?)\s*[\])}]", text)
        tree = _tree(f"[0 {found['loops']}]") if found else None
        match tree.body if tree else []:
            case [ast.Expr(value=ast.ListComp(generators=generators))]:
                return self.shapes | looped(generators, self.shapes, self._view)
            case _:
                return self.shapes

    def _walk(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self._take(node)

    def _take(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, shape_of(value, self.shapes, self._view))
            case ast.AnnAssign(target=target, annotation=annotation):
                self._bind(target, self._declared(annotation))
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                shape = shape_of(iterated, self.shapes, self._view)
                self._bind(target, None if shape is None else shape.element())
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._bind(ast.Name(id=name, ctx=ast.Store()), None)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for each in names:
                    self._bind(ast.Name(id=(each.asname or each.name).partition(".")[0], ctx=ast.Store()), None)
            case _:
                pass
        for block in ("body", "orelse", "finalbody"):
            self._walk(getattr(node, block, ()))

    def _declared(self, annotation: ast.expr) -> Shape | None:
        """Return the type that a declaration names, such as `tickets.Ticket`."""
        match annotation:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if entry := self._view.module(module):
                return annotated(name, entry)
            case _:
                return None

    def _bind(self, target: ast.expr, shape: Shape | None) -> None:
        match target:
            case ast.Name(id=name):
                self.names[name] = None
                self.shapes.pop(name, None)
                if shape is not None:
                    self.shapes[name] = shape
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._bind(part, None)
            case _:
                pass


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
