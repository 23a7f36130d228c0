"""The modules `tools` and `ptc` as monty gets them, and what of a program is put differently for it.

Monty has no exception classes but its own. So the errors of `ptc` are built-in ones whose families are the same:
`ToolTimeout` and `ToolDenied` are kinds of `ToolError` as `TimeoutError` and `PermissionError` are of `OSError`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import ModuleType

from pydantic_monty import ExternalModule

from ptc_cli.worker.exact import is_exact
from ptc_cli.worker.job import Job

ERRORS: Mapping[str, str] = {
    "ToolError": "OSError",
    "ToolTimeout": "TimeoutError",
    "ToolDenied": "PermissionError",
    "BudgetExceeded": "RuntimeError",
}

_FUNCTIONS = ("call", "read_resource", "progress", "tools", "input")
_NO_CLASSES = (*ERRORS, "Content")
"""What of `ptc` is a class, which monty cannot be given."""


def external(module: ModuleType) -> ExternalModule:
    """Return a module of ours as monty imports it: its values, and functions that are not called but reported."""
    return ExternalModule({name: _attribute(value) for name, value in _public(module)})


def functions(name: str, module: ModuleType) -> Iterator[tuple[str, object]]:
    """Give what of a module can be called, by the names that monty reports."""
    for attribute, value in _public(module):
        if isinstance(value, ModuleType):
            yield from functions(f"{name}.{attribute}", value)
        elif callable(value):
            yield f"{name}.{attribute}", value


def prelude(job: Job) -> str:
    """Return the imports that a program leaves out, since it is supplied with the names."""
    known = {"tools": "import tools", "ptc": "import ptc"}
    for server in job.servers:
        for function in server.functions:
            for prefix in (server.module, server.server):
                for name in (function.name, function.tool):
                    alias = f"mcp__{prefix}__{name}"
                    known.setdefault(alias, f"from tools.{server.module} import {function.name} as {alias}")
        known[server.module] = f"from tools import {server.module}"
    return "\n".join(known[name] for name in job.supplied if name in known)


def adapted(job: Job) -> str:
    """Return a program with the errors of `ptc` put as built-in ones, and all names of `import *`, in their lines."""
    source = job.source
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for node, text in sorted(_changes(tree, _starred(job)), key=lambda change: _position(change[0]), reverse=True):
        _replace(lines, node, text.encode())
    return b"".join(lines).decode()


def _public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in module.__dict__.items():
        if not name.startswith("_") and name not in _NO_CLASSES:
            yield name, value


def _attribute(value: object) -> object:
    if isinstance(value, ModuleType):
        return external(value)
    return value if is_exact(value) else lambda: None


def _starred(job: Job) -> dict[str, list[str]]:
    """Return what `import *` imports, by module."""
    found = {"tools": [server.module for server in job.servers], "ptc": [*_FUNCTIONS, *ERRORS]}
    for server in job.servers:
        found[f"tools.{server.module}"] = [*(function.name for function in server.functions), *server.types]
    return found


def _changes(tree: ast.Module, starred: Mapping[str, Sequence[str]]) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    # Where it is not imported, it is supplied.
    aliases = {"ptc"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {each.asname or each.name for each in node.names if each.name == "ptc"}
        elif isinstance(node, ast.ImportFrom) and str(node.module) in starred and node.level == 0:
            module, names = str(node.module), node.names
            if names[0].name == "*":
                names = [ast.alias(name) for name in starred[module] if not name.startswith("_")]
            if names is not node.names or module == "ptc":
                yield node, _import(module, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ERRORS and _is_one_of(node.value, aliases):
            yield node, ERRORS[node.attr]


def _is_one_of(node: ast.expr, names: Collection[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _import(module: str, names: Sequence[ast.alias]) -> str:
    errors = [each for each in names if module == "ptc" and each.name in ERRORS]
    others = [f"{each.name} as {each.asname or each.name}" for each in names if each not in errors]
    parts = [f"{each.asname or each.name} = {ERRORS[each.name]}" for each in errors]
    return "; ".join([*([f"from {module} import {', '.join(others)}"] if others else []), *parts]) or "pass"


def _position(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _replace(lines: list[bytes], node: ast.stmt | ast.expr, text: bytes) -> None:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    # What a statement in brackets spread over several lines leaves empty stays a line.
    empty = [b"\n"] * (last - first)
    lines[first : last + 1] = [before + text + after, *empty]
