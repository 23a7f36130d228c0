"""Whether arguments and results fit a tool's schemas, as its server wrote them."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonschema import (
    Draft3Validator,
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    SchemaError,
    ValidationError,
)
from jsonschema.exceptions import UnknownType
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from ptc_cli.core.call import ToolResult
from ptc_cli.core.catalog import Tool
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical
from ptc_cli.core.server import ToolConfig, ToolSpec
from ptc_cli.core.suggest import did_you_mean
from ptc_cli.engine.plain_schema import PlainSchema, plain

_MATCH_STEPS = 1_000_000
"""How many steps matching a pattern may take at worst: below 0.1 s."""

_FACTORS = 40
_MEMBERS = 100_000
_JUDGING_SECONDS = 0.25
"""The event loop, and with it every other run, waits meanwhile. Of computing: what else the machine does must not have
a wrong call pass."""

_OUTER = ("type", "required", "additionalProperties")
_OPENING = frozenset(
    {"additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties", "dependentSchemas"}
    | {"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if"}
)
"""Keywords by which a schema says, or may say, which arguments there are beside its properties."""

_ALTERNATIVES = ("anyOf", "oneOf")

_Check = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]

_GROUP_MARKS = re.compile(r"\(\?(?::|P?<\w+>|[=!])")
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REPEATS, _CHOICES = re.compile(r"[*+{]"), re.compile(r"[?|]")


def argument_problem(tool: Tool, arguments: JsonObject) -> str | None:
    """Return why arguments do not fit a tool's input schema, in the program's words; None if they do."""
    error = _first_error(tool.spec.input_schema, arguments)
    if error is None:
        return None
    names = {parameter.wire_name: parameter.name for parameter in tool.stub.parameters}
    return f"{tool.path}: {_said(error, names)}\nsignature: {tool.stub.signature}"


def unknown_argument(tool: Tool, arguments: JsonObject) -> str | None:
    """Return which argument a tool does not have, where its schema is silent about others.

    Such an argument fits the schema, and is a mistake all the same: the check stops a program that writes it down.
    """
    schema = tool.spec.input_schema
    known = {parameter.wire_name: parameter.name for parameter in tool.stub.parameters}
    unknown = sorted(arguments.keys() - known)
    if not unknown or not isinstance(schema.get("properties"), dict) or not _OPENING.isdisjoint(schema):
        return None
    hint = did_you_mean(unknown[0], known.values()) or f"Known: {', '.join(known.values()) or 'none'}"
    return f"{tool.path}: arguments: unknown {', '.join(map(repr, unknown))}. {hint}\nsignature: {tool.stub.signature}"


def result_problem(spec: ToolSpec, structured: JsonValue) -> str | None:
    """Return why structured content does not fit a tool's output schema; None if it does or none is declared."""
    if spec.output_schema is None or structured is None:
        return None
    error = _first_error(spec.output_schema, structured)
    return None if error is None else _misfit(spec, f"does not fit its schema: {_said(error, {}, whole='result')}")


def configured_problem(spec: ToolSpec, config: ToolConfig, result: ToolResult) -> str | None:
    """Return why what a program gets is not what the configuration says of it; None if it is."""
    if config.output_schema is None:
        is_nothing = result.value is None and not result.is_content
        return None if is_nothing else _misfit(spec, "is something, and the configuration says that there is none")
    if result.is_content:
        return _misfit(spec, "is content, and the configuration says that it is a value")
    error = _first_error(config.output_schema, result.value)
    return (
        None if error is None else _misfit(spec, f"does not fit the configuration: {_said(error, {}, whole='result')}")
    )


def _misfit(spec: ToolSpec, why: str) -> str:
    return f"{spec.server}.{spec.name}: the result {why}"


def _first_error(schema: JsonObject, value: JsonValue) -> ValidationError | None:
    key = _Key(schema)
    if (simple := _plain(key)) is not None and simple.admits(value):
        return None
    _Judgement.ends_at = time.thread_time() + _JUDGING_SECONDS
    found: list[ValidationError] = []
    try:
        for error in _validator(key).iter_errors(value):
            found.append(error)  # noqa: PERF402 (what was found before it is too much is to stay)
    except _TooMuchError:
        # What was found until then is wrong all the same, and what is plain to see is soon seen.
        found = found or _plainly_wrong(schema, value)
    except (
        SchemaError,
        Unresolvable,
        RecursionError,
        re.error,
        TypeError,
        ValueError,
        AttributeError,
        KeyError,
        ArithmeticError,
        UnknownType,
    ):
        # The schema is the server's: where it is broken the server judges for itself.
        return None
    return min(found, key=_order, default=None)


def _plainly_wrong(schema: JsonObject, value: JsonValue) -> list[ValidationError]:
    """Return what is wrong with the members of an object by name and type alone, where judging all takes too long."""
    properties = schema.get("properties")
    members = properties if isinstance(properties, dict) else {}
    kinds = {name: _only_type(each) for name, each in members.items()}
    outer = _OUTER if "patternProperties" not in schema else _OUTER[:2]
    outline = {
        **{name: schema[name] for name in outer if isinstance(schema.get(name), bool | str | list)},
        "properties": kinds,
    }
    try:
        return list(Draft202012Validator(outline).iter_errors(value))
    except (TypeError, ValueError, UnknownType):
        return []


def _only_type(member: JsonValue) -> JsonValue:
    return {"type": member["type"]} if isinstance(member, dict) and "type" in member else True


def _order(error: ValidationError) -> tuple[int, list[str], bool]:
    """Return what puts the outermost error first, and a misspelt name before the one that is missing for it."""
    return len(error.path), [str(part) for part in error.path], error.validator != "additionalProperties"


class _Key:
    """A schema as a key of a cache: by identity first, as a catalog keeps its schemas."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.schema is other.schema)


@lru_cache(maxsize=10_000)
def _plain(key: _Key) -> PlainSchema | None:
    return plain(key.schema)


@lru_cache(maxsize=10_000)
def _validator(key: _Key) -> Validator:
    dialect = str(key.schema.get("$schema", ""))
    draft = next((draft for name, draft in _BOUNDED.items() if f"/{name}/schema" in dialect), _BOUNDED["2020-12"])
    # An empty registry: a `$ref` to an address is never fetched.
    validator: Validator = draft(key.schema, registry=Registry())
    return validator


class _TooMuchError(Exception):
    """A schema and a value that multiply: judging them would take for ever."""


class _Judgement:
    """The one judgement that is being made; nothing else runs meanwhile."""

    ends_at = 0.0


def _timed(check: _Check) -> _Check:
    """Give up where time is up or a value has more members than could be gone through in time."""

    def timed(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError] | None:
        if time.thread_time() > _Judgement.ends_at or (isinstance(value, list | dict) and len(value) > _MEMBERS):
            raise _TooMuchError
        return check(validator, wanted, value, schema)

    return timed


def _pattern(validator: Validator, pattern: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Match a `pattern`, unless matching could take for ever: the pattern and the text may both be an attacker's."""
    if isinstance(value, str) and _match_steps(pattern, len(value)) <= _MATCH_STEPS and not re.search(pattern, value):
        yield ValidationError(f"{value!r} does not match the pattern {pattern!r}")


def _match_steps(pattern: str, characters: int) -> float:
    """Return more steps than matching can take: a choice doubles them, a repeat takes every length that is left."""
    plain = _GROUP_MARKS.sub("(", pattern)
    repeats, choices = len(_REPEATS.findall(plain)), len(_CHOICES.findall(plain))
    if "(?" in plain or repeats + choices > _FACTORS or _repeats_a_choice(plain):
        return math.inf
    starts = 1 if pattern.startswith("^") and "|" not in pattern else characters + 1
    return starts * (characters + 1.0) ** repeats * 2.0**choices


def _repeats_a_choice(pattern: str) -> bool:
    """Say whether a group may be repeated in which there is a repeat or a choice: that takes exponential time."""
    groups = [group.start() for group in _REPEATED_GROUP.finditer(pattern)]
    return bool(groups) and any(found.search(pattern, 0, groups[-1]) for found in (_REPEATS, _CHOICES))


def _unique_items(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Compare items by their text: pair by pair, as the library does, takes the square of their number."""
    if wanted is True and isinstance(value, list) and len({canonical(item) for item in value}) < len(value):
        yield ValidationError("it has items that are the same")


def _additional(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError] | None:
    if "patternProperties" in schema:  # would be matched with the patterns
        return None
    check: _Check = Draft202012Validator.VALIDATORS["additionalProperties"]
    return check(validator, wanted, value, schema)


def _ignored(validator: Validator, wanted: Any, value: Any, schema: Any) -> None:
    return None


def _bounded(draft: Any) -> Any:
    checks: dict[str, _Check] = {
        **draft.VALIDATORS,
        "pattern": _pattern,
        "patternProperties": _ignored,
        "unevaluatedItems": _ignored,
        "unevaluatedProperties": _ignored,
        "additionalProperties": _additional,
        "uniqueItems": _unique_items,
    }
    timed = {keyword: _timed(check) for keyword, check in checks.items()}
    return extend(draft, timed)  # type: ignore[no-untyped-call]  # jsonschema leaves it unannotated


_BOUNDED = {
    "draft-03": _bounded(Draft3Validator),
    "draft-04": _bounded(Draft4Validator),
    "draft-06": _bounded(Draft6Validator),
    "draft-07": _bounded(Draft7Validator),
    "2019-09": _bounded(Draft201909Validator),
    "2020-12": _bounded(Draft202012Validator),
}
"""By what the address of a dialect has in it. In one dialect `exclusiveMinimum` is a word, in the next a number."""


def _said(error: ValidationError, names: dict[str, str], *, whole: str = "arguments") -> str:
    error = _telling(error)
    path = [str(part) for part in error.absolute_path]
    where = ".".join([names.get(path[0], path[0]), *path[1:]]) if path else whole
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in _listed(error.validator_value) if name not in error.instance]
        return f"{where}: missing {', '.join(repr(names.get(name, name)) for name in missing)}"
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        return f"{where}: {_unknown(error, {} if path else names)}"
    if error.validator == "enum" and (hint := did_you_mean(str(error.instance), _listed(error.validator_value))):
        return f"{where}: {_short(error.message)}. {hint}"
    if error.validator in _ALTERNATIVES and (kinds := _kinds(error)):
        return f"{where}: {_short(repr(error.instance))} is not of type {', '.join(map(repr, kinds))}"
    return f"{where}: {_short(error.message)}"


def _telling(error: ValidationError) -> ValidationError:
    """Return what is wrong inside the alternative that was meant: the only one that has the right type."""
    while error.validator in _ALTERNATIVES:
        meant = [each for each in error.context or () if each.validator != "type" or len(each.path) > 0]
        if len({each.schema_path[0] for each in meant}) != 1:
            break
        error = min(meant, key=lambda each: len(each.path))
    return error


def _kinds(error: ValidationError) -> list[str]:
    """Return the types of all alternatives, where each fails by its type."""
    found = error.context or ()
    is_by_type = all(each.validator == "type" and not each.path for each in found)
    return [str(each.validator_value) for each in found] if is_by_type else []


def _short(text: str) -> str:
    return text if len(text) < 300 else f"{text[:300]}..."


def _unknown(error: ValidationError, names: dict[str, str]) -> str:
    declared = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    unknown = sorted(set(_listed(error.instance)) - set(declared))
    known = [names.get(name, name) for name in declared]
    hint = did_you_mean(unknown[0], known) if unknown else None
    said = f"unknown {', '.join(map(repr, unknown))}"
    return f"{said}. {hint}" if hint else f"{said}. Known: {', '.join(known) or 'none'}"


def _listed(names: object) -> list[str]:
    return [str(name) for name in names] if isinstance(names, list | dict) else []
