"""The type checker's messages as people and models read them best."""

from __future__ import annotations

import re

from ptc_cli.check.case import Case

_MOST = 400

_SUGGESTION = re.compile(r"; (?:maybe|did you mean) .*$")
_PREFIX = re.compile(r"\b(?:tools\.\w+|builtins|typing|_typeshed|datetime|collections)\.(?=[A-Za-z_])")
_COROUTINE = re.compile(r'"Coroutine\[Any, Any, (?P<result>[^"]*)\]"')


def wording_of(case: Case) -> str:
    """Return a remark's message without what only the type checker's own users know."""
    return _cut(f"{_worded(case)}{_basis(case)}")


def _basis(case: Case) -> str:
    if case.remark.basis != "learned":
        return ""
    count = case.tool.stub.learned_from if case.tool else 0
    return f" (learned from {count:,} result{'' if count == 1 else 's'})" if count else " (learned from results)"


def _worded(case: Case) -> str:
    message = _SUGGESTION.sub("", case.remark.message)
    for pattern, say in _FORMS:
        match = pattern.search(message)
        said = say(match, case) if match else None
        if said is not None:
            return said
    return _PREFIX.sub("", message).replace("TypedDict ", "")


def _no_tool(match: re.Match[str], case: Case) -> str | None:
    module = match.groupdict().get("module") or case.remark.module
    entry = case.view.module(module) if module else None
    if entry is not None:
        held = entry.held_tool(match["name"])
        return held.message if held else f"server '{entry.name}': no tool '{match['name']}'"
    return f"no server '{match['name']}'" if module in ("", "tools") else None


def _no_module(match: re.Match[str], case: Case) -> str | None:
    package, _, name = match["name"].partition(".")
    return f"no server '{name}'" if package == "tools" and name else f"no module '{match['name']}' is known"


def _untyped(match: re.Match[str], case: Case) -> str:
    return f"the package '{match['name']}' has no types: what it gives is not checked"


def _not_awaited(match: re.Match[str], case: Case) -> str:
    what = case.tool.path if case.tool else "a coroutine"
    return f"{what} is called without `await`"


def _not_indexable(match: re.Match[str], case: Case) -> str:
    return f'"{_PREFIX.sub("", match["type"])}" has no items'


_FORMS = (
    (re.compile(r'^Module "tools\.(?P<module>\w+)" has no attribute "(?P<name>\w+)"'), _no_tool),
    (re.compile(r'^Module "(?P<module>tools)" has no attribute "(?P<name>\w+)"'), _no_tool),
    (re.compile(r'^Module has no attribute "(?P<name>\w+)"'), _no_tool),
    (re.compile(r'library stub for module named "(?P<name>[\w.]+)"'), _no_module),
    (re.compile(r'^Library stubs not installed for "(?P<name>[\w.]+)"'), _no_module),
    (re.compile(r'^Skipping analyzing "(?P<name>[\w.]+)"'), _untyped),
    (_COROUTINE, _not_awaited),
    (re.compile(r'^Value of type "(?P<type>[^"]*)" is not indexable'), _not_indexable),
)


def _cut(message: str) -> str:
    return message if len(message) <= _MOST else f"{message[:_MOST]}..."
