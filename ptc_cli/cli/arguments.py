"""Arguments of a tool from the words of a command line, typed by the tool's schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ptc_cli.cli.typed_text import NotJsonError, UnfitError, parsed_json, typed_text
from ptc_cli.core.catalog import Tool
from ptc_cli.core.errors import PtcError
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

_WORD = re.compile(r"(?P<name>[^=]+?)(?P<raw>:)?=(?P<text>.*)", re.DOTALL)


class ArgumentsError(PtcError):
    """Arguments that the tool's signature does not take. Nothing was sent."""

    exit_code = 3


def arguments_of(tool: Tool, words: Sequence[str], given: JsonObject) -> JsonObject:
    """Return the arguments that `name=text` and `name:=JSON` words give, over those given as JSON.

    Raises:
        ArgumentsError: A name or value does not fit, or a required argument is missing.
    """
    names = _names(tool)
    said: JsonObject = {}
    for word in words:
        name, value = _argument(tool, names, word)
        said[name] = _joined(tool, name, said[name], value) if name in said else value
    arguments = {_known(tool, name, names): value for name, value in given.items()} | said
    missing = [p.name for p in tool.stub.parameters if p.is_required and p.wire_name not in arguments]
    if missing:
        raise _wrong(tool, f"missing {_quoted(missing)}")
    return arguments


def json_object(text: str) -> JsonObject:
    """Return the object that `--args` holds.

    Raises:
        ArgumentsError: It is not a JSON object.
    """
    try:
        value = parsed_json(text)
    except NotJsonError as error:
        raise ArgumentsError(f"--args: not JSON: {error}", hint="""Write it like --args '{"limit": 5}'.""") from error
    if not isinstance(value, dict):
        raise ArgumentsError("--args: not a JSON object", hint="""Write it like --args '{"limit": 5}'.""")
    return value


def _names(tool: Tool) -> Mapping[str, str]:
    """Return wire names by each name that a parameter goes by; where two meet, the wire name wins."""
    by_python_name = {parameter.name: parameter.wire_name for parameter in tool.stub.parameters}
    return by_python_name | {parameter.wire_name: parameter.wire_name for parameter in tool.stub.parameters}


def _argument(tool: Tool, names: Mapping[str, str], word: str) -> tuple[str, JsonValue]:
    found = _WORD.fullmatch(word)
    if found is None:
        raise _wrong(tool, f"'{word}' is not an argument", "Write arguments as name=text, or name:=JSON.")
    name = _known(tool, found["name"], names)
    if found["raw"] is None:
        return name, _typed(tool, name, found["text"])
    try:
        return name, parsed_json(found["text"])
    except NotJsonError as error:
        raise _wrong(tool, f"{name}: not JSON: {error}", f"To give it as text write {name}=...") from error


def _known(tool: Tool, name: str, names: Mapping[str, str]) -> str:
    if name in names:
        return names[name]
    raise _wrong(tool, f"no parameter '{name}'", _meant(name, names))


def _typed(tool: Tool, name: str, text: str) -> JsonValue:
    root = tool.spec.input_schema
    properties = root.get("properties")
    schema = properties.get(name, True) if isinstance(properties, dict) else True
    try:
        return typed_text(text, schema, root)
    except UnfitError as error:
        hint = _meant(text, error.choices) or f"Write {name}:=JSON to give the value as JSON."
        raise _wrong(tool, f"{name}: '{text}' is not {error}", hint) from error


def _meant(name: str, known: Iterable[str]) -> str | None:
    from ptc_cli.core.suggest import did_you_mean  # `difflib` costs 5 ms

    return did_you_mean(name, known)


def _joined(tool: Tool, name: str, before: JsonValue, value: JsonValue) -> JsonValue:
    if isinstance(before, list) and isinstance(value, list):
        return before + value
    raise _wrong(tool, f"'{name}' is given twice")


def _wrong(tool: Tool, what: str, hint: str | None = None) -> ArgumentsError:
    signature = f"{tool.module}.{tool.stub.signature}"
    return ArgumentsError(
        f"{tool.spec.server}.{tool.spec.name}: {what}", hint=f"{hint}\n{signature}" if hint else signature
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
