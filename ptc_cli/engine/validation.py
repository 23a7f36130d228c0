"""Whether arguments and results fit a tool's schemas, as its server wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator, SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from ptc_cli.core.catalog import Tool
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolSpec
from ptc_cli.core.suggest import did_you_mean

_DRAFT7 = "http://json-schema.org/draft-07/schema"
_TEXT_TO_MATCH = 2_000
_ITEMS_TO_COMPARE = 1_000
_MOST_STEPS = 100_000

_Check = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]

# A repeat of a repeat, or of alternatives: matching may take exponential time.
_REPEATED_REPEAT = re.compile(r"[*+}]\)?[*+{]|\([^)]*[*+}][^)]*\)[*+{]|\([^)]*\|[^)]*\)[*+{]")


def argument_problem(tool: Tool, arguments: JsonObject) -> str | None:
    """Return why arguments do not fit a tool's input schema, in the program's words; None if they do."""
    error = _first_error(tool.spec.input_schema, arguments)
    if error is None:
        return None
    names = {parameter.wire_name: parameter.name for parameter in tool.stub.parameters}
    return f"{tool.path}: {_said(error, names)}\nsignature: {tool.stub.signature}"


def result_problem(spec: ToolSpec, structured: JsonValue) -> str | None:
    """Return why structured content does not fit a tool's output schema; None if it does or none is declared."""
    if spec.output_schema is None or structured is None:
        return None
    error = _first_error(spec.output_schema, structured)
    return (
        None if error is None else f"{spec.server}.{spec.name}: the result does not fit its schema: {_said(error, {})}"
    )


def _first_error(schema: JsonObject, value: JsonValue) -> ValidationError | None:
    _Steps.left = _MOST_STEPS
    try:
        errors = _validator(_Key(schema)).iter_errors(value)
        return min(errors, key=lambda error: (len(error.path), list(map(str, error.path))), default=None)
    except (
        SchemaError,
        Unresolvable,
        RecursionError,
        re.error,
        TypeError,
        ValueError,
        AttributeError,
        KeyError,
        _TooMuchError,
    ):
        # The schema is the server's: where it is broken the server judges for itself.
        return None


class _Key:
    """A schema as a key of a cache: by identity first, as a catalog keeps its schemas."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.schema is other.schema)


@lru_cache(maxsize=10_000)
def _validator(key: _Key) -> Validator:
    draft = _BOUNDED_DRAFT7 if str(key.schema.get("$schema", "")).startswith(_DRAFT7) else _BOUNDED_2020
    # An empty registry: a `$ref` to an address is never fetched.
    validator: Validator = draft(key.schema, registry=Registry())
    return validator


class _TooMuchError(Exception):
    """A schema whose references multiply: judging it would take for ever."""


class _Steps:
    """Counts the references that one judgement follows."""

    left = 0


def _original(keyword: str) -> _Check:
    check: _Check = Draft202012Validator.VALIDATORS[keyword]
    return check


def _counted(keyword: str) -> _Check:
    original = _original(keyword)

    def check(validator: Validator, reference: Any, value: Any, schema: Any) -> Iterator[ValidationError] | None:
        _Steps.left -= 1
        if _Steps.left < 0:
            raise _TooMuchError
        return original(validator, reference, value, schema)

    return check


def _pattern(validator: Validator, pattern: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Match a `pattern`, unless matching could take for ever: the pattern and the text may both be an attacker's."""
    is_safe = len(pattern) <= 200 and not _REPEATED_REPEAT.search(pattern)
    if isinstance(value, str) and len(value) <= _TEXT_TO_MATCH and is_safe and not re.search(pattern, value):
        yield ValidationError(f"{value!r} does not match the pattern {pattern!r}")


def _unique_items(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError] | None:
    if not isinstance(value, list) or len(value) > _ITEMS_TO_COMPARE:
        return None
    return _original("uniqueItems")(validator, wanted, value, schema)


def _additional(validator: Validator, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError] | None:
    if "patternProperties" in schema:  # would be matched with the patterns
        return None
    return _original("additionalProperties")(validator, wanted, value, schema)


def _ignored(validator: Validator, wanted: Any, value: Any, schema: Any) -> None:
    return None


def _bounded(draft: Any) -> Any:
    checks: dict[str, _Check] = {
        "pattern": _pattern,
        "patternProperties": _ignored,
        "unevaluatedProperties": _ignored,
        "additionalProperties": _additional,
        "uniqueItems": _unique_items,
        "$ref": _counted("$ref"),
        "$dynamicRef": _counted("$dynamicRef"),
    }
    return extend(draft, checks)  # type: ignore[no-untyped-call]  # jsonschema leaves it unannotated


_BOUNDED_DRAFT7 = _bounded(Draft7Validator)
_BOUNDED_2020 = _bounded(Draft202012Validator)


def _said(error: ValidationError, names: dict[str, str]) -> str:
    path = [str(part) for part in error.absolute_path]
    where = ".".join([names.get(path[0], path[0]), *path[1:]]) if path else "arguments"
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in _listed(error.validator_value) if name not in error.instance]
        return f"{where}: missing {', '.join(repr(names.get(name, name)) for name in missing)}"
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        return f"{where}: {_unknown(error)}"
    text = error.message if len(error.message) < 300 else error.message[:300] + "..."
    return f"{where}: {text}"


def _unknown(error: ValidationError) -> str:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    unknown = sorted(set(_listed(error.instance)) - set(known))
    hint = did_you_mean(unknown[0], known) if unknown else None
    said = f"unknown {', '.join(map(repr, unknown))}"
    return f"{said}. {hint}" if hint else f"{said}. Known: {', '.join(known) or 'none'}"


def _listed(names: object) -> list[str]:
    return [str(name) for name in names] if isinstance(names, list | dict) else []
