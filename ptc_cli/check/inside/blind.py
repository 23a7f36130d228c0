"""Functions that nothing is inferred for although they look into what they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptc_cli.check.inside.inference.functions import TRANSPARENT
from ptc_cli.check.inside.source import Source, remark_at
from ptc_cli.check.wire import Remark

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def blind_remarks(source: Source) -> Iterator[Remark]:
    """Yield a warning for every lambda with a name, and every function under a decorator that may change it."""
    if "lambda" not in source.words and "@" not in source.text:
        return
    for node in source.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name) as target], value=ast.Lambda() as function):
                if _looks_into_arguments(function):
                    yield _blind(target, name, source, "nothing says what a lambda with a name is given")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not _is_plain(node) and _looks_into_arguments(node):
                    yield _blind(node, name, source, "its decorator may call it with anything")
            case _:
                pass


def never_called(source: Source) -> frozenset[str]:
    """Return the functions that look into what they are given, and whose names the program does not use itself."""
    used = {node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    functions = (node for node in source.tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(each.name for each in functions if each.name not in used and _looks_into_arguments(each))


def use_remarks(source: Source, entries: dict[str, int]) -> Iterator[Remark]:
    """Yield a warning where a program first uses such a function of an earlier entry."""
    if not entries:
        return
    waiting = dict(entries)
    for node in source.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in waiting:
            reason = f"nothing in entry {waiting.pop(node.id)} says what it is given"
            yield _blind(node, node.id, source, reason)


def _blind(node: ast.expr | ast.stmt, name: str, source: Source, reason: str) -> Remark:
    message = f"'{name}' is not checked inside: {reason}"
    return remark_at(node, source.text, severity="warning", message=message, code="unchecked")


def _is_plain(function: _Function) -> bool:
    return all(_decorator_name(each) in TRANSPARENT for each in function.decorator_list)


def _decorator_name(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(called).rpartition(".")[2] if isinstance(called, (ast.Name, ast.Attribute)) else ""


def _looks_into_arguments(function: _Function | ast.Lambda) -> bool:
    """Say whether an item or an attribute is taken of a parameter without annotation."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    names = {each.arg for each in arguments if each.annotation is None} - {"self", "cls"}
    return any(
        isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.value, ast.Name) and node.value.id in names
        for node in ast.walk(function)
    )
