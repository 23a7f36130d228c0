"""Constant expressions that mypy would work out, though their values fill the memory: `" " * 10**10`.

mypy folds what is constant, and writes out tuples that are multiplied, without a bound. Types do not depend on the
numbers; so in the text that mypy is given they are made small, where they stand.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

_MOST_BITS = 512
_MOST_CHARACTERS = 10_000
_MOST_ITEMS = 4096

_Value = int | float | str

_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class _LargeError(Exception):
    """A constant expression that must not be worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Text to be put in place of as much, on one line."""

    line: int
    start: int
    end: int
    """In bytes."""

    text: str


def changed(text: str, changes: Collection[Change]) -> str:
    """Return a text with other text in some places."""
    if not changes:
        return text
    lines = [line.encode() for line in text.split("\n")]
    for each in changes:
        line = lines[each.line - 1]
        lines[each.line - 1] = line[: each.start] + each.text.encode() + line[each.end :]
    return b"\n".join(lines).decode()


def shrunk(nodes: Sequence[ast.AST]) -> Iterator[Change]:
    """Yield the changes that make those numbers small that would have mypy work out something large.

    Args:
        nodes: All of a program's syntax tree.
    """
    operations = [node for node in nodes if isinstance(node, ast.BinOp)]
    if not operations:
        return
    operands = {side.id for node in operations for side in (node.left, node.right) if isinstance(side, ast.Name)}
    for node in _outermost(operations):
        if _is_large(node):
            yield from (_small(each) for each in ast.walk(node) if _is_number(each))
    for other in nodes:
        if isinstance(other, ast.AnnAssign) and isinstance(other.target, ast.Name) and other.target.id in operands:
            yield from _as_variable(other)


def _outermost(operations: list[ast.BinOp]) -> Iterator[ast.BinOp]:
    """Yield the operations that are no operand of another, and those that are none of another of their kind."""
    inner = {side: type(node.op) for node in operations for side in (node.left, node.right)}
    yield from (node for node in operations if inner.get(node) is not type(node.op))


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _small(node: ast.AST) -> Change:
    """Return a number in place of another that is 1 and as long."""
    assert isinstance(node, ast.Constant)
    start, end = node.col_offset, node.end_col_offset or node.col_offset
    length = end - start
    return Change(
        line=node.lineno, start=start, end=end, text=f"0x{1:0{length - 2}}" if length > 2 else f"{1:<{length}}"
    )


def _as_variable(node: ast.AnnAssign) -> Iterator[Change]:
    """Yield the change that takes `Final` from a name that is calculated with: mypy knows the values of such names."""
    is_final = any(isinstance(each, ast.Name) and each.id == "Final" for each in ast.walk(node.annotation))
    if not is_final or node.value is None or node.target.lineno != node.value.lineno:
        return
    start, end = node.target.end_col_offset or 0, node.annotation.end_col_offset or 0
    yield Change(line=node.lineno, start=start, end=end, text=" " * (end - start))


def _is_large(node: ast.BinOp) -> bool:
    if isinstance(node.op, ast.Mult) and _times(node) > _MOST_ITEMS and _is_unknown(node):
        return True
    try:
        _value(node)
    except _LargeError:
        return True
    return False


def _times(node: ast.expr) -> int:
    """Return the product of the numbers that something is multiplied with."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return min(_times(left), _MOST_ITEMS + 1) * min(_times(right), _MOST_ITEMS + 1)
        case ast.Constant(value=int(value)):
            return max(value, 1)
        case _:
            return 1


def _is_unknown(node: ast.BinOp) -> bool:
    """Say whether what is multiplied may be a tuple."""
    return any(not isinstance(each, (ast.BinOp, ast.Constant, ast.operator)) for each in ast.walk(node))


def _value(node: ast.expr) -> _Value | None:
    """Return the value of a constant expression, or None for any other.

    Raises:
        _LargeError: It is too large, or working it out fails.
    """
    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _value(operand)
            return -number if isinstance(number, (int, float)) else None
        case ast.BinOp(left=left, op=op, right=right):
            return _result(_value(left), op, _value(right))
        case _:
            return None


def _result(left: _Value | None, op: ast.operator, right: _Value | None) -> _Value | None:
    match left, op, right:
        case (str(text), ast.Mult(), int(times)) | (int(times), ast.Mult(), str(text)):
            return text * times if len(text) * times <= _MOST_CHARACTERS else _fail()
        case str(), ast.Add(), str():
            return left + right
        case (int(), ast.Pow() | ast.LShift(), int()) if right > 0:
            bits = left.bit_length() * right if isinstance(op, ast.Pow) else left.bit_length() + right
            return _fail() if bits > _MOST_BITS else (left**right if isinstance(op, ast.Pow) else left << right)
        case int() | float(), _, int() | float():
            return _number(left, op, right)
        case _:
            return None


def _number(left: int | float, op: ast.operator, right: int | float) -> int | float | None:
    work = _OPERATIONS.get(type(op))
    if work is None:
        return None
    try:
        result = work(left, right)
    except ZeroDivisionError:
        return None
    except OverflowError:
        return _fail()
    return _fail() if isinstance(result, int) and result.bit_length() > _MOST_BITS else result


def _fail() -> int:
    raise _LargeError
