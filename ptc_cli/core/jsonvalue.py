"""JSON as Python sees it, and digests over it."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
JsonObject: TypeAlias = dict[str, Any]

_INTEGER_BITS = 14_000


def canonical(value: JsonValue) -> bytes:
    """Return the one serialisation of a value, with keys sorted, for hashing and comparing."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def digest(value: JsonValue) -> str:
    """Return the SHA-256 of a value's canonical form, in hexadecimal.

    Key order does not count. Where it must (the order of a tool's parameters), hash the order too.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal; lone surrogates are allowed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_exact(value: object, depth: int = 100) -> bool:
    """Say whether a Python value goes to JSON and back unchanged.

    That is: plain `dict` with string keys, plain `list`, finite floats, integers of at most some 4,200 digits (Python
    reads no longer ones), and text without lone surrogates, nested at most `depth` levels.
    """
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
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, list) and kind is list:
        return all(is_exact(item, depth - 1) for item in value)
    if isinstance(value, dict) and kind is dict:
        return all(type(key) is str and is_exact(key) and is_exact(item, depth - 1) for key, item in value.items())
    return False
