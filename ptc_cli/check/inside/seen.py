"""What mypy looked at: where it did not, or knows nothing of what is called, that it found nothing means nothing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mypy.nodes import CallExpr, Expression, MemberExpr, MypyFile, RefExpr
from mypy.types import AnyType, Instance, Type, get_proper_type

from ptc_cli.check.inside.finding import UNREAD, Finding
from ptc_cli.check.inside.source import Source, remark_at
from ptc_cli.check.inside.syntax import Position, Syntax, stretch_of
from ptc_cli.check.wire import Remark

Known: TypeAlias = Literal["known", "unknown", "module"]
"""What is known of what is called; `module`: it is taken from a module that is a value, and it may be any."""

Stretch: TypeAlias = tuple[Position, Position]
Seen: TypeAlias = Mapping[Stretch, Known]
"""What is known of the calls that were looked at, by where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What is known of a program."""

    findings: tuple[Finding, ...]
    seen: Seen | None
    """The calls that were looked at in the program as it is written; None where that is not known."""

    @property
    def is_read(self) -> bool:
        """Whether mypy did not give up on the program."""
        return not any(finding.code == UNREAD for finding in self.findings)


_SKIPPED = "the type checker takes this for code that never runs"
_AS_VALUE = "the type checker does not know which server this is"
_HANDED_ON = "nothing that is called of it there is checked"
_LOOKING = frozenset({"dir", "getattr", "hasattr", "help", "id", "isinstance", "print", "repr", "str", "type", "vars"})
"""Functions that call nothing of what they are given."""


def seen_calls(types: Mapping[Expression, Type]) -> Seen:
    """Return the calls that one pass looked at."""
    return {_stretch(call): _known(call.callee, types) for call in types if isinstance(call, CallExpr)}


def moved_up(seen: Seen, lines: int) -> Seen:
    """Return what was seen in a text that was put some lines further down."""
    return {((line - lines, column), (end - lines, last)): each for ((line, column), (end, last)), each in seen.items()}


def _stretch(call: CallExpr) -> Stretch:
    return (call.line, call.column), (call.end_line or call.line, call.end_column or call.column)


def _known(callee: Expression, types: Mapping[Expression, Type]) -> Known:
    if not isinstance(get_proper_type(types.get(callee)), AnyType):
        return "known"
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    if owner is None or (isinstance(owner, RefExpr) and isinstance(owner.node, MypyFile)):
        return "unknown"
    kind = get_proper_type(types.get(owner))
    return "module" if isinstance(kind, Instance) and kind.type.fullname == "types.ModuleType" else "unknown"


def has_unseen(source: Source, modules: Collection[str], examined: Examined) -> bool:
    """Say whether there are calls to be asked about: most programs have none, and to follow names takes its time."""
    if not examined.is_read or examined.seen is None:
        return False
    return any(
        known in (None, "module") or any(name.id in modules for name in _names(call))
        for call, known in _calls(source, examined.seen)
    )


def unseen_remarks(source: Source, syntax: Syntax, examined: Examined) -> Iterator[Remark]:
    """Yield a warning for each call of a tool that was not looked at, and where it is not known whose tool it is.

    Args:
        source: The program.
        syntax: What its names stand for.
        examined: What mypy knows of it.
    """
    if not examined.is_read or examined.seen is None:
        return
    for call, known in _calls(source, examined.seen):
        if known == "module":
            yield _unchecked(call.func, source, _AS_VALUE)
        elif known is None and syntax.is_tool(call.func):
            yield _unchecked(call.func, source, _SKIPPED)
        yield from (_unchecked(name, source, _HANDED_ON) for name in _names(call) if syntax.is_server(name))


def _names(call: ast.Call) -> list[ast.Name]:
    """Return the names that a call hands on as they are."""
    if isinstance(call.func, ast.Name) and call.func.id in _LOOKING:
        return []
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return [each for each in given if isinstance(each, ast.Name)]


def _calls(source: Source, seen: Seen) -> Iterator[tuple[ast.Call, Known | None]]:
    """Yield a program's calls with what is known of each; nothing where it was not looked at."""
    # mypy has what is filled into an f-string begin where the brace is.
    braces = {node.value: stretch_of(node)[0] for node in source.nodes if isinstance(node, ast.FormattedValue)}
    for call in source.nodes:
        if isinstance(call, ast.Call):
            start, end = stretch_of(call)
            yield call, seen.get((braces.get(call, start), end))


def _unchecked(called: ast.expr, source: Source, why: str) -> Remark:
    where = remark_at(called, source.text, severity="warning", message="", code="unchecked")
    return replace(where, message=f"'{where.text}' is not checked: {why}")
