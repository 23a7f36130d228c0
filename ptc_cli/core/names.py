"""Python identifiers for MCP names."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

RESERVED_MODULES = frozenset({"tools", "ptc", "__init__"})
"""Names that a server's module cannot have."""

_NOT_A_WORD = re.compile(r"\W")


def identifier(name: str) -> str:
    """Return the Python identifier for an MCP name.

    Total and idempotent, but not injective: `a-b` and `a_b` meet in `a_b`. Callers that need distinct names pass the
    whole set to `identifiers`. A name with two leading underscores loses them: a tool called `__getattr__` would
    switch the type checker off.
    """
    text = _NOT_A_WORD.sub("_", unicodedata.normalize("NFKC", name))
    text = unicodedata.normalize("NFKC", text)
    if text.startswith("__"):
        text = text.lstrip("_")
    if not text or text.startswith("__") or not (text[0].isalpha() or text[0] == "_"):
        text = f"_{text}"
    if not text.isidentifier():
        text = "_" + re.sub(r"[^A-Za-z0-9_]", "_", text).strip("_")
    return f"{text}_" if keyword.iskeyword(text) else text


def identifiers(names: Iterable[str], *, taken: Collection[str] = ()) -> Mapping[str, str]:
    """Return a distinct identifier for every name, the same whatever the order they come in.

    On a collision the name that equals its identifier keeps it; the others are numbered by sorted wire name. So a
    server that lists its tools in another order never makes a program call another tool.
    """
    wanted = {name: identifier(name) for name in sorted(set(names))}
    used = set(taken)
    found: dict[str, str] = {}
    for name, text in sorted(wanted.items(), key=lambda item: (item[0] != item[1], item[0])):
        found[name] = _free(text, used)
        used.add(found[name])
    return found


def module_names(servers: Iterable[str]) -> Mapping[str, str]:
    """Return a distinct module name for every server."""
    return identifiers(servers, taken=RESERVED_MODULES)


def _free(text: str, used: Collection[str]) -> str:
    if text not in used:
        return text
    number = 2
    while f"{text}_{number}" in used:
        number += 1
    return f"{text}_{number}"
