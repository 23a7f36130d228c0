"""Values to JSON and back, unchanged.

A dataclass is an object of its fields; in a union it also carries its class name under `kind`. `bytes` are base64.
"""

from __future__ import annotations

import binascii
import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

T = TypeVar("T")

_Convert = Callable[[Any], Any]


def to_json(value: object) -> JsonObject:
    """Return a frozen value of `core` as a JSON object."""
    return cast("JsonObject", _encoder(cast("Any", type(value)))(value))


def from_json(kind: type[T], data: JsonValue) -> T:
    """Return the value that `to_json` made this of.

    Raises:
        ValueError: The data is not of that shape.
    """
    try:
        return cast("T", _decoder(cast("Any", kind))(data))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error!r}") from error


def _same(value: object) -> object:
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _encoder(kind: Any) -> _Convert:
    origin, args = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _encode_dataclass(cast("type", kind))
    if origin in (Union, types.UnionType):
        return _encode_union(args)
    if kind is bytes:
        return lambda value: binascii.b2a_base64(value, newline=False).decode()
    if origin is tuple:
        item = _encoder(args[0])
        return list if item is _same else lambda value: [item(each) for each in value]
    if origin in (Mapping, types.MappingProxyType) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        item = _encoder(args[1])
        return dict if item is _same else lambda value: {key: item(each) for key, each in value.items()}
    return _same


def _encode_dataclass(kind: type) -> _Convert:
    hints = _hints(kind)
    converts = [(item.name, _encoder(hints[item.name])) for item in dataclasses.fields(kind)]
    return lambda value: {name: convert(getattr(value, name)) for name, convert in converts}


def _encode_union(args: tuple[Any, ...]) -> _Convert:
    if _members(args):
        tagged = len(_members(args)) > 1
        return lambda value: (
            value
            if not dataclasses.is_dataclass(value)
            else ({"kind": type(value).__name__, **to_json(value)} if tagged else to_json(value))
        )
    plain = [_encoder(arg) for arg in args if arg is not types.NoneType]
    if len(plain) == 1:
        return lambda value: None if value is None else plain[0](value)
    return _same


@cache
def _decoder(kind: Any) -> _Convert:
    origin, args = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(cast("type", kind))
    if origin in (Union, types.UnionType):
        return _decode_union(args)
    if kind is bytes:
        return binascii.a2b_base64
    if origin is tuple:
        item = _decoder(args[0])
        return lambda data: tuple(item(each) for each in data)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = _decoder(args[1])
        return lambda data: {key: value(each) for key, each in data.items()}
    if origin is Literal:
        return _literal(frozenset(args))
    if isinstance(kind, NewType):
        return _decoder(kind.__supertype__)
    return _scalar(kind) if kind in (str, int, bool) else float if kind is float else _same


def _decode_dataclass(kind: type) -> _Convert:
    hints = _hints(kind)
    converts = {item.name: _decoder(hints[item.name]) for item in dataclasses.fields(kind)}

    def decode(data: JsonObject) -> object:
        return kind(**{name: converts[name](each) for name, each in data.items() if name != "kind" or name in converts})

    return decode


def _decode_union(args: tuple[Any, ...]) -> _Convert:
    members = _members(args)
    if len(members) > 1:
        return lambda data: _decoder(members[data["kind"]])(data)
    plain = [_decoder(arg) for arg in args if arg is not types.NoneType]
    if len(plain) == 1:
        return lambda data: None if data is None else plain[0](data)
    return _same


def _members(args: tuple[Any, ...]) -> dict[str, type]:
    return {arg.__name__: arg for arg in args if dataclasses.is_dataclass(arg) and isinstance(arg, type)}


def _literal(allowed: frozenset[object]) -> _Convert:
    def decode(data: object) -> object:
        if data not in allowed:
            raise TypeError(f"{data!r} is none of {sorted(map(str, allowed))}")
        return data

    return decode


def _scalar(kind: type) -> _Convert:
    def decode(data: object) -> object:
        if type(data) is not kind:
            raise TypeError(f"{data!r} is not {kind.__name__}")
        return data

    return decode
