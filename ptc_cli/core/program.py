"""What an agent submits, and what its syntax alone tells."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from ptc_cli.core.face import Face
from ptc_cli.core.jsonvalue import text_digest

PROGRAM_BYTES = 1 << 20
"""The longest program that is accepted, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Submitted source, its name and digest."""

    source: str
    name: str = "program.py"

    @classmethod
    def of(cls, source: str, *, name: str = "program.py") -> Program:
        """Return a program made of a text."""
        return cls(source=source, name=name)

    @property
    def digest(self) -> str:
        """SHA-256 of the source."""
        return text_digest(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReason:
    """Which face a program gets, and the line that decided it."""

    face: Face
    line: int | None = None
    """1-based; None for a sync program."""


def face_of(tree: ast.Module) -> FaceReason:
    """Return the face of a parsed program: async if it awaits, defines async functions or imports asyncio."""
    lines = [line for node in ast.walk(tree) if (line := _async_line(node)) is not None]
    return FaceReason(face="async", line=min(lines)) if lines else FaceReason(face="sync")


LAST_VALUE = "_"
"""What the programs of a session call the value of the one before, if that ended with an expression."""


def naming_value(source: str) -> str:
    """Return a program that binds `_` to its value, with all else where it was; one without a value as it is."""
    try:
        last = ast.parse(source).body[-1:]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    if not last or not isinstance(last[0], ast.Expr) or last[0].end_lineno is None:
        return source
    lines = [line.encode() for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", source)]
    first, end = last[0].lineno - 1, last[0].end_lineno - 1
    # The end first: it may be on the same line.
    lines[end] = _inserted(lines[end], last[0].end_col_offset or 0, b")")
    lines[first] = _inserted(lines[first], last[0].col_offset, f"{LAST_VALUE} = (".encode())
    return b"".join(lines).decode()


def _inserted(line: bytes, offset: int, text: bytes) -> bytes:
    return line[:offset] + text + line[offset:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleNames:
    """The names of a program's own level, from whichever scope they are used or bound."""

    bound: frozenset[str]
    used: frozenset[str]


def unbound_names(source: str) -> frozenset[str]:
    """Return the names that a program uses and never binds at module level, builtins left out.

    Raises:
        SyntaxError: The program does not parse.
    """
    names = module_names(source)
    return names.used - names.bound - frozenset(dir(builtins))


def module_names(source: str) -> ModuleNames:
    """Return the names that a program uses, and those that it binds, at module level.

    Raises:
        SyntaxError: The program does not parse.
    """
    table = symtable.symtable(source, "<program>", "exec")
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used: set[str] = set()
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            if scope is table:
                used |= {symbol.get_name()} if symbol.is_referenced() else set()
            elif symbol.is_global():
                used |= {symbol.get_name()} if symbol.is_referenced() else set()
                bound |= {symbol.get_name()} if symbol.is_declared_global() and symbol.is_assigned() else set()
    return ModuleNames(bound=frozenset(bound), used=frozenset(used))


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    waiting = [table]
    while waiting:
        scope = waiting.pop()
        yield scope
        waiting.extend(scope.get_children())


def _async_line(node: ast.AST) -> int | None:
    """Return the line on which a node makes its program async, if it does."""
    match node:
        case ast.Import(names=names) if any(alias.name.partition(".")[0] == "asyncio" for alias in names):
            return node.lineno
        case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] == "asyncio":
            return node.lineno
        case ast.Await() | ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith():
            return node.lineno
        case ast.comprehension(is_async=1):
            return node.target.lineno
        case _:
            return None
