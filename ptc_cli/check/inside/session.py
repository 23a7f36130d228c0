"""The entries of a session, each a module of its own, and what the next program is given of them."""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ptc_cli.check.inside.blind import never_called
from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.flow import Flow
from ptc_cli.check.inside.outline import END, Outline, Symbol
from ptc_cli.check.inside.passing import PastModule
from ptc_cli.check.inside.source import Source, remark_at
from ptc_cli.check.inside.syntax import Known, Syntax, is_there
from ptc_cli.check.wire import Remark

_TAKEN = "_ptc_in_"
"""Before a name: what the name stood for when the program began, where the program binds it again."""

_ANY = "_ptc_any"
_ENTRY = re.compile(r"\bptc_entry_[0-9a-f]+_(?P<number>\d+)~?(?:\.(?P<name>\w+))?")
_PRIVATE = re.compile(r"\b_ptc_(?:end|in)_")
_REBOUND = re.compile(r'Name "(\w+)" (?:already defined|may be undefined|is used before definition)')
_OWN = re.compile(r"\bprogram\.(?=\w)")

_EMPTY = {
    "[]": "list[Any]",
    "list()": "list[Any]",
    "{}": "dict[Any, Any]",
    "dict()": "dict[Any, Any]",
    "set()": "set[Any]",
}
"""Containers that get their type from what is first put in, and the type of those that nothing was put in."""

_PUTTING = frozenset({"append", "add", "extend", "insert", "update", "setdefault"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a name stands for after an entry."""

    entry: int
    """The number of the entry, from 1."""

    form: Literal["symbol", "empty", "unknown", "gone"]
    """`empty`: a container whose type the entry that fills it decides. `unknown`: one of several things."""

    text: str = ""
    """The symbol's name in the entry's module; or the source of the empty container."""

    type: str = ""
    doubt: str = ""
    """What may be wrong with it, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a program is given of the entries before it."""

    prelude: str = ""
    """One line to be put before the program."""

    names: frozenset[str] = frozenset()
    """Names that the entries have bound, as far as the program uses or binds them."""

    filled: frozenset[str] = frozenset()
    """Empty containers that become the program's own."""

    entries: frozenset[int] = frozenset()
    """The numbers of the entries whose modules the prelude imports from."""

    doubts: tuple[Remark, ...] = ()

    def excuses(self, finding: Finding) -> bool:
        """Say whether a finding is only that the program binds again what an earlier entry bound."""
        match = _REBOUND.match(finding.message)
        return match is not None and match[1] in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An entry that was taken in."""

    module: PastModule
    words: frozenset[str]
    """Everything in it that could be a name."""

    rests_on: frozenset[int]
    """The numbers of the entries that it takes names from."""

    never_called: frozenset[str]
    """Functions of which the entry does not show what they are given."""


class Session:
    """What the entries so far have left behind."""

    def __init__(self) -> None:
        # No program may guess the name of a module that holds another session's names.
        self._token = secrets.token_hex(8)
        self.modules = 0
        """How many modules there are of it, also of entries that are to be taken in again."""

        self.restart()

    def restart(self) -> None:
        """Forget what the entries left behind, until they are taken in again."""
        self._bindings: dict[str, list[Binding]] = {}
        """By name, the earliest first."""

        self._taken: list[Taken] = []
        self.known = Known()

    @property
    def entries(self) -> int:
        """How many entries were taken in."""
        return len(self._taken)

    @property
    def next_module(self) -> str:
        """The name of the module that the next entry becomes."""
        return self._module(self.entries + 1)

    def _module(self, number: int) -> str:
        return f"ptc_entry_{self._token}_{number}"

    def names(self, count: int) -> frozenset[str]:
        """Return the names that a program after the first so many entries may use."""
        return frozenset(name for name in self._bindings if self._visible(name, count) is not None)

    def rests_on(self, given: Given) -> list[Taken]:
        """Return the entries that a program takes names from, and those that these take names from, in their order."""
        waiting, found = set(given.entries), set[int]()
        while waiting:
            number = waiting.pop()
            found.add(number)
            waiting |= self._taken[number - 1].rests_on - found
        return [self._taken[number - 1] for number in sorted(found)]

    def never_called(self, source: Source, count: int) -> dict[str, int]:
        """Return the functions that a program uses and no entry shows the arguments of, with their entries' numbers."""
        found = {name: self._visible(name, count) for name in source.names.used - source.names.bound}
        return {
            name: each.entry
            for name, each in found.items()
            if each is not None and name in self._taken[each.entry - 1].never_called
        }

    def given(self, source: Source, count: int) -> Given:
        """Return what a program after the first so many entries is given."""
        if not self._bindings:
            return Given()
        flow = Flow(source.tree)
        mentioned = sorted(source.names.used | source.names.bound)
        found = {name: binding for name in mentioned if (binding := self._visible(name, count)) is not None}
        taken = {name: binding for name, binding in found.items() if _is_needed(name, flow)}
        steps = [self._step(name, each, source, flow) for name, each in taken.items()]
        return Given(
            prelude="; ".join([f"from typing import Any as {_ANY}", *steps]) if steps else "",
            names=frozenset(found),
            filled=frozenset(name for name, each in taken.items() if each.form == "empty"),
            entries=frozenset(each.entry for name, each in taken.items() if _is_imported(name, each, flow)),
            doubts=tuple(_doubts(taken, source)),
        )

    def add(
        self,
        source: Source,
        module: PastModule,
        outline: Outline,
        given: Given,
        *,
        supplied: Iterable[str],
        ended_well: bool,
    ) -> None:
        """Take over an entry that was checked as a module."""
        self._taken.append(
            Taken(module=module, words=source.words, rests_on=given.entries, never_called=never_called(source))
        )
        self.modules = max(self.modules, self.entries)
        inherited = given.names | set(supplied)
        own = source.names.bound | given.filled | (outline.symbols.keys() - inherited)
        for name in sorted(own - {"*"}):
            binding = self._binding(name, source, outline, ended_well=ended_well)
            self._bindings[name] = [*self._bindings.get(name, ()), self._weighed(name, binding)]

    def _visible(self, name: str, count: int | None = None) -> Binding | None:
        """Return what a name stands for after the first so many entries, or after all."""
        bindings = reversed(self._bindings.get(name, ()))
        last = next((each for each in bindings if count is None or each.entry <= count), None)
        return None if last is None or last.form == "gone" else last

    def _binding(self, name: str, source: Source, outline: Outline, *, ended_well: bool) -> Binding:
        plain = Binding(entry=self.entries, form="unknown")
        symbol = outline.symbols.get(name)
        if name in outline.gone and ended_well:
            return replace(plain, form="gone")
        if not ended_well:
            plain = replace(plain, doubt=f"may not be there: entry {self.entries} ended early")
        elif name in outline.uncertain:
            plain = replace(plain, doubt=f"may not be there: entry {self.entries} binds it on some paths only")
        if symbol is None or not symbol.is_known:
            return plain
        empty = self._empty(name, source, symbol)
        if empty:
            return replace(plain, form="empty", text=empty, type=symbol.type)
        at_end = symbol.end_type if symbol.is_value and ended_well else ""
        text = f"{END}{name}" if at_end else name
        return replace(plain, form="symbol", text=text, type=at_end or symbol.type)

    def _empty(self, name: str, source: Source, symbol: Symbol) -> str:
        """Return the source of a container that nothing has been put in."""
        if symbol.type not in _EMPTY.values():
            return ""
        if _is_filled(name, source.tree):
            return ""
        before = self._visible(name)
        if name not in source.names.bound:
            return before.text if before is not None and before.form == "empty" else ""
        values = [value for value in _values(name, source.tree) if _EMPTY.get(value) == symbol.type]
        return values[0] if len(values) == _count(name, source.tree) == 1 else ""

    def _weighed(self, name: str, binding: Binding) -> Binding:
        """Return a doubtful binding with what an earlier entry makes of it: the name is there, as one or the other."""
        before = self._visible(name)
        if not binding.doubt or before is None:
            return binding
        if before.type == binding.type and before.form == binding.form:
            return replace(binding, doubt=before.doubt)
        doubt = binding.doubt.replace("not be there", f"still be what entry {before.entry} made it")
        return replace(binding, form="unknown", text="", type="", doubt=doubt)

    def _step(self, name: str, binding: Binding, source: Source, flow: Flow) -> str:
        if binding.form == "empty" and name not in flow.declared:
            return f"{name} = {binding.text}"
        if not _is_imported(name, binding, flow):
            return f"{name}: {_ANY} = ..."
        module = self._module(binding.entry)
        if name not in source.names.bound:
            return f"from {module} import {binding.text} as {name}"
        return f"from {module} import {binding.text} as {_TAKEN}{name}; {name} = {_TAKEN}{name}"


def said(message: str) -> str:
    """Return a message in which modules of entries have no names of ours."""
    message = _PRIVATE.sub("", _OWN.sub("", message))
    return _ENTRY.sub(lambda match: f"{match['name'] or ''} of entry {match['number']}".lstrip(), message)


def gone_remarks(source: Source, names: Mapping[str, str], modules: Mapping[str, str]) -> Iterator[Remark]:
    """Yield an error where a program uses a server or a tool that an entry imported, and that is gone since.

    Args:
        source: The program.
        names: What names stand for after the entries.
        modules: The stubs as they are now.
    """
    gone = {name: path for name, path in names.items() if path and not is_there(path, modules)}
    waiting = {name: gone[name] for name in gone.keys() & source.names.used - source.names.bound}
    for node in source.nodes if waiting else ():
        if isinstance(node, ast.Name) and node.id in waiting:
            server, _, tool = waiting.pop(node.id).partition(".")
            message = f"server '{server}': no tool '{tool}'" if tool else f"no server '{server}'"
            yield remark_at(node, source.text, severity="error", message=f"{message} any more", code="name-defined")


def other_face_remarks(source: Source, syntax: Syntax) -> Iterator[Remark]:
    """Yield what makes a program one of the face that its session does not have."""
    line = source.face.line
    if line is None:
        for tool, node in syntax.uses():
            yield _other_face(node, source, f"this session is async, and {tool} is not awaited")
    else:
        yield _other_face(
            next(_starting_on(line, source.tree)), source, "this session is sync, and this makes the program async"
        )


def _starting_on(line: int, tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    """Yield the parts of a program that begin on a line, those first that make it async."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.stmt)) and node.lineno == line]
    yield from (node for node in nodes if isinstance(node, ast.Await))
    yield from nodes


def _other_face(node: ast.expr | ast.stmt, source: Source, message: str) -> Remark:
    return remark_at(node, source.text, severity="error", message=message, code="session-face")


def _is_needed(name: str, flow: Flow) -> bool:
    """Say whether what an earlier entry made of a name can be seen in a program that may bind it itself."""
    first = flow.first.get(name)
    return first != "bound" and not (first == "maybe-bound" and name in flow.declared)


def _is_imported(name: str, binding: Binding, flow: Flow) -> bool:
    """Say whether a program takes a name from an entry's module; what it declares anew has no second type."""
    return binding.form == "symbol" and name not in flow.declared


def _doubts(taken: Mapping[str, Binding], source: Source) -> Iterator[Remark]:
    doubtful = {name: binding for name, binding in taken.items() if binding.doubt}
    if not doubtful:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in doubtful:
            message = f"'{node.id}' {doubtful.pop(node.id).doubt}"
            yield remark_at(node, source.text, severity="warning", message=message, code="possibly-undefined")


def _values(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield the sources of what a name is assigned at the top of a program."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield ast.unparse(value) if _is_short(value) else ""
            case _:
                pass


def _is_filled(name: str, tree: ast.Module) -> bool:
    """Say whether something is put into a container."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
                is_put = method in _PUTTING
            case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store()) | ast.AugAssign(target=ast.Name(id=owner)):
                is_put = True
            case _:
                continue
        if is_put and owner == name:
            return True
    return False


def _is_short(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Dict, ast.Call)) and not list(ast.iter_child_nodes(node))[2:]


def _count(name: str, tree: ast.Module) -> int:
    return sum(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name for node in ast.walk(tree)
    )
