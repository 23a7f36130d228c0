"""JSON that loses nothing: fast where orjson can be trusted with a value, exact where it cannot."""

from __future__ import annotations

import importlib
import json
import math
import sys
from pathlib import Path
from typing import Any, Protocol, TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None

FAST, EXACT = b"F", b"E"
_DEPTH = 100

# Python neither writes nor reads integers of more than 4,300 digits.
_INTEGER_BITS = 14_000


class _Orjson(Protocol):
    def dumps(self, value: object, /) -> bytes: ...
    def loads(self, text: bytes, /) -> JsonValue: ...


_orjson: list[_Orjson] = []


def use_orjson(folder: str) -> bool:
    """Load orjson from a folder, for our own use only: programs cannot import it."""
    sys.path.insert(0, str(Path(folder).parent))
    try:
        module: Any = importlib.import_module("orjson")
    except ImportError:
        return False
    finally:
        sys.path.pop(0)
        for name in [name for name in sys.modules if name.partition(".")[0] == "orjson"]:
            del sys.modules[name]
    _orjson.append(module)
    return True


def encode(value: JsonValue) -> bytes:
    """Return a value that `plain` or `is_exact` has passed, with a first byte that says how to read it."""
    if _orjson:
        try:
            return FAST + _orjson[0].dumps(value)
        except TypeError:
            # Integers past 64 bits and text with lone surrogates.
            pass
    return EXACT + json.dumps(value, separators=(",", ":")).encode()


def decode(payload: bytes) -> JsonValue:
    """Return the value that a payload holds."""
    text = payload[1:]
    if payload[:1] == FAST and _orjson:
        return _orjson[0].loads(text)
    value: JsonValue = json.loads(text)
    return value


def is_exact(value: object, depth: int = _DEPTH) -> bool:
    """Say whether a Python value goes to JSON and back unchanged."""
    if depth < 0:
        return False
    kind = type(value)
    if value is None or kind is bool:
        return True
    if isinstance(value, int) and kind is int:
        return value.bit_length() <= _INTEGER_BITS
    if isinstance(value, float) and kind is float:
        return math.isfinite(value)
    if isinstance(value, str) and kind is str:
        return value.isascii() or not has_surrogates(value)
    if isinstance(value, list) and kind is list:
        return all(is_exact(item, depth - 1) for item in value)
    if isinstance(value, dict) and kind is dict:
        return all(type(key) is str and is_exact(key) and is_exact(item, depth - 1) for key, item in value.items())
    return False


def has_surrogates(text: str) -> bool:
    """Say whether a text has halves of characters, which no encoding carries."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def plain(value: object, where: str, depth: int = _DEPTH) -> JsonValue:
    """Return an argument of a call as JSON: tuples become lists, subclasses of text and numbers what they are.

    Raises:
        TypeError: Part of it is of a type that JSON does not have.
        ValueError: Part of it is a number that JSON does not have, or lies too deep.
    """
    if depth < 0:
        raise ValueError(f"argument {where} is nested more than {_DEPTH} levels deep")
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return _finite(value, where)
    if isinstance(value, list | tuple):
        return [plain(item, f"{where}[{index}]", depth - 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_key(key, where): plain(item, f"{where}[{key!r}]", depth - 1) for key, item in value.items()}
    raise TypeError(f"argument {where}: {type(value).__name__} is not JSON; convert it to text, a number, list or dict")


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"argument {where}: JSON has no {value}")
    return float.__float__(value)


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"argument {where}: keys must be strings in JSON, not {type(key).__name__} ({key!r})")
    return str.__str__(key)
