"""What a program's syntax tells about a place: whose tool is called there, what is assigned, what is read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

_FUNCTION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_MOST_TEXT = 120

Position = tuple[int, int]
"""1-based line, 0-based column in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a program, and what is known of it."""

    calls: tuple[str, ...] = ()
    holders: tuple[int, ...] = ()
    origin: str | None = None
    module: str | None = None
    text: str = ""
    is_store: bool = False
    is_record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the names of a program stand for, as far as syntax tells."""

    names: Mapping[str, str] = field(default_factory=dict)
    """`server` or `server.tool` by name; empty for the package `tools`."""

    origins: Mapping[str, str] = field(default_factory=dict)
    """The tool whose result a name is."""

    records: frozenset[str] = frozenset()
    """Names of dicts that were written out."""

    stored: frozenset[str] = frozenset()
    """Names of attributes that are assigned to."""

    stored_keys: frozenset[str] = frozenset()
    """Keys that are put into dicts."""

    def without(self, rebound: frozenset[str]) -> Known:
        """Return what is known when some names stand for something else."""
        return replace(
            self,
            names={name: path for name, path in self.names.items() if name not in rebound},
            origins={name: tool for name, tool in self.origins.items() if name not in rebound},
            records=self.records - rebound,
        )


class Syntax:
    """A parsed program, with the names that stand for servers and tools followed to what they stand for.

    Names are followed as if each had one meaning in the whole program. That is enough for help, and help is all this
    is for.
    """

    def __init__(
        self, tree: ast.Module, *, supplied: Mapping[str, str], modules: Mapping[str, str], known: Known
    ) -> None:
        self._modules = modules
        self._names: dict[str, str] = {**known.names, **supplied}
        self._origins: dict[str, str] = dict(known.origins)
        self._records: set[str] = set(known.records)
        self._before = known
        self._nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.stmt))]
        for node in self._nodes:
            self._follow_import(node)
        for node in self._nodes:
            self._follow_assignment(node)

    @property
    def known(self) -> Known:
        """What is known after the program, from it and from what was known before."""
        stores = {
            node.attr for node in self._nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        return Known(
            names=self._names,
            origins=self._origins,
            records=frozenset(self._records),
            stored=self._before.stored | stores,
            stored_keys=self._before.stored_keys.union(*(_stored_keys(node) for node in self._nodes)),
        )

    def uses(self) -> Iterator[tuple[str, ast.expr]]:
        """Yield every place where a tool is named, with the tool, outside of calls of `asyncio`."""
        inside = {
            inner
            for node in self._nodes
            if isinstance(node, ast.Call) and _is_asyncio(node.func)
            for inner in ast.walk(node)
        }
        for node in self._nodes:
            if isinstance(node, ast.expr) and node not in inside and (tool := self._tool(node)) is not None:
                yield tool, node

    def is_tool(self, node: ast.expr) -> bool:
        """Say whether an expression names a tool."""
        return self._tool(node) is not None

    def is_server(self, node: ast.expr) -> bool:
        """Say whether an expression names a server's module."""
        return self._path(node) in self._modules

    def is_at_module_level(self, position: Position) -> bool:
        """Say whether a place is outside every function and class."""
        scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        return not any(isinstance(node, scopes) and _holds(node, position) for node in self._nodes)

    def stretch(self, start: Position, end: Position) -> tuple[Position, Position]:
        """Return where a stretch really is: mypy puts an import that fails at the beginning of its line."""
        imports = (node for node in self._nodes if isinstance(node, (ast.Import, ast.ImportFrom)))
        found = next((node for node in imports if start[1] == 0 and node.lineno == start[0]), None)
        return (start, end) if found is None else (_start(found), _end(found))

    def place(self, start: Position, end: Position) -> Place:
        """Return what is known of a stretch."""
        # One pass over the whole program a place, and the rest over the few nodes that touch it.
        near = [node for node in self._nodes if _start(node) < end and start < _end(node)]
        exprs = [node for node in near if isinstance(node, ast.expr)]
        calls = sorted((node for node in exprs if isinstance(node, ast.Call) and _holds(node, start)), key=_size)
        return Place(
            calls=tuple(tool for call in calls if (tool := self._tool(call.func)) is not None),
            holders=tuple(self._nodes.index(call) for call in calls if _end(call.func) <= start),
            origin=self._origin_near(exprs, start),
            module=self._module_at(exprs, start),
            text=_text_at(near, start, end),
            is_store=any(_is_store(node, start) for node in exprs),
            is_record=any(self._is_record(node) for node in exprs if _begins(node, start)),
        )

    def _follow_import(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    self._follow_module_import(alias)
            case ast.ImportFrom(module="tools", names=names, level=0):
                for alias in names:
                    self._bind_from("", alias, self._modules)
            case ast.ImportFrom(module=str(module), names=names, level=0) if module.startswith("tools."):
                server = module.removeprefix("tools.")
                functions = _FUNCTION.findall(self._modules.get(server, ""))
                for alias in names:
                    self._bind_from(f"{server}.", alias, functions)
            case _:
                pass

    def _follow_module_import(self, alias: ast.alias) -> None:
        top, _, rest = alias.name.partition(".")
        if top == "tools":
            self._names[alias.asname or top] = rest if alias.asname else ""

    def _bind_from(self, prefix: str, alias: ast.alias, known: Iterable[str]) -> None:
        if alias.name == "*":
            self._names.update({name: f"{prefix}{name}" for name in known})
        else:
            self._names[alias.asname or alias.name] = f"{prefix}{alias.name}"

    def _follow_assignment(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.For(target=ast.Name(id=name), iter=value):
                self._bind_origin(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._bind_origin(name, value)
            case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
                for generator in generators:
                    if isinstance(generator.target, ast.Name):
                        self._bind_origin(generator.target.id, generator.iter)
            case _:
                pass

    def _bind_origin(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.Dict):
            self._records.add(name)
        origin = self._origin(value)
        if origin is not None:
            self._origins[name] = origin

    def _is_record(self, node: ast.expr) -> bool:
        """Say whether an expression takes an item out of a dict that the program wrote out."""
        has_index = False
        while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
            has_index = has_index or isinstance(node, ast.Subscript)
            node = node.func if isinstance(node, ast.Call) else node.value
        return has_index and isinstance(node, ast.Name) and node.id in self._records

    def _origin(self, node: ast.expr) -> str | None:
        """Return the tool whose result an expression is, or is a part of."""
        while True:
            match node:
                case ast.Await(value=inner) | ast.Subscript(value=inner) | ast.Attribute(value=inner):
                    node = inner
                case ast.Call(func=function) if tool := self._tool(function):
                    return tool
                case ast.Call(func=ast.Attribute(value=inner)):
                    node = inner
                case ast.Name(id=name):
                    return self._origins.get(name)
                case _:
                    return None

    def _origin_near(self, near: list[ast.expr], start: Position) -> str | None:
        inside = [node for node in near if _start(node) >= start]
        around = [node for node in near if isinstance(node, ast.Subscript) and _start(node) < start]
        origins = (self._origin(node) for node in [*inside, *sorted(around, key=_size)])
        return next((origin for origin in origins if origin is not None), None)

    def _tool(self, node: ast.expr) -> str | None:
        path = self._path(node)
        return path if path is not None and path.count(".") == 1 else None

    def _path(self, node: ast.expr) -> str | None:
        """Return `server` or `server.tool` for an expression that names one; empty for the package itself."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.Attribute(value=value, attr=attribute):
                owner = self._path(value)
                return None if owner is None or "." in owner else f"{owner}.{attribute}".lstrip(".")
            case _:
                return None

    def _module_at(self, near: list[ast.expr], start: Position) -> str | None:
        for node in near:
            if isinstance(node, ast.Attribute) and _begins(node, start):
                owner = self._path(node.value)
                if owner is not None and (owner == "" or owner in self._modules):
                    return owner
        return None


def _stored_keys(node: ast.expr | ast.stmt) -> set[str]:
    """Return the keys that are put into a dict there; `pop` with a default says that one may be in it."""
    match node:
        case ast.Assign(targets=targets):
            return {key for target in targets if isinstance(target, ast.Subscript) for key in _texts([target.slice])}
        case ast.AnnAssign(target=ast.Subscript(slice=key)):
            return _texts([key])
        case ast.AugAssign(op=ast.BitOr(), value=ast.Dict(keys=keys)):
            return _texts(keys)
        case ast.Call(func=ast.Attribute(attr="setdefault" | "pop"), args=[key, _]):
            return _texts([key])
        case ast.Call(func=ast.Attribute(attr="update"), args=arguments, keywords=keywords):
            given = [key for each in arguments if isinstance(each, ast.Dict) for key in each.keys]
            return {each.arg for each in keywords if each.arg} | _texts(given)
        case _:
            return set()


def _texts(nodes: Iterable[ast.expr | None]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _text_at(near: list[ast.expr | ast.stmt], start: Position, end: Position) -> str:
    shown = (node for node in near if isinstance(node, (ast.expr, ast.Import, ast.ImportFrom)))
    return next((_short(node) for node in shown if _begins(node, start) and _end(node) == end), "")


def _short(node: ast.expr | ast.stmt) -> str:
    # Unparsing recurses; what is large is not worth showing.
    if _size(node) > (1, 0) or _size(node)[1] > _MOST_TEXT:
        return ""
    return ast.unparse(node)


def is_there(path: str, modules: Mapping[str, str]) -> bool:
    """Say whether there is a server's module, or what is defined in it, such as `crm` or `crm.get_contact`."""
    module, _, name = path.partition(".")
    return module in modules and (not name or re.search(rf"\b{name}\b", modules[module]) is not None)


def stretch_of(node: ast.expr | ast.stmt) -> tuple[Position, Position]:
    """Return where a part of a program begins and ends."""
    return _start(node), _end(node)


def _start(node: ast.expr | ast.stmt) -> Position:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> Position:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _size(node: ast.expr | ast.stmt) -> Position:
    (line, column), (end_line, end_column) = _start(node), _end(node)
    return end_line - line, end_column - column


def _holds(node: ast.expr | ast.stmt, position: Position) -> bool:
    return _start(node) <= position < _end(node)


def _begins(node: ast.expr | ast.stmt, position: Position) -> bool:
    return _start(node) == position


def _is_asyncio(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id="asyncio")):
            return True
        case _:
            return False


def _is_store(node: ast.expr, start: Position) -> bool:
    """Say whether a place is the beginning, or the index, of what is assigned to."""
    match node:
        case ast.Subscript(ctx=ast.Store(), slice=index):
            return start in (_start(node), _start(index))
        case ast.Attribute(ctx=ast.Store()):
            return _begins(node, start)
        case _:
            return False
