"""The JSON value that a text on a command line stands for, where a schema says what is wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import isfinite

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_TYPE_NAMES = {
    "array": "a JSON array",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a JSON object",
}
_MOST_BRANCHES = 1000
_MOST_NESTED_ARRAYS = 8


class NotJsonError(ValueError):
    """A text that is not JSON."""


class UnfitError(ValueError):
    """A text that stands for no value of the schema; the message says what is wanted."""

    def __init__(self, wanted: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(wanted)
        self.choices = choices


def parsed_json(text: str) -> JsonValue:
    """Return the value of a JSON text.

    Raises:
        NotJsonError: It is not JSON; `NaN` and `Infinity` are not.
    """
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error
    return value


def typed_text(text: str, schema: JsonValue, root: JsonObject, *, nested: int = 0) -> JsonValue:
    """Return the value that a text stands for: text stays text wherever the schema takes text.

    Where an array is wanted, a text that is no JSON array stands for an array of one item.

    Raises:
        UnfitError: No value of the schema is written like this.
    """
    branches = _branches(schema, root)
    choices = [choice for branch in branches for choice in _listed(branch)]
    for choice in choices:
        if text == (choice if isinstance(choice, str) else json.dumps(choice)):
            return choice
    types = frozenset(kind for branch in branches if not _listed(branch) for kind in _stated(branch))
    for kind, convert in _CONVERSIONS.items():
        if kind in types and (found := convert(text)):
            return found[0]
    if "array" in types and nested < _MOST_NESTED_ARRAYS:
        items = next((branch["items"] for branch in branches if "items" in branch), True)
        whole = _of_type(list)(text)
        return whole[0] if whole else [typed_text(text, items, root, nested=nested + 1)]
    if types or choices:
        names = tuple(str(choice) for choice in choices)
        raise UnfitError(
            " or ".join([*(repr(name) for name in names), *(_TYPE_NAMES.get(kind, kind) for kind in sorted(types))]),
            names,
        )
    return (_parsed(text) or (text,))[0]


def _branches(schema: JsonValue, root: JsonObject) -> list[JsonObject]:
    """Return the schemas that a value may fit, through local references and unions, each reference once."""
    waiting, found, followed = [schema], list[JsonObject](), set[str]()
    while waiting and len(found) < _MOST_BRANCHES:
        branch = waiting.pop()
        if not isinstance(branch, dict):
            continue
        reference = branch.get("$ref")
        if not isinstance(reference, str):
            found.append(branch)
            waiting += [each for key in ("anyOf", "oneOf") if isinstance(branch.get(key), list) for each in branch[key]]
        elif reference not in followed:
            followed.add(reference)
            waiting.append(_referenced(reference, root))
    return found


def _referenced(reference: str, root: JsonObject) -> JsonValue:
    place: JsonValue = root
    for step in filter(None, reference.removeprefix("#").split("/")):
        if not isinstance(place, dict):
            return None
        place = place.get(step.replace("~1", "/").replace("~0", "~"))
    return place


def _listed(branch: JsonObject) -> list[JsonValue]:
    listed = branch.get("enum")
    return list(listed) if isinstance(listed, list) else [branch["const"]] if "const" in branch else []


def _stated(branch: JsonObject) -> list[str]:
    stated = branch.get("type")
    return [kind for kind in (stated if isinstance(stated, list) else [stated]) if isinstance(kind, str)]


# A conversion gives the value in a tuple, or the empty tuple where the text is not of that type.
_Found = tuple[JsonValue, ...]


def _parsed(text: str) -> _Found:
    try:
        return (parsed_json(text),)
    except NotJsonError:
        return ()


def _of_type(kind: type) -> Callable[[str], _Found]:
    def convert(text: str) -> _Found:
        return tuple(value for value in _parsed(text) if isinstance(value, kind))

    return convert


def _integer(text: str) -> _Found:
    return (int(text),) if _INTEGER.fullmatch(text) else ()


def _number(text: str) -> _Found:
    try:
        value = float(text)
    except ValueError:
        return ()
    return _integer(text) or ((value,) if isfinite(value) else ())


_CONVERSIONS: dict[str, Callable[[str], _Found]] = {
    "string": lambda text: (text,),
    "integer": _integer,
    "number": _number,
    "boolean": _of_type(bool),
    "null": lambda text: (None,) if text == "null" else (),
    "object": _of_type(dict),
}


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")
