"""Calls that do not fit a tool's signature."""

from __future__ import annotations

import ast
import re

from ptc_cli.check.annotations import is_list, literals_of, parse_type
from ptc_cli.check.case import ARGUMENT, Case
from ptc_cli.check.hints.rule import Rule, first, listed, meant
from ptc_cli.core.catalog import Tool
from ptc_cli.core.stub import Parameter

_PLAIN = frozenset({"str", "int", "float"})
_CONTAINERS = frozenset({"list", "set", "dict", "deque", "defaultdict"})


def _called(case: Case, function: str) -> Tool | None:
    tool = case.tool
    return tool if tool is not None and tool.stub.name == function else None


def _unexpected(match: re.Match[str], case: Case) -> str | None:
    tool = _called(case, match["function"])
    if tool is None:
        return next((f"Did you mean '{name}'?" for name in list(case.suggestions())[1:]), None)
    names = {parameter.wire_name: parameter.name for parameter in tool.stub.parameters}
    if match["name"] in names:
        return f"In Python it is called '{names[match['name']]}'."
    return meant(match["name"], names.values(), what="Parameters") or "It takes no arguments."


def _too_many_positional(match: re.Match[str], case: Case) -> str | None:
    tool = _called(case, match["function"])
    if tool is None:
        return None
    required = [parameter.name for parameter in tool.stub.parameters if parameter.is_required]
    optional = [f"{parameter.name}=..." for parameter in tool.stub.parameters if not parameter.is_required]
    how_many = f"Only {', '.join(required)} may go by position" if required else "Nothing goes by position"
    return f"{how_many}; name the others: {', '.join(optional[:8])}"


def _too_many(match: re.Match[str], case: Case) -> str | None:
    tool = _called(case, match["function"])
    if tool is None:
        return None
    names = [parameter.name for parameter in tool.stub.parameters]
    return listed(names, what="It takes") or "It takes no arguments."


def _missing(match: re.Match[str], case: Case) -> str | None:
    tool = _called(case, match["function"])
    if tool is None:
        return None
    names = re.findall(r'"(\w+)"', match["names"])
    missing = [f"{each.name}: {each.annotation}" for each in tool.stub.parameters if each.name in names]
    return f"Add {', '.join(missing)}" if missing else None


def _wrong_type(match: re.Match[str], case: Case) -> str | None:
    actual = match["actual"].strip('"')
    parameter = case.parameter()
    expected = parameter.annotation if parameter else match["expected"]
    for say in (_was_none, _was_date, _was_arguments, _was_scalar, _was_literal, _was_text, _was_dict):
        hint = say(actual, expected, case)
        if hint:
            return hint
    return _constraints(parameter)


def _was_none(actual: str, expected: str, case: Case) -> str | None:
    if actual.endswith(" | None") and "None" not in expected:
        what = first(case.remark.text) or "it"
        return (
            f"{what} can be None: test it first, as in `if {what} is not None:`" if what != "it" else "It can be None."
        )
    parameter = case.parameter()
    if actual == "None" and parameter is not None and not parameter.is_required:
        return f"Leave '{parameter.name}' out: it may be missing, but not None."
    return None


def _was_date(actual: str, expected: str, case: Case) -> str | None:
    if actual not in ("datetime", "date", "time") or "str" not in [part.strip() for part in expected.split("|")]:
        return None
    text = first(case.remark.text) or "..."
    is_sum = isinstance(parse_type(text), ast.BinOp)
    return f"Write it as text: {f'({text})' if is_sum else text}.isoformat()"


def _was_arguments(actual: str, expected: str, case: Case) -> str | None:
    """A dict of all arguments in the place of the first of them."""
    tool, text = case.tool, case.remark.text
    if tool is None or not actual.startswith("dict[str, ") or "dict" in expected or not text.startswith("{"):
        return None
    names = [
        each.name for each in tool.stub.parameters if any(f"'{name}':" in text for name in (each.name, each.wire_name))
    ]
    return f"Give each argument by its name: {', '.join(f'{name}=...' for name in names)}" if names else None


def _was_scalar(actual: str, expected: str, case: Case) -> str | None:
    plain = actual in _PLAIN or actual.startswith("Literal[")
    if plain and is_list(expected) and "str" not in [part.strip() for part in expected.split("|")]:
        return f"Put it in a list: [{first(case.remark.text) or '...'}]"
    is_several = actual.startswith(("tuple[", "set[", "dict_keys", "Generator[", "map[", "filter["))
    if is_several and is_list(expected) and "tuple[" not in expected:
        return f"Make it a list: list({first(case.remark.text) or '...'})"
    return None


def _was_literal(actual: str, expected: str, case: Case) -> str | None:
    allowed = literals_of(expected)
    if not allowed:
        return None
    given = literals_of(actual)
    if given:
        return meant(given[0], allowed, what="One of")
    return listed([repr(value) for value in allowed], what="It must be one of")


def _was_text(actual: str, expected: str, case: Case) -> str | None:
    wanted = [part.strip() for part in expected.split("|")]
    kind = next((name for name in ("int", "float", "str") if name in wanted), None)
    is_filling = _owner(case) in _CONTAINERS
    if kind is None or actual not in _PLAIN or is_filling:
        return None
    text = case.remark.text
    literal = text.strip("\"'")
    if kind != "str" and re.fullmatch(r"-?\d+", literal):
        return f"Write {literal} without quotes."
    return f"Convert it: {kind}({first(text) or '...'})"


def _owner(case: Case) -> str | None:
    """Return the class whose method is called, for what is said of a method."""
    match = ARGUMENT.fullmatch(case.remark.message)
    return match["owner"] if match else None


def _was_dict(actual: str, expected: str, case: Case) -> str | None:
    keys = case.keys(expected.partition("|")[0].strip())
    if not keys:
        return None
    shown = [name if key.is_required else f"{name} (optional)" for name, key in keys.items()]
    return listed(shown, what="It is a dict with the keys")


def _decoded(match: re.Match[str], case: Case) -> str | None:
    has_text = "str" in match["actual"].partition("[")[0]
    return None if has_text else "It is a value already, not JSON text: leave out `loads`."


def _constraints(parameter: Parameter | None) -> str | None:
    if parameter is None:
        return None
    return f"'{parameter.name}' is {parameter.annotation}." if len(parameter.annotation) <= 200 else None


def _key(match: re.Match[str], case: Case) -> str | None:
    """A key that a `TypedDict` argument does not have."""
    return meant(match["key"], case.keys(match["type"]), what="Keys")


def _missing_key(match: re.Match[str], case: Case) -> str | None:
    names = re.findall(r'"(\w+)"', match["keys"])
    keys = case.keys(match["type"])
    if not names or not keys:
        return None
    missing = [f"'{name}': {ast.unparse(key.annotation)}" for name, key in keys.items() if name in names]
    return f"Add {', '.join(missing)}" if missing else None


def _item(match: re.Match[str], case: Case) -> str | None:
    actual, expected = match["actual"], match["expected"]
    for say in (_was_literal, _was_none, _was_scalar, _was_text):
        hint = say(actual, expected, case)
        if hint:
            return hint
    return None


ARGUMENT_RULES = (
    Rule(pattern=re.compile(r'^Unexpected keyword argument "(?P<name>\w+)" for "(?P<function>\w+)"'), say=_unexpected),
    Rule(pattern=re.compile(r'^Too many positional arguments for "(?P<function>\w+)"'), say=_too_many_positional),
    Rule(pattern=re.compile(r'^Too many arguments for "(?P<function>\w+)"'), say=_too_many),
    Rule(
        pattern=re.compile(
            r'^Missing (?:positional|named) arguments? (?P<names>.*) (?:in call to|for) "(?P<function>\w+)"'
        ),
        say=_missing,
    ),
    Rule(pattern=re.compile(r'^Argument 1 to "loads" has incompatible type "(?P<actual>.*)"; expected'), say=_decoded),
    Rule(pattern=ARGUMENT, say=_wrong_type),
    Rule(pattern=re.compile(r'^Extra keys? "(?P<key>[^"]+)".* for TypedDict "(?P<type>\w+)"'), say=_key),
    Rule(pattern=re.compile(r'^Missing keys? (?P<keys>.*) for TypedDict "(?P<type>\w+)"'), say=_missing_key),
    Rule(
        pattern=re.compile(r'expression has type "(?P<actual>.*)", TypedDict item "\w+" has type "(?P<expected>.*)"\)'),
        say=_item,
    ),
    Rule(
        pattern=re.compile(r'^List item \d+ has incompatible type "(?P<actual>.*)"; expected "(?P<expected>.*)"'),
        say=_item,
    ),
)
