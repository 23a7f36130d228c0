"""The fields of a form that a server may ask a person to fill in (MCP, "Elicitation")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

FieldKind = Literal["string", "number", "integer", "boolean", "choice", "choices"]

MAX_FIELDS = 30
MAX_OPTIONS = 200

_SECRET = re.compile(
    r"passw|secret|token|api.?key|credential|private.?key|\bpin\b|one.?time|\botp\b|\bcvv\b|card.?number|seed.?phrase",
    re.IGNORECASE,
)
_TRUE, _FALSE = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})


class FormError(ValueError):
    """A form that a server may not ask for; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the values that a field may have."""

    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a form asks for. The texts are the server's."""

    name: str
    kind: FieldKind
    title: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    is_required: bool = False
    default: JsonValue = None

    @property
    def seems_secret(self) -> bool:
        """Whether it asks for what a server must not ask for in a form."""
        return any(_SECRET.search(text) for text in (self.name, self.title, self.description))

    def accepts(self, value: JsonValue) -> bool:
        """Say whether a value is of the field's kind."""
        values = {option.value for option in self.options}
        match self.kind:
            case "string":
                return isinstance(value, str)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "choice":
                return isinstance(value, str) and value in values
            case "choices":
                return isinstance(value, list) and all(isinstance(item, str) and item in values for item in value)

    def read(self, text: str) -> JsonValue:
        """Return the value that a person typed.

        Raises:
            ValueError: It is none of this field's; the text says what would be.
        """
        if not text.strip():
            raise ValueError("a value")
        match self.kind:
            case "string":
                return text
            case "boolean":
                return _boolean(text)
            case "integer" | "number":
                return _number(text, is_whole=self.kind == "integer")
            case "choice":
                return self._chosen(text)
            case "choices":
                return [self._chosen(part) for part in text.split(",") if part.strip()]

    def _chosen(self, text: str) -> str:
        wanted = text.strip()
        if wanted.isdecimal() and 0 < int(wanted) <= len(self.options):
            return self.options[int(wanted) - 1].value
        for option in self.options:
            if wanted in (option.value, option.title):
                return option.value
        raise ValueError(f"a number from 1 to {len(self.options)}")


def fields(schema: JsonValue) -> tuple[Field, ...]:
    """Return the fields of a `requestedSchema`.

    Raises:
        FormError: It asks for something else than a flat form of plain values.
    """
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(properties, dict):
        raise FormError("its form has no fields")
    if len(properties) > MAX_FIELDS:
        raise FormError(f"its form has more than {MAX_FIELDS} fields")
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    return tuple(_field(name, said, is_required=name in names) for name, said in properties.items())


def _field(name: str, said: JsonValue, *, is_required: bool) -> Field:
    if not isinstance(said, dict):
        raise FormError(f"its form's field {name[:60]!r} is no schema")
    kind, options = _kind(said)
    if kind is None:
        raise FormError(f"its form's field {name[:60]!r} is no plain value")
    field = Field(
        name=name,
        kind=kind,
        title=_text(said, "title"),
        description=_text(said, "description"),
        options=options,
        is_required=is_required,
    )
    default = said.get("default")
    return replace(field, default=default) if field.accepts(default) else field


def _kind(said: JsonObject) -> tuple[FieldKind | None, tuple[Option, ...]]:
    items = said.get("items")
    if said.get("type") == "array" and isinstance(items, dict):
        options = tuple(_options(items))
        return ("choices" if options else None), options
    if options := tuple(_options(said)):
        return "choice", options
    plain: dict[JsonValue, FieldKind] = {
        "string": "string",
        "number": "number",
        "integer": "integer",
        "boolean": "boolean",
    }
    kind = said.get("type")
    return (plain.get(kind) if isinstance(kind, str) else None), ()


def _options(said: JsonObject) -> Iterator[Option]:
    values, titles = said.get("enum"), said.get("enumNames")
    if isinstance(values, list):
        names = titles if isinstance(titles, list) and len(titles) == len(values) else values
        for value, title in list(zip(values, names, strict=True))[:MAX_OPTIONS]:
            yield Option(value=str(value), title=str(title))
        return
    choices = said.get("oneOf") or said.get("anyOf")
    for choice in (choices if isinstance(choices, list) else [])[:MAX_OPTIONS]:
        if isinstance(choice, dict) and isinstance(choice.get("const"), str):
            yield Option(value=str(choice["const"]), title=str(choice.get("title") or choice["const"]))


def _text(said: JsonObject, key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError("yes or no")


def _number(text: str, *, is_whole: bool) -> JsonValue:
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:
        raise ValueError("a whole number" if is_whole else "a number") from None
    if not isfinite(number):
        raise ValueError("a number")
    return number
