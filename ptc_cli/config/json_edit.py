"""One member set in a JSON text; all else, comments and layout included, is left as its author wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ptc_cli.config.jsonc import after_space, spans
from ptc_cli.config.mistakes import KeyPath
from ptc_cli.core.jsonvalue import JsonValue

_INDENT = "  "

_Spans = Mapping[KeyPath, tuple[int, int]]


def with_member(text: str, path: tuple[str, ...], value: JsonValue) -> str:
    """Return a text, whose root is an object, in which a member has a value; objects on the way to it are added."""
    found = spans(text)
    if path in found:
        start, end = found[path]
        return f"{text[:start]}{_written(value, _indent_at(text, start))}{text[end:]}"
    depth = max(depth for depth in range(len(path)) if path[:depth] in found)
    for name in reversed(path[depth + 1 :]):
        value = {name: value}
    return _added(text, found, path[:depth], path[depth], value)


def _added(text: str, found: _Spans, above: KeyPath, name: str, value: JsonValue) -> str:
    """Return a text with one more member at the end of an object."""
    start, end = found[above]
    members = [span for path, span in found.items() if path[:-1] == above and path]
    outer = _indent_at(text, start)
    inner = _indent_at(text, max(members)[0]) if members else outer + _INDENT
    inner = inner if len(inner) > len(outer) else outer + _INDENT
    member = f"\n{inner}{json.dumps(name, ensure_ascii=False)}: {_written(value, inner)}"
    if not members:
        return f"{text[: start + 1]}{member}\n{outer}{text[end - 1 :].lstrip()}"
    last = max(members)[1]
    comma = after_space(text, last)
    has_comma = text[comma] == ","
    kept = text[last : end - 1].rstrip()
    return f"{text[:last]}{'' if has_comma else ','}{kept}{member}\n{outer}{text[end - 1 :]}"


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _written(value: JsonValue, indent: str) -> str:
    return json.dumps(value, indent=len(_INDENT), ensure_ascii=False).replace("\n", f"\n{indent}")
