"""Where the cursor is in an entry, as far as the text before it tells."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_STRING = re.compile(r"""'''|\"""|['"]""")
_NAME_BEFORE = re.compile(r"[^\W\d]\w*\Z")
_CALLABLE_BEFORE = re.compile(r"[\w)\]]\Z")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_WORDS = frozenset({"in", "return", "and", "or", "not", "if", "else", "print", "yield", "await", "lambda", "is"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What is open at the cursor."""

    brackets: tuple[int, ...]
    """Where the brackets that are open stand, the outermost first."""

    quote: int | None = None
    """Where the string that is open begins."""

    content: int = 0
    """Where what that string holds begins."""

    is_comment: bool = False


def spot(text: str) -> Spot:
    """Return what is open at the end of a text."""
    brackets: list[int] = []
    index = 0
    while index < len(text):
        character = text[index]
        if found := _STRING.match(text, index):
            end = _string_end(text, found.end(), found[0])
            if end is None:
                return Spot(brackets=tuple(brackets), quote=index, content=found.end())
            index = end
            continue
        if character == "#":
            newline = text.find("\n", index)
            if newline < 0:
                return Spot(brackets=tuple(brackets), is_comment=True)
            index = newline
        elif character in "([{":
            brackets.append(index)
        elif character in ")]}" and brackets:
            brackets.pop()
        index += 1
    return Spot(brackets=tuple(brackets))


def _string_end(text: str, start: int, quote: str) -> int | None:
    """Return where a string has ended, also one that its line cut off; None where it is open."""
    index = start
    while index < len(text):
        if text[index] == "\\":
            index += 2
        elif text.startswith(quote, index):
            return index + len(quote)
        elif text[index] == "\n" and len(quote) == 1:
            return index
        else:
            index += 1
    return None


def expression_before(text: str) -> ast.expr | None:
    """Return the expression of names, calls and subscripts that a text ends with, such as `rows[0]`."""
    start = len(text)
    while start > 0:
        before = _step_back(text, start)
        if before is None:
            break
        start = before
    source = text[start:].strip()
    try:
        return ast.parse(source, mode="eval").body if source else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _step_back(text: str, end: int) -> int | None:
    """Return where one more part of an expression begins that goes on at `end`; None where none does."""
    head = text[:end].rstrip(" ")
    follows = text[end : end + 1]
    if head.endswith("."):
        return len(head) - 1 if _CALLABLE_BEFORE.search(head[:-1].rstrip(" ")) else None
    if head and head[-1] in _CLOSING:
        return _opening(head) if follows in ("", ".", "[", "(") else None
    name = _NAME_BEFORE.search(head)
    if name is None or name[0] in _WORDS or follows not in ("", ".", "[", "("):
        return None
    return name.start()


def _opening(text: str) -> int | None:
    """Return where the bracket opens that a text ends with; what strings hold does not count."""
    open_before = spot(text[:-1]).brackets
    if not open_before or text[open_before[-1]] != _CLOSING[text[-1]]:
        return None
    return open_before[-1]
