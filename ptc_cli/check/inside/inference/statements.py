"""A walk over the statements of a program. mypy's own visitors are compiled, and take no subclasses."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    Block,
    ClassDef,
    Decorator,
    ForStmt,
    FuncDef,
    IfStmt,
    MatchStmt,
    MypyFile,
    OverloadedFuncDef,
    Statement,
    TryStmt,
    WhileStmt,
    WithStmt,
)


def functions_of(tree: MypyFile) -> Iterator[FuncDef | Decorator]:
    """Yield every function of a program, in a `Decorator` where it has one."""
    waiting: list[Statement] = list(tree.defs)
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, (FuncDef, Decorator)):
            yield statement
        waiting.extend(_parts(statement))


def _parts(statement: Statement) -> Iterator[Statement]:
    match statement:
        case Decorator():
            yield statement.func.body
        case FuncDef():
            yield statement.body
        case OverloadedFuncDef():
            yield from statement.items
        case Block():
            yield from statement.body
        case ClassDef():
            yield statement.defs
        case _:
            yield from _blocks(statement)


def _blocks(statement: Statement) -> Iterator[Block]:
    match statement:
        case IfStmt():
            blocks = [*statement.body, statement.else_body]
        case WhileStmt() | ForStmt():
            blocks = [statement.body, statement.else_body]
        case WithStmt():
            blocks = [statement.body]
        case TryStmt():
            blocks = [statement.body, *statement.handlers, statement.else_body, statement.finally_body]
        case MatchStmt():
            blocks = list(statement.bodies)
        case _:
            blocks = []
    yield from (block for block in blocks if block is not None)
