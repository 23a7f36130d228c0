"""Names that mypy takes for true or false whatever they are: where a program branches on one, both ways are checked.

To mypy `PY2` is false, and `TYPE_CHECKING` true: what is under `not TYPE_CHECKING` is never looked at, and it is what
runs. So the text that mypy is given has another name in such a place, of which it knows no more than that it is a bool.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptc_cli.check.inside.folding import Change

UNKNOWN = "_P_"
"""As long as the shortest of the names whose place it takes."""

_NAMES = frozenset({"PY2", "PY3", "MYPY", "TYPE_CHECKING"})
_OF_SYS = frozenset({"platform", "version_info"})


def opened(text: str, tree: ast.Module, nodes: Sequence[ast.AST], words: frozenset[str]) -> Iterator[Change]:
    """Yield the changes to a program that have mypy look at both ways of a branch.

    Args:
        text: The program.
        tree: Its syntax tree.
        nodes: All of that.
        words: Everything in it that could be a name.
    """
    if not words.isdisjoint(_NAMES):
        lines = text.encode().split(b"\n")
        yield from (_unknown(test) for node in nodes for test in _tests(node) if _is_taken_for_known(test, lines))
    if not words.isdisjoint(_OF_SYS):
        # mypy cuts a program off behind such a statement, and with it its imports, which stand at the end.
        yield from (_unknown(each.test) for each in tree.body if isinstance(each, ast.Assert) and _is_of_sys(each.test))


def _tests(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            yield test
        case ast.BoolOp(values=values):
            yield from values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.comprehension(ifs=tests):
            yield from tests
        case ast.match_case(guard=ast.expr() as guard):
            yield guard
        case _:
            pass


def _is_taken_for_known(test: ast.expr, lines: Sequence[bytes]) -> bool:
    match test:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            # Inside of an f-string, Python 3.11 says wrong positions.
            end = lines[test.lineno - 1][test.col_offset : test.end_col_offset]
            return name in _NAMES and test.lineno == test.end_lineno and end.endswith(name.encode())
        case _:
            return False


def _is_of_sys(test: ast.expr) -> bool:
    is_one_line = test.lineno == test.end_lineno
    return is_one_line and any(isinstance(node, ast.Attribute) and node.attr in _OF_SYS for node in ast.walk(test))


def _unknown(test: ast.expr) -> Change:
    start, end = test.col_offset, test.end_col_offset or test.col_offset
    return Change(line=test.lineno, start=start, end=end, text=f"{UNKNOWN:<{end - start}}")
