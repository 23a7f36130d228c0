"""What changed between two locks, told as in a review, and whether programs break of it.

A change breaks if a program that was right can be wrong now: what it passes may not be taken any more, or what it
relies on in a result may not be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptc_cli.drift.fit import Direction, Fit
from ptc_cli.drift.lock import Lock, LockError, ServerFacts, ToolFacts
from ptc_cli.drift.types import NONE, Field, Function, Holder, Module, Record, Union, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference."""

    server: str
    tool: str | None = None
    """The wire name; None for a change of the server as a whole."""

    where: str = ""
    """Which part of the tool, such as `parameter 'limit'` or `result['items'][]`; empty for the tool as a whole."""

    is_breaking: bool
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True)
class _Part:
    """A change inside a tool."""

    where: str
    is_breaking: bool
    message: str


def changes(old: Lock, new: Lock) -> tuple[Change, ...]:
    """Return what is different, by server and tool.

    Raises:
        LockError: A lock says what no stub does.
    """
    return tuple(_servers(old, new))


def _servers(old: Lock, new: Lock) -> Iterator[Change]:
    for name in sorted(old.servers.keys() | new.servers.keys()):
        before, after = old.servers.get(name), new.servers.get(name)
        if before is None:
            yield Change(server=name, is_breaking=False, message="new server")
        elif after is None:
            yield Change(server=name, is_breaking=True, message="the server is gone")
        else:
            yield from _server(name, before, after)


def _server(name: str, old: ServerFacts, new: ServerFacts) -> Iterator[Change]:
    if old.module != new.module:
        yield Change(server=name, is_breaking=True, message=f"programs call it '{new.module}', not '{old.module}'")
    modules = Module(old.types), Module(new.types)
    for wire in sorted(old.tools.keys() | new.tools.keys()):
        before, after = old.tools.get(wire), new.tools.get(wire)
        if before is None:
            yield Change(server=name, tool=wire, is_breaking=False, message="new tool")
        elif after is None:
            yield Change(server=name, tool=wire, is_breaking=True, message=_gone(before, old, new))
        elif before != after or old.types != new.types:
            for part in _tool(before, after, *modules, at=f"{name}.{wire}"):
                yield Change(
                    server=name, tool=wire, where=part.where, is_breaking=part.is_breaking, message=part.message
                )


def _gone(tool: ToolFacts, old: ServerFacts, new: ServerFacts) -> str:
    """Return that a tool is gone, and which new one says of itself what it said."""
    alike = [wire for wire, each in new.tools.items() if wire not in old.tools and each.description == tool.description]
    return f"the tool is gone; '{alike[0]}' is new and described alike" if len(alike) == 1 else "the tool is gone"


def _tool(old: ToolFacts, new: ToolFacts, before: Module, after: Module, *, at: str) -> Iterator[_Part]:
    try:
        found = list(_facts(old, new, _Comparison(before, after)))
    except (ValueError, KeyError, RecursionError) as error:
        raise LockError(f"{at}: its lock cannot be understood: {error}", hint="Lock it anew: ptc stubs lock") from error
    yield from found
    if old.description != new.description:
        yield _Part("", False, "its description changed")
    elif not found and old.digest != new.digest:
        yield _Part("", False, "its definition changed in what types do not say")


def _facts(old: ToolFacts, new: ToolFacts, comparison: _Comparison) -> Iterator[_Part]:
    if old.function != new.function:
        yield _Part("", True, f"programs call it '{new.function}', not '{old.function}'")
    before, after = comparison.before.function(old.signature), comparison.after.function(new.signature)
    yield from _parameters(before, after, comparison)
    yield from comparison.typed("result", before.returns, after.returns, "result")


def _parameters(old: Function, new: Function, comparison: _Comparison) -> Iterator[_Part]:
    for name, before in old.parameters.items():
        where = f"parameter '{name}'"
        after = new.parameters.get(name)
        if after is None:
            if new.extra is None:
                yield _Part(where, True, "is gone")
            else:
                yield from comparison.typed(where, before.type, new.extra, "argument")
            continue
        if before.is_positional and not after.is_positional:
            yield _Part(where, True, "is optional now, and so cannot be given by position any more")
        elif after.is_positional and not before.is_positional:
            yield _Part(where, True, "is required now")
        elif before.default != after.default:
            yield _Part(where, False, f"defaults to {after.default} now, not {before.default}")
        yield from comparison.typed(where, before.type, after.type, "argument")
    yield from _new_parameters(old, new)
    if _moved(old, new):
        yield _Part("", True, "its required parameters are in another order")


def _new_parameters(old: Function, new: Function) -> Iterator[_Part]:
    for name, after in new.parameters.items():
        if name not in old.parameters:
            need = "required" if after.is_positional else "optional"
            yield _Part(f"parameter '{name}'", after.is_positional, f"is new, and {need}")
    if old.extra is not None and new.extra is None:
        yield _Part("", True, "it takes no other arguments any more")
    elif new.extra is not None and old.extra is None:
        yield _Part("", False, "it takes any other arguments too")


def _moved(old: Function, new: Function) -> bool:
    orders = [
        [name for name, each in one.parameters.items() if each.is_positional and _is_positional(other, name)]
        for one, other in ((old, new), (new, old))
    ]
    return orders[0] != orders[1]


def _is_positional(function: Function, name: str) -> bool:
    return name in function.parameters and function.parameters[name].is_positional


class _Comparison:
    """Tells what is different between types of two modules."""

    def __init__(self, before: Module, after: Module) -> None:
        self.before = before
        self.after = after
        self._told: set[tuple[Record, Record, Direction]] = set()

    def typed(self, where: str, old: Union, new: Union, direction: Direction) -> Iterator[_Part]:
        """Yield how a type differs, as deep inside it as can be told."""
        forwards = Fit(self.before, self.after, direction).holds(old, new)
        backwards = Fit(self.after, self.before, direction).holds(new, old)
        if forwards and backwards:
            return
        inner = self._inner(where, old, new, direction)
        if inner is not None:
            yield from inner
            return
        is_breaking = not (forwards if direction == "argument" else backwards)
        yield _Part(where, is_breaking, self._difference(old, new, is_wider=forwards, is_narrower=backwards))

    def _inner(self, where: str, old: Union, new: Union, direction: Direction) -> Iterator[_Part] | None:
        """Return the differences inside two types that are of one kind; None if they are not."""
        if (NONE in old) != (NONE in new):
            return None
        match [member for member in old if member != NONE], [member for member in new if member != NONE]:
            case [Record() as before], [Record() as after]:
                return self._records(where, before, after, direction)
            case [Holder() as before], [Holder() as after] if before.name == after.name and before.name != "tuple":
                mark = "[]" if before.name == "list" else "[...]"
                return self.typed(f"{where}{mark}", before.items[0], after.items[0], direction)
        return None

    def _records(self, where: str, before: Record, after: Record, direction: Direction) -> Iterator[_Part]:
        if (before, after, direction) in self._told:
            return
        self._told.add((before, after, direction))
        old, new = self.before.fields(before), self.after.fields(after)
        for key, field in old.items():
            place = f"{where}[{key!r}]"
            if key not in new:
                yield _Part(place, True, "is gone")
                continue
            yield from _need(place, field, new[key], direction)
            yield from self.typed(place, field.type, new[key].type, direction)
        for key in (key for key in new if key not in old):
            is_breaking = direction == "argument" and new[key].is_required
            need = "required" if new[key].is_required else "optional"
            yield _Part(f"{where}[{key!r}]", is_breaking, "is new" if direction == "result" else f"is new, and {need}")

    def _difference(self, old: Union, new: Union, *, is_wider: bool, is_narrower: bool) -> str:
        gone = [each for each in old if isinstance(each, Value) and each not in new]
        added = [each for each in new if isinstance(each, Value) and each not in old]
        if is_narrower and gone and len(old) - len(gone) == len(new):
            return f"cannot be {', '.join(each.source for each in gone)} any more"
        if is_wider and added and len(new) - len(added) == len(old):
            return f"can be {', '.join(each.source for each in added)} too"
        verdict = "wider" if is_wider else "narrower" if is_narrower else "another type"
        return f"{verdict}: {self.after.shown(new)}, was {self.before.shown(old)}"


def _need(where: str, old: Field, new: Field, direction: Direction) -> Iterator[_Part]:
    if old.is_required and not new.is_required:
        yield _Part(where, direction == "result", "may be missing now" if direction == "result" else "is optional now")
    elif new.is_required and not old.is_required:
        message = "is always there now" if direction == "result" else "is required now"
        yield _Part(where, direction == "argument", message)
