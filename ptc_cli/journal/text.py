"""JSON text of what is recorded: exact, without secrets, with long values put aside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

import orjson

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

INLINE_BYTES = 4096
"""Longer values lie beside the record, each once, by SHA-256."""

_REFERENCE = "$blob"


def dump(value: JsonValue) -> bytes:
    """Return a value as JSON, exactly: orjson where it can, the standard library where it cannot."""
    try:
        text = orjson.dumps(value)
        # orjson writes NaN as null. Looking for it ourselves, number by number, takes seconds where there are millions.
        return text if b"null" not in text or orjson.loads(text) == value else json.dumps(value).encode()
    except (TypeError, ValueError):
        # Integers past 64 bits, and text with lone surrogates.
        return json.dumps(value, default=str).encode()


def load(text: bytes | str) -> JsonValue:
    """Return what `dump` wrote."""
    value: JsonValue = json.loads(text)
    return value


def without(text: bytes, secrets: Collection[str]) -> bytes:
    """Return JSON text with every secret blanked out, however JSON writes it."""
    for secret in secrets:
        for form in {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
            text = text.replace(form.encode("utf-8", "surrogatepass"), b"[secret]")
    return text


def put_aside(value: JsonObject, keep: Callable[[bytes], str]) -> JsonObject:
    """Return an object whose long members are references; `keep` stores a text and returns its digest."""
    return {key: _put_aside(each, keep, depth=3) for key, each in value.items()}


def bring_back(value: JsonValue, fetch: Callable[[str], bytes]) -> JsonValue:
    """Return a value with its references followed."""
    if isinstance(value, dict):
        if list(value) == [_REFERENCE]:
            return load(fetch(value[_REFERENCE]))
        return {key: bring_back(each, fetch) for key, each in value.items()}
    return [bring_back(each, fetch) for each in value] if isinstance(value, list) else value


def blob_digest(text: bytes) -> str:
    """Return the name under which a text is put aside."""
    return hashlib.sha256(text).hexdigest()


def may_be_long(text: bytes) -> bool:
    """Say whether there may be something to put aside in a value, by its text."""
    # What looks like a reference is put aside whole, or a tool's answer could point at another run's values.
    return len(text) > INLINE_BYTES or _REFERENCE.encode() in text


def _put_aside(value: Any, keep: Callable[[bytes], str], *, depth: int) -> Any:
    text = dump(value)
    if not may_be_long(text):
        return value
    if isinstance(value, dict) and depth and _REFERENCE not in value:
        return {key: _put_aside(each, keep, depth=depth - 1) for key, each in value.items()}
    return {_REFERENCE: keep(text)}
