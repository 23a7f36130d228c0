"""The parts of one document that have addresses or names of their own. Nothing is ever fetched."""

from __future__ import annotations

from urllib.parse import unquote, urljoin

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

_DATA = frozenset({"const", "default", "enum", "examples"})
"""Keywords that hold values, which are no schemas whatever they look like."""


class Resources:
    """Finds what a reference means where it stands: `$id` gives a part, and all in it, another address."""

    def __init__(self, root: JsonValue, *, ignores_siblings: bool) -> None:
        self._ignores_siblings = ignores_siblings
        self._found: dict[str, JsonObject | None] = {}
        """By address, or by address and name; None where two parts claim the same."""

        self._bases: dict[int, str] = {}
        """The address that references in an object are relative to, by the object's identity."""

        if isinstance(root, dict):
            self._found[""] = root
        self._read(root)

    def find(self, schema: JsonObject, ref: str) -> JsonValue:
        """Return what a reference in an object of the document leads to; None if that is nowhere in it."""
        base = self._bases.get(id(schema))
        if base is None:
            return None
        address, _, fragment = _joined(base, ref).partition("#")
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self._found.get(f"{address}#{fragment}")
        return pointed(self._found.get(address), fragment)

    def _read(self, root: JsonValue) -> None:
        waiting: list[tuple[JsonValue, str]] = [(root, "")]
        while waiting:
            value, base = waiting.pop()
            if isinstance(value, list):
                waiting.extend((each, base) for each in value)
            elif isinstance(value, dict):
                base = self._named(value, base)
                self._bases[id(value)] = base
                waiting.extend((each, base) for key, each in value.items() if key not in _DATA)

    def _named(self, schema: JsonObject, base: str) -> str:
        """Note the names of an object, and return the address that holds inside it."""
        address = schema.get("$id")
        is_ignored = self._ignores_siblings and "$ref" in schema
        if isinstance(address, str) and not is_ignored:
            base, _, fragment = _joined(base, address).partition("#")
            # Up to draft 7 this is how a name is given.
            self._claim(f"{base}#{fragment}" if fragment else base, schema)
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(key), str):
                self._claim(f"{base}#{schema[key]}", schema)
        return base

    def _claim(self, address: str, schema: JsonObject) -> None:
        known = self._found.setdefault(address, schema)
        if known is not schema:
            self._found[address] = None


def pointed(root: JsonValue, pointer: str) -> JsonValue:
    """Return what a JSON pointer leads to; None if that is nowhere."""
    found = root
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and len(key) < 9 and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _joined(base: str, ref: str) -> str:
    if ref.startswith("#"):
        return base + ref
    try:
        return urljoin(base, ref)
    except ValueError:
        return ref
