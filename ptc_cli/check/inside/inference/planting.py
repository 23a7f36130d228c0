"""Annotations written into a parsed program, where mypy would find the author's."""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import CastExpr, Decorator, Expression, FuncDef, MypyFile, TypeInfo
from mypy.types import AnyType, CallableType, Instance, Type, TypeOfAny

from ptc_cli.check.inside.inference.functions import Function, key_of
from ptc_cli.check.inside.inference.plan import UNKNOWN, Plan, Signature
from ptc_cli.check.inside.inference.statements import functions_of

FindClass = Callable[[str], TypeInfo]
"""Gives a class of the standard library by its full name."""


def plant(tree: MypyFile, plan: Plan, find_class: FindClass) -> None:
    """Write the annotations of a plan into a tree that nobody has analysed yet."""
    planter = _Planter(plan, find_class)
    for node in functions_of(tree):
        planter.annotate(node.func if isinstance(node, Decorator) else node)


class _Planter:
    def __init__(self, plan: Plan, find_class: FindClass) -> None:
        self._plan = plan
        self._find_class = find_class

    def annotate(self, node: FuncDef) -> None:
        signature = self._plan.signatures.get(key_of(node))
        if signature is not None:
            self._annotate(node, self._plan.functions[key_of(node)], signature)

    def _annotate(self, node: FuncDef, function: Function, signature: Signature) -> None:
        written = node.type if isinstance(node.type, CallableType) else self._unannotated(node)
        parameters = [
            planned if planned is not None else own
            for planned, own in zip(signature.parameters, written.arg_types, strict=True)
        ]
        result = self._result(function, signature.result) if signature.result is not None else written.ret_type
        node.type = node.unanalyzed_type = written.copy_modified(arg_types=parameters, ret_type=result)
        for argument in node.arguments:
            if argument.initializer is not None:
                # A default of another type is none of the author's mistakes.
                argument.initializer = _cast(argument.initializer)

    def _unannotated(self, node: FuncDef) -> CallableType:
        unknown = AnyType(TypeOfAny.unannotated)
        fallback = Instance(self._find_class("builtins.function"), [])
        return CallableType(
            [unknown] * len(node.arguments), node.arg_kinds, node.arg_names, unknown, fallback, name=node.name
        )

    def _result(self, function: Function, result: Type) -> Type:
        if result is UNKNOWN:
            result = Instance(self._find_class("builtins.object"), [])
        if not function.is_generator:
            return result
        unknown = AnyType(TypeOfAny.explicit)
        if function.is_async:
            return Instance(self._find_class("typing.AsyncGenerator"), [result, unknown])
        return Instance(self._find_class("typing.Generator"), [result, unknown, unknown])


def _cast(value: Expression) -> Expression:
    cast = CastExpr(value, AnyType(TypeOfAny.explicit))
    cast.set_line(value.line, value.column, value.end_line, value.end_column)
    return cast
