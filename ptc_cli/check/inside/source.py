"""A program's text before mypy sees it: parsed, bounded, with what would switch the check off blanked out."""

from __future__ import annotations

import ast
import builtins
import io
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ptc_cli.check.inside.branches import UNKNOWN, opened
from ptc_cli.check.inside.folding import changed, shrunk
from ptc_cli.check.wire import Remark
from ptc_cli.core.program import FaceReason, ModuleNames, face_of, module_names

MOST_DEPTH = 1000
"""How deeply a syntax tree may nest; mypy follows it on the C stack."""

_NO_CHECK = "no_type_check"
_ASYNC_WORDS = frozenset({"async", "await", "asyncio"})
_BUILTINS = frozenset(dir(builtins))
_MOST_TEXT = 120
_WORD = re.compile(r"\w+")
_TYPE_COMMENT = re.compile(r"#\s*type:")
_CODING_COMMENT = re.compile(r"#.*?coding[:=]")
_TOP = re.compile(r"(?:.*\n?){2}")
_CONFIGURATION = re.compile(r"^# mypy: ", re.MULTILINE)


class UnreadableError(Exception):
    """A program that never gets as far as mypy."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.message)
        self.remark = remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A program that parses."""

    text: str
    """As its author wrote it, with `\\n` at the end of every line."""

    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All of the tree, in the order of `ast.walk`: to walk it takes as long as mypy's analysis."""

    face: FaceReason
    names: ModuleNames
    words: frozenset[str]
    """Everything in it that could be a name, comments and texts included."""

    @property
    def unbound(self) -> frozenset[str]:
        """The names that it uses and never binds."""
        return self.names.used - self.names.bound - _BUILTINS


def read_source(text: str) -> Source:
    """Return a program parsed.

    Raises:
        UnreadableError: It cannot be read, or not checked for its sheer shape.
    """
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        tree = _parse(normal)
        words = frozenset(_WORD.findall(unicodedata.normalize("NFKC", normal)))
        return Source(
            text=normal,
            tree=tree,
            nodes=_nodes(tree),
            face=FaceReason(face="sync") if words.isdisjoint(_ASYNC_WORDS) else face_of(tree),
            names=module_names(normal),
            words=words,
        )
    except SyntaxError as error:
        raise UnreadableError(_syntax_remark(error, normal)) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError(_unreadable("the program is nested too deeply to be checked")) from error
    except ValueError as error:
        # Null bytes and lone surrogates, depending on the version of Python.
        raise UnreadableError(_unreadable(f"the program is not text that Python can read: {error}")) from error


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "<program>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        return ast.parse(text)


def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return all of a tree, without recursion of our own.

    Raises:
        RecursionError: It nests too deeply.
    """
    found: list[ast.AST] = []
    level = [tree]
    for _ in range(MOST_DEPTH):
        found += level
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tuple(found)
    raise RecursionError


def _syntax_remark(error: SyntaxError, text: str) -> Remark:
    lines = text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = max(error.offset or 1, 1)
    is_same_line = (error.end_lineno or line) == line and (error.end_offset or 0) > column
    return Remark(
        line=line,
        column=column,
        end_line=line if is_same_line else max(error.end_lineno or line, line),
        end_column=error.end_offset or 0 if is_same_line else column + 1,
        severity="error",
        message=error.msg,
        code="syntax",
        text=lines[line - 1].strip()[:200],
    )


def _unreadable(message: str) -> Remark:
    return Remark(line=1, column=1, end_line=1, end_column=2, severity="error", message=message, code="unreadable")


def checkable(source: Source, supplied: Mapping[str, str], reached: Iterable[str] = ()) -> str:
    """Return the text that mypy is given: every line and column where the author has them.

    The supplied names are imported in one more line at the end, so that nothing shifts, and so are the modules that the
    program may reach through their package: a module that nobody imports is none of the package's names.
    """
    imports = [_import(name, path) for name, path in sorted(supplied.items())]
    imports += [f"import tools.{name} as __ptc_{name}" for name in sorted(reached)]
    branches = set(opened(source.text, source.tree, source.nodes, source.words))
    if branches:
        imports.append(f"from typing import TYPE_CHECKING as {UNKNOWN}")
    text = changed(changed(source.text, set(shrunk(source.nodes))), branches)
    return f"{_defused(text)}\n{'; '.join(imports)}\n"


def reached_modules(source: Source, modules: Collection[str], packages: Collection[str]) -> frozenset[str]:
    """Return the servers' modules that a program may reach through the package `tools`.

    Args:
        source: The program.
        modules: All modules of the package.
        packages: Names that stand for the package from earlier on.
    """
    is_package_seen = _imports_package(source) or not source.words.isdisjoint(packages)
    return frozenset(source.words.intersection(modules)) if is_package_seen else frozenset()


def _imports_package(source: Source) -> bool:
    if "tools" not in source.words:
        return False
    imported = (alias.name for node in source.nodes if isinstance(node, ast.Import) for alias in node.names)
    return "tools" in source.unbound or any(name.partition(".")[0] == "tools" for name in imported)


def _import(name: str, path: str) -> str:
    module, _, function = path.partition(".")
    if function:
        return f"from tools.{module} import {function} as {name}"
    return f"from tools import {name}" if path else f"import {name}"


def has_open_functions(source: Source) -> bool:
    """Say whether some function has a parameter or a result that is not annotated."""
    functions = (node for node in source.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return any(_is_open(function) for function in functions)


def _is_open(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return function.returns is None or any(argument.annotation is None for argument in given)


def _defused(text: str) -> str:
    """Blank what switches the check off or reads the text in another encoding; lengths stay.

    A comment such as `# type: the kind of issue` is prose, and mypy would take it for a mistake.
    """
    # mypy looks for this at the start of any line, strings included.
    lines = _CONFIGURATION.sub("#_mypy: ", text).split("\n")
    for token in _comments(text):
        row, column = token.start
        if _TYPE_COMMENT.match(token.string) or (row <= 2 and _CODING_COMMENT.match(token.string)):
            lines[row - 1] = lines[row - 1][:column] + "#" + " " * (len(token.string) - 1)
    return "\n".join(lines)


def _comments(text: str) -> Iterator[tokenize.TokenInfo]:
    # To split a program into tokens takes longer than to parse it.
    if not _TYPE_COMMENT.search(text) and not _is_coding_mentioned(text):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text, newline="\n").readline))
    except (tokenize.TokenError, IndentationError, SyntaxError) as error:
        raise UnreadableError(_unreadable(f"the program cannot be split into tokens: {error}")) from error
    yield from (token for token in tokens if token.type == tokenize.COMMENT)


def _is_coding_mentioned(text: str) -> bool:
    top = _TOP.match(text)
    return top is not None and _CODING_COMMENT.search(top[0]) is not None


def unchecked_remarks(source: Source) -> Iterator[Remark]:
    """Yield a warning for every use of the decorator that hides code from the checker."""
    if _NO_CHECK not in source.words:
        return
    for node in source.nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()) if name == _NO_CHECK:
                yield _unchecked(node, source.text)
            case ast.ImportFrom(names=names):
                yield from (_unchecked(each, source.text) for each in names if each.asname and each.name == _NO_CHECK)
            case _:
                pass


def _unchecked(node: ast.expr | ast.alias, text: str) -> Remark:
    message = f"'{_NO_CHECK}': what it decorates is not checked"
    return remark_at(node, text, severity="warning", message=message, code="unchecked")


def remark_at(
    node: ast.expr | ast.stmt | ast.alias, text: str, *, severity: Literal["error", "warning"], message: str, code: str
) -> Remark:
    """Return a remark on a part of a program, as far as it lies on one line."""
    line = text.split("\n")[node.lineno - 1]
    column = _characters(line, node.col_offset) + 1
    is_one_line = node.end_lineno == node.lineno and node.end_col_offset is not None
    end = _characters(line, node.end_col_offset or 0) if is_one_line else len(line)
    return Remark(
        line=node.lineno,
        column=column,
        end_line=node.lineno,
        end_column=max(end, column) + 1,
        severity=severity,
        message=message,
        code=code,
        text=line[column - 1 : end][:_MOST_TEXT],
    )


def _characters(line: str, position: int) -> int:
    """Return a position in bytes as one in characters."""
    return len(line.encode("utf-8", "replace")[:position].decode("utf-8", "ignore"))


def parses(text: str) -> bool:
    """Say whether a text is Python."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
