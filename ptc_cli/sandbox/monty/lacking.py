"""What of a program monty does not have, said before it runs, at the author's own lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ptc_cli.core.check import Diagnostic
from ptc_cli.sandbox.monty.subset import MISSING_BUILTINS, MODULES

_OURS = ("tools", "ptc")
_ERROR_FIELDS = ("server", "tool", "kind", "text", "content")
_ERRORS = ("ToolError", "ToolTimeout", "ToolDenied", "BudgetExceeded")

_SYNTAX: Mapping[type[ast.AST], tuple[str, str | None]] = {
    ast.Yield: ("a generator", "Return a list, or use a generator expression."),
    ast.YieldFrom: ("a generator", "Return a list, or use a generator expression."),
    ast.AsyncWith: ("'async with'", "Use asyncio.gather."),
    ast.Delete: ("'del'", "Use pop, or build a new value."),
    ast.TryStar: ("'except*'", "Use except."),
}
_SYNTAX_SINCE_3_12 = {"TypeAlias": ("a 'type' statement", "Write the type out.")}
_ADVICE: Mapping[str, str] = {
    "sys.exit": "Let the program end, or raise an error.",
    "exit": "Let the program end, or raise an error.",
    "quit": "Let the program end, or raise an error.",
    "asyncio.create_task": "Use asyncio.gather.",
    "asyncio.as_completed": "Use asyncio.gather.",
    "asyncio.TaskGroup": "Use asyncio.gather.",
    "typing.TypedDict": "Use a plain dict.",
    "typing.cast": "Leave it out.",
    "datetime.UTC": "Use datetime.timezone.utc.",
    "threading": "Use asyncio.gather.",
    "concurrent.futures": "Use asyncio.gather.",
}


def lacking(source: str) -> tuple[Diagnostic, ...]:
    """Return an error for each thing that a program uses and monty does not have, in the program's order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        # Whoever checks the program says so better.
        return ()
    found = {(node.lineno, node.col_offset, what): (node, what, hint) for node, what, hint in _all(tree)}
    lines = source.splitlines()
    return tuple(_diagnostic(lines, *found[key]) for key in sorted(found))


# Without those that a program's own objects have as plain fields.
_METHODS = {name for kind in (str, dict, list, set) for name in vars(kind) if name[0] != "_"} - {
    "count", "index", "title", "format", "values", "items", "keys", "copy", "center", "sort", "replace", "update",
}  # fmt: skip
_Node = ast.expr | ast.stmt | ast.alias
_Lack = tuple[_Node, str, str | None]


def _all(tree: ast.Module) -> Iterator[_Lack]:
    functions = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    modules, builtins, optional = _imported(tree), MISSING_BUILTINS - _bound(tree), _optional_imports(tree)
    for node in ast.walk(tree):
        yield from _syntax(node)
        if isinstance(node, ast.Import) and node not in optional:
            yield from _import(node)
        elif isinstance(node, ast.ImportFrom) and node not in optional:
            yield from _import_from(node)
        elif isinstance(node, ast.Attribute):
            yield from _attribute(node, modules)
            if isinstance(node.ctx, ast.Store) and _root(node) in functions:
                yield node, "an attribute of a function", "Use a variable."
        elif isinstance(node, ast.Name) and node.id in builtins:
            yield node, f"'{node.id}'", _ADVICE.get(node.id)
        elif isinstance(node, ast.Call):
            yield from _call(node, modules)
        elif isinstance(node, ast.ExceptHandler):
            yield from _handler(node)


def _syntax(node: ast.AST) -> Iterator[_Lack]:
    entry = _SYNTAX.get(type(node)) or _SYNTAX_SINCE_3_12.get(type(node).__name__)
    if entry is not None and isinstance(node, ast.expr | ast.stmt):
        yield node, *entry
    elif isinstance(node, ast.comprehension) and node.is_async:
        yield node.target, "an asynchronous comprehension", "Use asyncio.gather."
    elif isinstance(node, ast.ClassDef):
        yield from _class(node)


def _class(node: ast.ClassDef) -> Iterator[_Lack]:
    if node.bases or node.keywords:
        yield (*node.bases, *(each.value for each in node.keywords))[0], "a class with a base or a metaclass", None
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.decorator_list:
            yield method.decorator_list[0], "a decorated method", "Write it as a plain method or function."


def _import(node: ast.Import) -> Iterator[_Lack]:
    for each in node.names:
        if each.name.partition(".")[0] not in _OURS and each.name not in MODULES:
            yield each, f"the module '{each.name}'", _ADVICE.get(each.name)


def _import_from(node: ast.ImportFrom) -> Iterator[_Lack]:
    module = node.module or ""
    is_ours = module.partition(".")[0] in _OURS
    for each in node.names:
        full = f"{module}.{each.name}"
        if each.name == "*" and not is_ours:
            yield node, "'import *'", "Import the names."
        elif full == "ptc.Content":
            yield each, "'ptc.Content'", "Look at the fields of a block that a tool returned."
        elif not is_ours and module not in MODULES:
            yield node, f"the module '{module}'", _ADVICE.get(module)
        elif not is_ours and each.name not in MODULES[module] and full not in MODULES:
            yield each, f"'{full}'", _ADVICE.get(full)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return the modules of the standard library by the names that the program gives them."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name in MODULES or each.name == "ptc":
                    whole = each.name if each.asname else each.name.partition(".")[0]
                    found[each.asname or whole] = whole
    return found


def _optional_imports(tree: ast.Module) -> set[ast.stmt]:
    """Return the imports that a program can do without: it catches that they fail."""
    found: set[ast.stmt] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_catches_imports(each) for each in node.handlers):
            found |= {each for each in node.body if isinstance(each, ast.Import | ast.ImportFrom)}
    return found


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = [each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)]
    return not {"ImportError", "ModuleNotFoundError", "Exception"}.isdisjoint(caught)


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that a program gives a meaning of its own, anywhere."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
    return found


def _attribute(node: ast.Attribute, modules: Mapping[str, str]) -> Iterator[_Lack]:
    full = _full_name(node, modules)
    if full == "ptc.Content":
        yield node, "'ptc.Content'", "Look at the fields of a block that a tool returned."
    elif full is not None and not full.startswith("ptc."):
        module, _, name = full.rpartition(".")
        if name not in MODULES.get(module, ()) and full not in MODULES and not name.startswith("__"):
            yield node, f"'{full}'", _ADVICE.get(full)


def _full_name(node: ast.Attribute, modules: Mapping[str, str]) -> str | None:
    if isinstance(node.value, ast.Name):
        return f"{modules[node.value.id]}.{node.attr}" if node.value.id in modules else None
    if isinstance(node.value, ast.Attribute):
        outer = _full_name(node.value, modules)
        return f"{outer}.{node.attr}" if outer in MODULES else None
    return None


def _call(node: ast.Call, modules: Mapping[str, str]) -> Iterator[_Lack]:
    is_gather = isinstance(node.func, ast.Attribute) and _full_name(node.func, modules) == "asyncio.gather"
    if is_gather and node.keywords:
        yield node.keywords[0].value, "a keyword argument of asyncio.gather", "Catch errors in the coroutines."
    elif isinstance(node.func, ast.Name) and node.func.id == "open":
        yield node, "a file", None
    for given in (*node.args, *(each.value for each in node.keywords)):
        if isinstance(given, ast.Attribute) and given.attr in _METHODS and _root(given) not in modules:
            yield given, "a method that is not called", "Use a lambda."


def _root(node: ast.Attribute) -> str | None:
    return node.value.id if isinstance(node.value, ast.Name) else None


def _handler(node: ast.ExceptHandler) -> Iterator[_Lack]:
    if node.name is None or node.type is None or not _catches_ours(node.type):
        return
    for inner in (each for statement in node.body for each in ast.walk(statement)):
        if isinstance(inner, ast.Attribute) and inner.attr in _ERROR_FIELDS and _is_name(inner.value, node.name):
            yield inner, f"the field '{inner.attr}' of an error", f"Use str({node.name})."


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _catches_ours(node: ast.expr) -> bool:
    return any(
        (isinstance(each, ast.Name) and each.id in _ERRORS)
        or (isinstance(each, ast.Attribute) and each.attr in _ERRORS)
        for each in ast.walk(node)
    )


def _diagnostic(lines: list[str], node: _Node, what: str, hint: str | None) -> Diagnostic:
    elsewhere = 'Set backend = "zygote" under [sandbox] for all of Python.'
    return Diagnostic(
        line=node.lineno,
        column=_column(lines, node.lineno, node.col_offset),
        end_line=node.end_lineno or node.lineno,
        end_column=_column(lines, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        severity="error",
        message=f"{what} is not supported by the monty backend",
        code="monty",
        hint=elsewhere if hint is None else f"{hint} {elsewhere}",
    )


def _column(lines: list[str], line: int, offset: int) -> int:
    """Return the 1-based column, in characters, of an offset in bytes."""
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1
