"""Which remarks stop a program.

An error is a mistake. A warning is what the type checker cannot know and the call decides exactly, what only
annotations say and Python ignores, or a container that holds several types where one was inferred: a right program is
never stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ptc_cli.check.annotations import may_fit, without_none
from ptc_cli.check.case import Case
from ptc_cli.core.check import Severity

_ANNOTATION_CODES = frozenset(
    {"annotation", "valid-type", "type-arg", "type-var", "no-redef", "override", "method-assign", "has-type"}
    | {"deprecated", "no-overload-impl", "empty-body", "explicit-override", "abstract"}
)
"""Rules over annotations and definitions, which Python does not look at when it runs."""

_OURS = re.compile(r'module named "(?:tools|ptc)\b')
_NOT_FOUND = re.compile(r'Cannot find implementation or library stub for module named "(?P<name>[\w.]+)"')
_UNORDERED = re.compile(r'^Value of type variable "SupportsRichComparisonT" of "\w+" cannot be "(?P<type>\w+)"')
_CONTAINER_METHOD = re.compile(
    r'Argument \S+ to "\w+" of "(?:list|set|dict|deque|defaultdict|OrderedDict|Counter|MutableMapping|MutableSequence)"'
)
_INFERRED = re.compile(r'target has type |variable has type Module|variable has type "None"|Incompatible import of ')
_METHOD = re.compile(r'^"Callable\[.*\]" has no attribute "__iter__"')
"""A method of a dict that is not called, such as `page.items`: what the dict holds is no matter."""

_JOINED = re.compile(r'"(?:object|(?:Sequence|Collection|Iterable|Mapping)\[[^"]*\])"|"[^"]*\bobject\b[^"]*"')
_NO_KEY = re.compile(r"-?\d+|[^'\"]*:[^'\"]*")
_NOTHING = re.compile(r"\b(?:dict|list|set)\[Never\b|\(self, Never\b")
_UNION = re.compile(r'"None"|"[^"]* \| [^"]*"')
_ITEM = re.compile(r'expression has type "(?P<actual>.*)", TypedDict item "[^"]*" has type "(?P<expected>.*)"\)')
_LIST_ITEM = re.compile(r'List item \d+ has incompatible type "(?P<actual>.*)"; expected "(?P<expected>.*)"')
_DICT_ITEM = re.compile(
    r'Dict entry \d+ has incompatible type "(?P<key>.*)": "(?P<actual>.*)"; expected "(?P<want>.*)": "(?P<expected>.*)"'
)
_NO_ATTRIBUTE = re.compile(r'"(?P<owner>.*)" has no attribute "(?P<name>\w+)"')
_UNKNOWN_KEY = re.compile(r'has no key "(?P<key>[^"]*)"$')
_CHANGED = re.compile(
    r'^(?:Unexpected TypedDict key |Key "[^"]*" of .* cannot be deleted$|Value of "[^"]*" has incompatible type '
    r'|Unexpected keyword argument "[^"]*" for "update" of )'
)
_FIRST_VARIANT = re.compile(
    r'^(?:Generator has incompatible item type .*; expected "bool"'
    r"|(?:List|Set) comprehension has incompatible type .*\[bool\])|TypeGuard\[Never\]"
)
_CLOSED = frozenset({"dict", "list", "str", "int", "float", "bool", "tuple", "set", "bytes", "None", "object"})
"""Types whose values take no attributes."""


def severity_of(case: Case, *, strict: bool) -> Severity:
    """Return how much a remark counts; under `strict` every doubt is an error."""
    remark = case.remark
    if remark.severity == "note":
        return "note"
    is_warning = remark.severity == "warning" or remark.basis in ("doubtful", "learned") or is_doubt(case)
    return "warning" if is_warning and not strict else "error"


def is_consequence(case: Case, doubted: Collection[int]) -> bool:
    """Say whether a remark only follows from what else was found in the same call's arguments.

    A remark inside the arguments of `sum` or `filter` has the type checker believe that no variant of it fits, and then
    complain of the first.

    Args:
        case: The remark.
        doubted: The calls in whose arguments something else was found.
    """
    return next(iter(case.remark.holders), None) in doubted and is_of_first_variant(case)


def is_of_first_variant(case: Case) -> bool:
    """Say whether a remark is of the kind that may only follow from others."""
    return _FIRST_VARIANT.search(case.remark.message) is not None


def is_doubt(case: Case) -> bool:
    """Say whether a remark is about what the type checker cannot know."""
    return any(rule(case) for rule in _DOUBTS)


def _is_only_annotation(case: Case) -> bool:
    unordered = _UNORDERED.match(case.remark.message)
    if unordered and case.keys(unordered["type"]):
        return False
    return case.remark.code in _ANNOTATION_CODES or "conditional function variants" in case.remark.message


def _is_unknown_import(case: Case) -> bool:
    """A module without stubs may well be there when the program runs; our own modules are all known."""
    is_import = case.remark.code in ("import-not-found", "import-untyped", "import")
    return is_import and not _OURS.search(case.remark.message) and server_as_module(case) is None


def server_as_module(case: Case) -> str | None:
    """Return the server that a program imports as a module of its own or from a package that is not there."""
    match = _NOT_FOUND.search(case.remark.message)
    if match is None:
        return None
    names = [match["name"].partition(".")[0], *re.findall(r"\w+", case.remark.text.partition(" import ")[2])]
    entry = next((entry for name in names if (entry := case.view.module(name)) is not None), None)
    return entry.stub.module if entry else None


def _is_lost_literal(case: Case) -> bool:
    """A key that is a variable; a number or a slice is no key of an object."""
    return case.remark.code == "literal-required" and not _NO_KEY.fullmatch(case.remark.text)


def _is_lost_argument(case: Case) -> bool:
    """An argument of a tool whose type has lost what its schema will look at."""
    match = case.argument()
    if match is None:
        return False
    actual = match["actual"].strip('"')
    parameter = case.parameter()
    expected = parameter.annotation if parameter else match["expected"]
    return actual.startswith("*") or _may_fit(case, actual, expected)


def _is_lost_item(case: Case) -> bool:
    """A value inside a literal that is an argument of a tool."""
    match = next(
        (found for rule in (_ITEM, _LIST_ITEM, _DICT_ITEM) if (found := rule.search(case.remark.message))), None
    )
    if match is None:
        return False
    is_plain = match.re is not _ITEM and not case.remark.calls
    return is_plain or _may_fit(case, match["actual"], match["expected"])


def _may_fit(case: Case, actual: str, expected: str) -> bool:
    # That a field was null once is no reason to doubt a program that has looked at another, such as `hasNextPage`.
    given = without_none(actual) if case.remark.basis == "learned" else actual
    return may_fit(given, expected, case.definitions)


def _is_inferred_container(case: Case) -> bool:
    """A container or variable of several types, where the first that was put in was taken for the only one."""
    remark = case.remark
    if remark.code == "assignment":
        return bool(_INFERRED.search(remark.message))
    if remark.code == "index" and remark.is_store:
        return True
    return remark.code == "arg-type" and bool(_CONTAINER_METHOD.match(remark.message))


def _is_joined(case: Case) -> bool:
    """A value of several types, of which the type checker remembers only that it is something."""
    remark = case.remark
    if _METHOD.search(remark.message):
        return False
    known, _, _ = remark.message.partition("; expected ")
    is_part_of_record = remark.is_record and _UNION.search(remark.message) is not None
    return case.argument() is None and (is_part_of_record or _JOINED.search(known) is not None)


def _is_empty_literal(case: Case) -> bool:
    """A lookup in `{}` of `found or {}`, which the type checker takes for a dict that no key fits."""
    remark = case.remark
    if remark.code not in ("call-overload", "index", "arg-type"):
        return False
    return any(_NOTHING.search(text) for text in (remark.message, *remark.notes))


def _is_overloaded(case: Case) -> bool:
    """A function such as `counts.get` as an argument: the type checker does not choose its variant."""
    return "has incompatible type overloaded function" in case.remark.message


def _is_own_attribute(case: Case) -> bool:
    """An attribute that the program itself sets, on an object whose class does not declare it."""
    match = _NO_ATTRIBUTE.search(case.remark.message)
    if case.remark.code != "attr-defined" or match is None or match["name"] not in case.checked.stored:
        return False
    owner = match["owner"].partition("[")[0]
    return owner not in _CLOSED and not case.keys(owner)


def _is_changed_record(case: Case) -> bool:
    """A key that is added to an object, or removed, or gets another type: when it runs, an object is a plain dict."""
    remark = case.remark
    is_added = remark.code == "typeddict-unknown-key" and remark.is_store
    return is_added or (not remark.calls and _CHANGED.search(remark.message) is not None)


def _is_own_key(case: Case) -> bool:
    """A key that the program itself puts into an object."""
    match = _UNKNOWN_KEY.search(case.remark.message)
    return match is not None and match["key"] in case.checked.stored_keys


_DOUBTS: tuple[Callable[[Case], bool], ...] = (
    _is_only_annotation,
    _is_unknown_import,
    _is_lost_literal,
    _is_lost_argument,
    _is_lost_item,
    _is_inferred_container,
    _is_joined,
    _is_empty_literal,
    _is_overloaded,
    _is_own_attribute,
    _is_changed_record,
    _is_own_key,
)
