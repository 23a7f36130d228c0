"""What a configuration file may say, derived from the dataclasses that it becomes."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import ServerConfig, ToolConfig
from ptc_cli.core.settings import PolicySettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Any text without NUL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number within bounds, both of them allowed."""

    is_integer: bool
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """Any number of the same."""

    item: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOf:
    """Values of the same shape under names of the author's choice."""

    item: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyTable:
    """A JSON object of whatever keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a record, and the field that it sets."""

    name: str
    field: str
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A table with the keys of a dataclass, each of which may be left out."""

    kind: type
    keys: Mapping[str, Key]


Shape: TypeAlias = Text | Flag | Number | Choice | ListOf | TableOf | AnyTable | Record

_NAMES = {
    (ServerConfig, "timeout_seconds"): "timeout",
    (ServerConfig, "connect_timeout_seconds"): "connect_timeout",
    (ToolConfig, "timeout_seconds"): "timeout",
}
"""Keys that are not called as their fields are."""

_NOT_IN_FILES = {
    ServerConfig: {"name", "origin", "is_trusted"},
    Settings: {"files", "untrusted", "warnings"},
}

_NARROWER: Mapping[tuple[type, str], Shape] = {
    (ServerConfig, "transport"): Choice(words=("stdio", "http", "sse")),
    (PolicySettings, "budgets"): TableOf(item=Number(is_integer=True, least=1.0, most=1_000_000.0)),
}
"""What a file says otherwise, or less of, than the field's type has it."""

_BOUNDS = {
    "_seconds": (0.01, 7 * 86_400.0),
    "_days": (0.0, 36_500.0),
    "_bytes": (1024.0, float(1 << 50)),
    "_port": (1.0, 65_535.0),
}
"""By ending of the field's name. More than these is a mistake of unit rather than a wish."""

_COUNT_BOUNDS = (1.0, 1_000_000.0)


@cache
def settings() -> Record:
    """Return the shape of our own configuration file."""
    shape = record(Settings)
    servers = Key(name="servers", field="servers", shape=TableOf(item=record(ServerConfig)))
    return Record(kind=Settings, keys={**shape.keys, "servers": servers})


@cache
def record(kind: type) -> Record:
    """Return the shape of the table that becomes a dataclass."""
    hints = get_type_hints(kind)
    keys = {}
    for each in fields(kind):
        if each.name not in _NOT_IN_FILES.get(kind, ()):
            name = _NAMES.get((kind, each.name), each.name)
            shape = _NARROWER.get((kind, each.name)) or _shape(hints[each.name], each.name)
            keys[name] = Key(name=name, field=each.name, shape=shape)
    return Record(kind=kind, keys=keys)


def _shape(hint: object, name: str) -> Shape:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _shape(next(arg for arg in args if arg is not types.NoneType), name)
    if hint == JsonObject:
        return AnyTable()
    if origin is Literal:
        return Choice(words=args)
    if origin is tuple:
        return ListOf(item=_shape(args[0], name))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return TableOf(item=_shape(args[1], name))
    if isinstance(hint, type) and is_dataclass(hint):
        return record(hint)
    return _scalar(hint, name)


def _scalar(hint: object, name: str) -> Shape:
    if hint is str:
        return Text()
    if hint is bool:
        return Flag()
    if hint in (int, float):
        least, most = next((bounds for end, bounds in _BOUNDS.items() if name.endswith(end)), _COUNT_BOUNDS)
        return Number(is_integer=hint is int, least=least, most=most)
    raise TypeError(f"no configuration file can hold {hint!r} for {name}")
