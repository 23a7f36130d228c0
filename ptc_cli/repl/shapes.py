"""What the stubs say of values: the fields of results, their elements, the texts of a Literal."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from ptc_cli.core.catalog import ServerEntry, Tool, View

_DEEPEST = 20
"""How far aliases and unions are followed: a stub is made of what a server said."""

_WRAPPERS = frozenset({"NotRequired", "Required", "ReadOnly", "Optional", "Annotated", "Final"})
_SEQUENCES = frozenset({"list", "Sequence", "Iterable", "Iterator", "tuple", "set", "frozenset"})
_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping"})
_SAME = frozenset({"sorted", "list", "reversed", "tuple"})
_ELEMENT = frozenset({"next", "max", "min"})
_METHODS: Mapping[str, type] = {"list": list, "dict": dict, "str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A type, as a stub writes it."""

    annotation: ast.expr
    definitions: Mapping[str, str]
    """The source of the classes and aliases that it may name."""

    def __str__(self) -> str:
        return ast.unparse(self.annotation)

    def alternatives(self) -> Iterator[Shape]:
        """Give what the type may be, without the unions, aliases and markers around it."""
        for annotation in _alternatives(self.annotation, self.definitions, _DEEPEST):
            yield replace(self, annotation=annotation)

    def fields(self) -> dict[str, Shape]:
        """Return the keys of a TypedDict with their types."""
        found: dict[str, Shape] = {}
        for shape in self.alternatives():
            if isinstance(shape.annotation, ast.Name):
                known = _fields(self.definitions.get(shape.annotation.id, ""))
                found |= {name: replace(self, annotation=each) for name, each in known.items()}
        return found

    def texts(self) -> list[str]:
        """Return the texts of a Literal."""
        found: list[str] = []
        for shape in self.alternatives():
            match shape.annotation:
                case ast.Subscript(value=ast.Name(id="Literal"), slice=inside):
                    values = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                    constants = [each.value for each in values if isinstance(each, ast.Constant)]
                    found += [value for value in constants if isinstance(value, str)]
                case _:
                    pass
        return found

    def element(self) -> Shape | None:
        """Return what is in a list or another sequence."""
        return self._inside(_SEQUENCES, 0)

    def value(self) -> Shape | None:
        """Return the values of a mapping with any keys."""
        return self._inside(_MAPPINGS, 1)

    def _inside(self, names: frozenset[str], number: int) -> Shape | None:
        for shape in self.alternatives():
            match shape.annotation:
                case ast.Subscript(value=ast.Name(id=name), slice=inside) if name in names:
                    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                    return replace(self, annotation=parts[number]) if number < len(parts) else None
                case _:
                    pass
        return None

    def methods(self) -> list[str]:
        """Return what can follow a dot."""
        found: dict[str, None] = {}
        for shape in self.alternatives():
            kind = _METHODS.get(_kind(shape))
            found |= dict.fromkeys(name for name in dir(kind) if kind and not name.startswith("_"))
        return list(found)


Scope: TypeAlias = Mapping[str, Shape]
"""What variables hold, by name."""


def annotated(annotation: str, entry: ServerEntry) -> Shape | None:
    """Return the type that an annotation in a server's stub stands for."""
    tree = _parsed(annotation)
    return None if tree is None else Shape(annotation=tree, definitions=entry.stub.definitions)


def parameters(tool: Tool, view: View) -> dict[str, Shape]:
    """Return the types of a tool's parameters, in order."""
    entry = view.server(tool.spec.server)
    known = {each.name: annotated(each.annotation, entry) for each in tool.stub.parameters}
    return {name: shape for name, shape in known.items() if shape is not None}


def shape_of(node: ast.expr | None, scope: Scope, view: View) -> Shape | None:
    """Return the type of an expression, where the stubs and the variables tell it."""
    match node:
        case ast.Name(id=name):
            return scope.get(name)
        case ast.Await(value=inner) | ast.NamedExpr(value=inner) | ast.IfExp(body=inner):
            return shape_of(inner, scope, view)
        case ast.Subscript(value=inner, slice=key):
            return _item(shape_of(inner, scope, view), key)
        case ast.Call():
            return _returned(node, scope, view)
        case ast.ListComp(elt=inner, generators=generators) | ast.GeneratorExp(elt=inner, generators=generators):
            return _listed(shape_of(inner, {**scope, **looped(generators, scope, view)}, view))
        case _:
            return None


def looped(generators: list[ast.comprehension], scope: Scope, view: View) -> dict[str, Shape]:
    """Return what the variables of a comprehension hold."""
    found: dict[str, Shape] = {}
    for each in generators:
        shape = shape_of(each.iter, {**scope, **found}, view)
        element = None if shape is None else shape.element()
        if isinstance(each.target, ast.Name) and element is not None:
            found[each.target.id] = element
    return found


def called(function: ast.expr, view: View) -> Tool | None:
    """Return the tool that an expression such as `tickets.get_ticket` stands for."""
    match function:
        case ast.Attribute(value=ast.Name(id=module) | ast.Attribute(value=ast.Name(id="tools"), attr=module)):
            entry = view.module(module)
            tools = entry.tools if entry is not None else ()
            return next((tool for tool in tools if tool.stub.name == function.attr), None)
        case _:
            return None


def _returned(node: ast.Call, scope: Scope, view: View) -> Shape | None:
    tool = called(node.func, view)
    if tool is not None:
        return annotated(tool.stub.returns, view.server(tool.spec.server))
    match node:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _SAME:
            return shape_of(first, scope, view)
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _ELEMENT:
            return _element(shape_of(first, scope, view))
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_]):
            return _item(shape_of(owner, scope, view), key)
        case ast.Call(func=ast.Attribute(value=owner, attr="pop" | "copy" as method)):
            shape = shape_of(owner, scope, view)
            return _element(shape) if method == "pop" else shape
        case _:
            return None


def _item(shape: Shape | None, key: ast.expr) -> Shape | None:
    match key:
        case _ if shape is None:
            return None
        case ast.Slice():
            return shape
        case ast.Constant(value=str(name)):
            return shape.fields().get(name) or shape.value()
        case _:
            return shape.element() or shape.value()


def _element(shape: Shape | None) -> Shape | None:
    return None if shape is None else shape.element()


def _listed(shape: Shape | None) -> Shape | None:
    if shape is None:
        return None
    listed = ast.Subscript(value=ast.Name(id="list", ctx=ast.Load()), slice=shape.annotation, ctx=ast.Load())
    return replace(shape, annotation=listed)


def _alternatives(annotation: ast.expr, definitions: Mapping[str, str], depth: int) -> Iterator[ast.expr]:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            inner: tuple[ast.expr, ...] = (left, right)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[wrapped, *_])) if name in _WRAPPERS:
            inner = (wrapped,)
        case ast.Subscript(value=ast.Name(id=name), slice=wrapped) if name in _WRAPPERS:
            inner = (wrapped,)
        case ast.Name(id=name) if (aliased := _alias(definitions.get(name, ""))) is not None:
            inner = (aliased,)
        case _:
            yield annotation
            return
    for each in inner if depth else ():
        yield from _alternatives(each, definitions, depth - 1)


def _kind(shape: Shape) -> str:
    match shape.annotation:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return "dict" if name in shape.definitions or name in _MAPPINGS else name
        case _:
            return ""


@lru_cache(maxsize=4096)
def _definition(source: str) -> ast.stmt | None:
    """Return the class or alias that a piece of a stub defines."""
    try:
        return ast.parse(source).body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return None


@lru_cache(maxsize=4096)
def _parsed(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _alias(source: str) -> ast.expr | None:
    """Return what a `TypeAlias` stands for; None where a definition is no alias."""
    match _definition(source) if source else None:
        case ast.AnnAssign(value=ast.expr() as value):
            return value
        case _:
            return None


def _fields(source: str) -> dict[str, ast.expr]:
    """Return the annotations of a TypedDict's keys."""
    match _definition(source) if source else None:
        case ast.ClassDef(body=body):
            lines = [each for each in body if isinstance(each, ast.AnnAssign)]
            return {each.target.id: each.annotation for each in lines if isinstance(each.target, ast.Name)}
        case ast.Assign(value=ast.Call(args=[_, ast.Dict(keys=keys, values=values)])):
            pairs = zip(keys, values, strict=True)
            return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
        case _:
            return {}
