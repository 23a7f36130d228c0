"""Results that are not used as what they are."""

from __future__ import annotations

import ast
import re

from ptc_cli.check.annotations import is_list, literals_of
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
    if name == "__iter__" and (key := _key_as_method(case)):
        return f"Results are dicts: write ['{key}']"
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
    close = next((f"Did you mean '{close}'?" for close in case.suggestions() if close != name), None)
    return close or (_is_text(case) if owner == "str" else None)


def _key_as_method(case: Case) -> str | None:
    """Return the key that is written as an attribute where a dict has a method of that name, such as `items`."""
    name = case.remark.text.rpartition(".")[2]
    keys = case.keys(case.tool.stub.returns) if case.tool else {}
    return name if name in keys else None


def _is_text(case: Case) -> str | None:
    tool = case.tool
    return f"{tool.path} returns text: use it as it is." if tool and tool.stub.returns == "str" else None


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
        return _is_text(case) or f"It is a str: looping over a dict gives its keys.{_its_lists(case)}"
    return None


def _its_lists(case: Case) -> str:
    keys = case.keys(case.tool.stub.returns) if case.tool else {}
    lists = [f"['{name}']" for name, key in keys.items() if is_list(ast.unparse(key.annotation))]
    return f" Loop over {' or '.join(lists[:3])} of it." if lists else ""


def _unordered(match: re.Match[str], case: Case) -> str:
    key = next(iter(case.keys(match["type"])), "name")
    return f"Objects have no order: say by what, as in {match['function']}(..., key=lambda each: each['{key}'])"


def _no_pairs(match: re.Match[str], case: Case) -> str:
    return "Looping over a dict gives its keys: write `.items()` for keys and values."


def _added(match: re.Match[str], case: Case) -> str:
    return f"`sum` adds numbers, and these are {match['actual']}: add up something else, such as len(...) of each."


def _joined(match: re.Match[str], case: Case) -> str | None:
    item = _LIST.fullmatch(match["actual"])
    if item is None:
        return None
    texts = (name for name, key in case.keys(item["item"]).items() if ast.unparse(key.annotation) == "str")
    key = next((f"['{name}']" for name in texts), None)
    return f"Join a text of each, as in: each{key} for each in ..." if key else "Join texts: str(each) for each in ..."


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
    Rule(
        pattern=re.compile(
            r'^Value of type variable "SupportsRichComparisonT" of "(?P<function>\w+)" cannot be "(?P<type>\w+)"'
        ),
        say=_unordered,
    ),
    Rule(pattern=re.compile(r"^Unpacking a string is disallowed"), say=_no_pairs),
    Rule(pattern=re.compile(r'^Argument 1 to "join" of "str" has incompatible type "(?P<actual>.*)"; '), say=_joined),
    Rule(pattern=re.compile(r'^Generator has incompatible item type "(?P<actual>.*)"; expected "bool"'), say=_added),
    Rule(pattern=re.compile(r'^Invalid index type "str" for "(?P<owner>.*)"; expected'), say=_str_index),
)
