"""What a pass of the type checker over a program shows of its functions: what they are given, and what they give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    CallExpr,
    CastExpr,
    Decorator,
    Expression,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    TypeInfo,
)
from mypy.traverser import all_return_statements, all_yield_expressions, has_yield_from_expression
from mypy.types import AnyType, CallableType, Instance, NoneType, ProperType, Type, TypeOfAny, get_proper_type

from ptc_cli.check.inside.inference.functions import Function, Key, key_of
from ptc_cli.check.inside.inference.statements import functions_of
from ptc_cli.check.inside.inference.types import known_part, plain, text_of

_FORWARDING = frozenset({"submit", "to_thread"})
"""Functions that call the one they are given with the arguments that follow it."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One call: what each parameter is given there."""

    types: tuple[Type | None, ...]
    """None where nothing is known."""

    texts: tuple[str | None, ...]
    """The one text that a parameter is given, where it is one."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What one function is given and gives."""

    sites: list[Site] = field(default_factory=list)
    results: list[Type | None] = field(default_factory=list)
    """Of every `return` and `yield` with a value; None where nothing is known."""

    gives_none: bool = False
    """Whether a `return` says None, or there is no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one pass shows."""

    evidence: Mapping[Key, Evidence]
    values: Mapping[Place, tuple[int, Key]] = field(default_factory=dict)
    """Where a function is handed to another one, and where its name ends."""

    arguments: Collection[Place] = ()
    """Where the arguments of calls are, and functions that are handed over."""

    looking: frozenset[Key] = frozenset()
    """Functions that take an item or an attribute of what they are given."""


def gather(tree: MypyFile, types: Mapping[Expression, Type], functions: Mapping[Key, Function]) -> Shown:
    """Return what a pass shows of some functions."""
    watcher = _Watcher(tree.fullname, types, functions)
    for node in functions_of(tree):
        watcher.note_function(node.func if isinstance(node, Decorator) else node)
    for expression in list(types):
        if isinstance(expression, CallExpr):
            watcher.note_call(expression)
        elif isinstance(expression, (IndexExpr, MemberExpr)):
            watcher.note_look(expression)
    return watcher.shown


class _Watcher:
    def __init__(self, module: str, types: Mapping[Expression, Type], functions: Mapping[Key, Function]) -> None:
        self._module = module
        self._types = types
        self._functions = functions
        self._evidence = {key: Evidence() for key in functions}
        self._defaults: dict[Key, list[Expression | None]] = {}
        self._values: dict[Place, tuple[int, Key]] = {}
        self._arguments: set[Place] = set()
        self._looking: set[Key] = set()

    @property
    def shown(self) -> Shown:
        return Shown(
            evidence=self._evidence, values=self._values, arguments=self._arguments, looking=frozenset(self._looking)
        )

    def note_function(self, node: FuncDef) -> None:
        evidence = self._evidence.get(key_of(node))
        if evidence is None:
            return
        self._defaults[key_of(node)] = [_default(argument.initializer) for argument in node.arguments]
        yielded = [each.expr for each, _ in all_yield_expressions(node)]
        returned = [] if node.is_generator else [each.expr for each in all_return_statements(node)]
        for value in (*yielded, *returned):
            self._note_result(evidence, value)
        if has_yield_from_expression(node):
            evidence.results.append(None)

    def _note_result(self, evidence: Evidence, value: Expression | None) -> None:
        if value is not None and value not in self._types:
            # What has no type is never reached.
            return
        kind = get_proper_type(self._types[value]) if value is not None else NoneType()
        if isinstance(kind, NoneType):
            evidence.gives_none = True
        else:
            part = known_part(kind)
            # A function that calls itself is half known at first, and known in the next round.
            evidence.results += [plain(part)] if part is kind else [plain(part), None]

    def note_call(self, call: CallExpr) -> None:
        function = self._called(call.callee)
        if function is not None:
            self._arguments.update((argument.line, argument.column) for argument in call.args)
            self._note_site(function, call)
        for index, argument in enumerate(call.args):
            handed = self._called(argument)
            if handed is not None:
                self._note_value(handed, call, index)

    def note_look(self, look: IndexExpr | MemberExpr) -> None:
        owner = look.base if isinstance(look, IndexExpr) else look.expr
        if isinstance(owner, NameExpr):
            self._looking.update(
                key
                for key, function in self._functions.items()
                if key[0] <= look.line <= function.end_line and owner.name in function.names[function.first :]
            )

    def _note_value(self, function: Function, call: CallExpr, index: int) -> None:
        argument = call.args[index]
        place = argument.line, argument.column
        self._arguments.add(place)
        if isinstance(call.callee, (NameExpr, MemberExpr)) and call.callee.name in _FORWARDING:
            rest = CallExpr(argument, call.args[index + 1 :], call.arg_kinds[index + 1 :], call.arg_names[index + 1 :])
            self._note_site(function, rest)
        elif function.positional and argument.end_line == argument.line and argument.end_column is not None:
            self._values[place] = (argument.end_column, function.key)

    def _called(self, callee: Expression) -> Function | None:
        """Return the function of the program that an expression stands for."""
        node: Node | None = callee.node if isinstance(callee, RefExpr) else None
        if isinstance(callee, MemberExpr) and node is None:
            owner = get_proper_type(self._types.get(callee.expr, AnyType(TypeOfAny.special_form)))
            node = _method(owner, callee.name)
        if isinstance(node, TypeInfo):
            node = node.get_method("__init__")
        if isinstance(node, Decorator):
            node = node.func
        return self._functions.get(key_of(node)) if isinstance(node, FuncDef) and self._is_own(node) else None

    def _is_own(self, node: FuncDef) -> bool:
        # A function inside another one has no module in its full name.
        return node.fullname == node.name or node.fullname.startswith(f"{self._module}.")

    def _note_site(self, function: Function, call: CallExpr) -> None:
        first = function.first
        actuals = map_actuals_to_formals(
            call.arg_kinds,
            call.arg_names,
            list(function.kinds[first:]),
            list(function.names[first:]),
            lambda index: self._types.get(call.args[index], AnyType(TypeOfAny.special_form)),
        )
        defaults = self._defaults[function.key][first:]
        given = [
            self._given(call, indexes) if indexes else self._said(default)
            for indexes, default in zip(actuals, defaults, strict=True)
        ]
        whole = [None] * first + given
        self._evidence[function.key].sites.append(
            Site(types=tuple(plain(each) for each in whole), texts=tuple(text_of(each) for each in whole))
        )

    def _given(self, call: CallExpr, indexes: list[int]) -> Type | None:
        if len(indexes) != 1 or call.arg_kinds[indexes[0]] in (ARG_STAR, ARG_STAR2):
            return None
        return self._types.get(call.args[indexes[0]])

    def _said(self, default: Expression | None) -> Type | None:
        """Return the type of a default, unless it is None: that says nothing of what may be passed instead."""
        kind = self._types.get(default) if default is not None else None
        return None if kind is None or isinstance(get_proper_type(kind), NoneType) else kind


def _method(owner: ProperType, name: str) -> Node | None:
    """Return the method that a value has, or that a class has for itself."""
    if isinstance(owner, Instance):
        return owner.type.get_method(name)
    found = owner.type_object().get_method(name) if isinstance(owner, CallableType) and owner.is_type_obj() else None
    function = found.func if isinstance(found, Decorator) else found
    return function if function is not None and (function.is_static or function.is_class) else None


def _default(initializer: Expression | None) -> Expression | None:
    """Return a default as its author wrote it."""
    return initializer.expr if isinstance(initializer, CastExpr) else initializer
