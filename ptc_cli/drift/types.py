"""Annotations of stubs as values that can be compared."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

ScalarName = Literal["str", "int", "float", "bool", "None", "Any", "Never"]
HolderName = Literal["list", "dict", "tuple"]

_SCALARS: Mapping[str, ScalarName] = {
    "str": "str", "int": "int", "float": "float", "bool": "bool", "None": "None", "Any": "Any", "Never": "Never",
}  # fmt: skip
_HOLDERS: Mapping[str, HolderName] = {"list": "list", "dict": "dict", "tuple": "tuple"}


class NotATypeError(ValueError):
    """A text that no stub has."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type without parts."""

    name: ScalarName


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a `Literal`."""

    kind: ScalarName
    source: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A container; a `dict` has the type of its values only, a `tuple` one for each place."""

    name: HolderName
    items: tuple[Union, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A dictionary of known keys, which the module knows by its name."""

    name: str


Member: TypeAlias = Scalar | Value | Holder | Record
Union: TypeAlias = tuple[Member, ...]

ANYTHING = Scalar("Any")
NONE = Scalar("None")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record."""

    type: Union
    is_required: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function."""

    type: Union
    is_positional: bool
    """Which required ones are, and only they."""

    default: str | None


@dataclass(frozen=True, slots=True)
class Function:
    """What a signature says."""

    parameters: Mapping[str, Parameter]
    extra: Union | None
    """What any other argument must be; None for none."""

    returns: Union


class Module:
    """The types of one server, by name."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._fields: dict[str, Mapping[str, Field]] = {}

    def function(self, signature: str) -> Function:
        """Return what a signature says.

        Raises:
            NotATypeError: It is no signature of a stub.
        """
        made = _parsed(f"def {signature}: ...")
        if not isinstance(made, ast.FunctionDef) or made.returns is None:
            raise NotATypeError(f"not a signature: {signature[:100]}")
        given = made.args
        parameters = {
            each.arg: Parameter(self._annotated(each), is_positional=True, default=None) for each in given.args
        }
        for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            text = None if default is None else ast.unparse(default)
            parameters[each.arg] = Parameter(self._annotated(each), is_positional=False, default=text)
        extra = None if given.kwarg is None else self._annotated(given.kwarg)
        return Function(parameters, extra, self._union(made.returns, ()))

    def fields(self, record: Record) -> Mapping[str, Field]:
        """Return the keys of a record."""
        if record.name not in self._fields:
            self._fields[record.name] = self._read(_parsed(self._types[record.name]))
        return self._fields[record.name]

    def shown(self, union: Union) -> str:
        """Return a type as a stub writes it."""
        values = [member.source for member in union if isinstance(member, Value)]
        literal = [f"Literal[{', '.join(values)}]"] if values else []
        others = [self._shown(member) for member in union if not isinstance(member, Value)]
        return " | ".join([*literal, *others])

    def _shown(self, member: Member) -> str:
        if not isinstance(member, Holder):
            return member.source if isinstance(member, Value) else member.name
        inner = ["str"] if member.name == "dict" else []
        return f"{member.name}[{', '.join([*inner, *map(self.shown, member.items)])}]"

    def _annotated(self, argument: ast.arg) -> Union:
        if argument.annotation is None:
            raise NotATypeError(f"parameter {argument.arg} has no type")
        return self._union(argument.annotation, ())

    def _read(self, statement: ast.stmt) -> Mapping[str, Field]:
        match statement:
            case ast.ClassDef(body=body):
                pairs = [pair for each in body for pair in _declared(each)]
            case ast.Assign(value=ast.Call(args=[_, ast.Dict(keys=keys, values=values)])):
                pairs = [(str(ast.literal_eval(key)), value) for key, value in zip(keys, values, strict=True) if key]
            case _:
                raise NotATypeError(f"not a class of dictionaries: {ast.unparse(statement)[:100]}")
        return {key: self._field(annotation) for key, annotation in pairs}

    def _field(self, annotation: ast.expr) -> Field:
        match annotation:
            case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
                return Field(self._union(inner, ()), is_required=False)
        return Field(self._union(annotation, ()), is_required=True)

    def _union(self, tree: ast.expr, through: tuple[str, ...]) -> Union:
        match tree:
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return tuple(dict.fromkeys((*self._union(left, through), *self._union(right, through))))
            case ast.Constant(value=None):
                return (NONE,)
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="builtins"), attr=name):
                return self._named(name, through, is_builtin=isinstance(tree, ast.Attribute))
            case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
                return tuple(_value(each) for each in _several(inner))
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner) if name in _HOLDERS:
                return (self._holder(_HOLDERS[name], inner),)
        raise NotATypeError(f"not a type of a stub: {ast.unparse(tree)[:100]}")

    def _holder(self, name: HolderName, inner: ast.expr) -> Holder:
        parts = _several(inner)
        if name == "dict":
            parts = parts[1:]
        return Holder(name, tuple(self._union(each, ()) for each in parts))

    def _named(self, name: str, through: tuple[str, ...], *, is_builtin: bool) -> Union:
        if is_builtin or name not in self._types:
            if name not in _SCALARS:
                raise NotATypeError(f"no type '{name}'")
            return (Scalar(_SCALARS[name]),)
        match _parsed(self._types[name]):
            case ast.AnnAssign(value=value) if value is not None:
                # An alias that only leads back to itself says nothing.
                return (ANYTHING,) if name in through else self._union(value, (*through, name))
        return (Record(name),)


def _parsed(source: str) -> ast.stmt:
    try:
        (statement,) = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotATypeError(f"not Python: {source[:100]}") from error
    return statement


def _declared(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=key), annotation=annotation):
            return [(key, annotation)]
    return []


def _several(tree: ast.expr) -> list[ast.expr]:
    if not isinstance(tree, ast.Tuple):
        return [tree]
    return tree.elts


def _value(tree: ast.expr) -> Member:
    value = ast.literal_eval(tree)
    return NONE if value is None else Value(_SCALARS[type(value).__name__], ast.unparse(tree))
