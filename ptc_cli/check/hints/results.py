"""Results that are not used as what they are."""

from __future__ import annotations

import re

from ptc_cli.check.annotations import literals_of
from ptc_cli.check.case import Case
from ptc_cli.check.hints.names import RUNTIME
from ptc_cli.check.hints.rule import Rule, first, listed, meant
from ptc_cli.core.suggest import nearest

_LAZY = ("Generator[", "map[", "filter[", "zip[", "dict_keys[", "dict_values[", "dict_items[", "reversed[", "set[")
_LIST = re.compile(r"list\[(?P<item>.*)\]")


def _no_key(match: re.Match[str], case: Case) -> str | None:
    return meant(match["key"], case.keys(match["type"]), what="Keys", suggested=case.suggestions())


def _no_attribute(match: re.Match[str], case: Case) -> str | None:
    owner, name = match["owner"], match["name"]
    keys = case.keys(owner)
    if keys:
        close = meant(name, keys, what="Keys")
        return f"Results are dicts: write ['{name}']" if name in keys else f"Results are dicts. {close}"
    other = _OTHER_METHODS.get((owner.partition("[")[0], name))
    if other:
        return f"Write {other} instead."
    if owner.startswith("dict["):
        return f"Results are dicts: write ['{name}']"
    if _LIST.fullmatch(owner) and name not in dir(list):
        return "It is a list: take one item of it, or loop over it."
    if owner.startswith("Callable[") and not case.remark.is_store:
        return "It is a function: call it."
    return next((f"Did you mean '{close}'?" for close in case.suggestions() if close != name), None)


_OTHER_METHODS = {
    ("set", "append"): "add(...)",
    ("list", "add"): "append(...)",
    ("dict", "append"): "[key] = value",
    ("dict", "iteritems"): "items()",
    ("dict", "has_key"): "`key in`",
    ("str", "append"): "+=",
}
"""What is written in place of methods of other types, and other languages."""


def _function(match: re.Match[str], case: Case) -> str:
    return "It is a function: call it."


def _of_runtime(match: re.Match[str], case: Case) -> str | None:
    close = nearest(match["name"], RUNTIME) if case.remark.text.startswith("ptc.") else None
    return f"Did you mean '{close}'?" if close else None


def _is_none(match: re.Match[str], case: Case) -> str | None:
    text = case.remark.text
    what = _without_last(text)
    if what:
        return f"{what} can be None: test it first, as in `if {what} is not None:`"
    return "It can be None: put it in a variable and test it first, as in `if value is not None:`"


def _without_last(text: str) -> str:
    """Return an expression without its last attribute, call and index, when what is left is a plain one."""
    base = re.sub(r"(?:\.\w+(?:\([^()]*\))?|\[[^\[\]]*\])$", "", text)
    return first(base) if base != text and "(" not in base else ""


def _dict_in_list(match: re.Match[str], case: Case) -> str | None:
    if case.remark.code == "call-overload":
        return "It is a list: take one item of it first, as in [0], or loop over it."
    return None


def _literal_key(match: re.Match[str], case: Case) -> str | None:
    names = re.findall(r'"([^"]+)"', match["keys"])
    return listed([repr(name) for name in names], what="It is a dict with the keys")


def _named_key(match: re.Match[str], case: Case) -> str | None:
    return meant(match["key"], re.findall(r'"([^"]+)"', match["keys"]), what="Keys")


def _overlap(match: re.Match[str], case: Case) -> str | None:
    given, allowed = literals_of(match["right"]), literals_of(match["left"])
    if not given or not allowed:
        return None
    return meant(given[0], allowed, what="It is one of")


def _not_indexable(match: re.Match[str], case: Case) -> str | None:
    kind = match["type"]
    what = first(case.remark.text.partition("[")[0]) or "..."
    if kind.startswith(("def ", "Callable[")):
        return "It is a function: call it."
    if kind.startswith("Future["):
        return "Put `await` before what makes it."
    if kind.startswith("Task["):
        return f"Take its result first: {what}.result()"
    if kind.startswith(_LAZY):
        return f"Make it a list first: list({what})"
    if "BaseException" in kind:
        return "With return_exceptions=True it may be an exception: test it with isinstance first."
    return f"The result is {kind}, not a dict or a list." if kind in ("int", "str", "float", "bool", "None") else None


def _undefined(match: re.Match[str], case: Case) -> str | None:
    return f"Give '{match['name']}' a value before the branch or loop that may not run."


def _doubtful(match: re.Match[str], case: Case) -> str:
    return f"Give '{match['name']}' a value in this program before it is used."


def _plus_text(match: re.Match[str], case: Case) -> str | None:
    kinds = {match["left"], match["right"]}
    if "str" in kinds and kinds & {"int", "float", "bool"}:
        return "Convert the number: str(...), or write an f-string."
    return None


def _text_in_arithmetic(match: re.Match[str], case: Case) -> str | None:
    kinds = {match["left"], match["right"]}
    return "Convert the text: int(...) or float(...)" if kinds in ({"str", "int"}, {"str", "float"}) else None


def _none_operand(match: re.Match[str], case: Case) -> str:
    return "It can be None: put it in a variable and test it first, as in `if value is not None:`"


def _str_index(match: re.Match[str], case: Case) -> str | None:
    if match["owner"] == "str":
        return "It is a str: looping over a dict gives its keys."
    return None


RESULT_RULES = (
    Rule(pattern=re.compile(r'^TypedDict "(?P<type>\w+)" has no key "(?P<key>.*)"'), say=_no_key),
    Rule(pattern=re.compile(r'^Item "None" of "(?P<type>.*)" has no attribute'), say=_is_none),
    Rule(pattern=re.compile(r'^Value of type ".* \| None" is not indexable'), say=_is_none),
    Rule(
        pattern=re.compile(r'^"(?:async )?def .*" has no attribute|^Type application is only supported'), say=_function
    ),
    Rule(pattern=re.compile(r'^Module has no attribute "(?P<name>\w+)"'), say=_of_runtime),
    Rule(pattern=re.compile(r'^"(?P<owner>.*)" has no attribute "(?P<name>\w+)"'), say=_no_attribute),
    Rule(pattern=re.compile(r'^No overload variant of "__getitem__" of "list"'), say=_dict_in_list),
    Rule(
        pattern=re.compile(r"^TypedDict key must be a string literal; expected one of \((?P<keys>.*)\)"),
        say=_literal_key,
    ),
    Rule(pattern=re.compile(r'^"(?P<key>.*)" is not a valid key; expected one of \((?P<keys>.*)\)'), say=_named_key),
    Rule(pattern=re.compile(r'left operand type: "(?P<left>.*)", right operand type: "(?P<right>.*)"\)'), say=_overlap),
    Rule(pattern=re.compile(r'^Value of type "(?P<type>.*)" is not indexable'), say=_not_indexable),
    Rule(pattern=re.compile(r'^Name "(?P<name>\w+)" may be undefined'), say=_undefined),
    Rule(pattern=re.compile(r"^'(?P<name>\w+)' may (?:not be there|still be)"), say=_doubtful),
    Rule(
        pattern=re.compile(r'^Unsupported operand types for \+ \("(?P<left>[^"]*)" and "(?P<right>[^"]*)"\)'),
        say=_plus_text,
    ),
    Rule(
        pattern=re.compile(r'^Unsupported operand types for [-*/%<>]\S* \("(?P<left>[^"]*)" and "(?P<right>[^"]*)"\)'),
        say=_text_in_arithmetic,
    ),
    Rule(pattern=re.compile(r'^Unsupported (?:left operand|operand types?) .*"None"'), say=_none_operand),
    Rule(pattern=re.compile(r'^Invalid index type "str" for "(?P<owner>.*)"; expected'), say=_str_index),
)
