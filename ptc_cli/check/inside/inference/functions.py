"""The functions of a checked program that have something left to infer."""

from __future__ import annotations

from dataclasses import dataclass

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    MypyFile,
    NameExpr,
)
from mypy.types import AnyType, CallableType, TypeOfAny

from ptc_cli.check.inside.inference.statements import functions_of

Key = tuple[int, int, str]
"""Line, column and name: what stays of a function from one parse to the next."""

TRANSPARENT = frozenset(
    {"staticmethod", "classmethod", "property", "cached_property", "cache", "lru_cache"}
    | {"contextmanager", "asynccontextmanager"}
)
"""Decorators that leave the parameters of a function what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function with parameters, or a result, that its author did not annotate."""

    key: Key
    end_line: int
    kinds: tuple[ArgKind, ...]
    names: tuple[str | None, ...]
    first: int
    """How many parameters are not the caller's: 1 for `self` and `cls`."""

    open_parameters: frozenset[int]
    is_result_open: bool
    is_method: bool
    is_generator: bool
    is_async: bool

    @property
    def positional(self) -> int:
        """How many arguments it must be given, by position."""
        return sum(1 for kind in self.kinds[self.first :] if kind.is_positional() and kind.is_required())


def open_functions(tree: MypyFile) -> dict[Key, Function]:
    """Return the functions of a checked program that have something to infer."""
    plain = (_undecorated(each) for each in functions_of(tree))
    found = (_function(each) for each in plain if each is not None)
    return {function.key: function for function in found if function is not None}


def key_of(function: FuncDef) -> Key:
    """Return what a function is known by."""
    return function.line, function.column, function.name


def _undecorated(node: FuncDef | Decorator) -> FuncDef | None:
    if isinstance(node, FuncDef):
        return node
    names = {_decorator_name(each) for each in node.original_decorators}
    return node.func if names <= TRANSPARENT else None


def _decorator_name(node: Expression) -> str:
    callee = node.callee if isinstance(node, CallExpr) else node
    return callee.name if isinstance(callee, (NameExpr, MemberExpr)) else ""


def _function(node: FuncDef) -> Function | None:
    first = 1 if node.info and not node.is_static and node.arguments else 0
    written = node.unanalyzed_type if isinstance(node.unanalyzed_type, CallableType) else None
    parameters = frozenset(
        index
        for index, kind in enumerate(node.arg_kinds)
        if index >= first
        and kind not in (ARG_STAR, ARG_STAR2)
        and (written is None or _is_open(written.arg_types[index]))
    )
    is_result_open = node.name != "__init__" and (written is None or _is_open(written.ret_type))
    if not parameters and not is_result_open:
        return None
    return Function(
        key=key_of(node),
        end_line=node.end_line or node.line,
        kinds=tuple(node.arg_kinds),
        names=tuple(node.arg_names),
        first=first,
        open_parameters=parameters,
        is_result_open=is_result_open,
        is_method=bool(node.info),
        is_generator=node.is_generator,
        is_async=node.is_coroutine,
    )


def _is_open(written: object) -> bool:
    return isinstance(written, AnyType) and written.type_of_any == TypeOfAny.unannotated
