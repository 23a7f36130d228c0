"""What the type checker made of the names of an entry, at the entry's end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mypy.nodes import MypyFile, Var
from mypy.types import AnyType, get_proper_type

from ptc_cli.check.inside.finding import Finding

END = "_ptc_end_"
"""Before a name: a variable that holds what the name stands for at the end of its entry.

The name itself has, seen from another module, the union of everything that it ever stood for.
"""

_IMPLICIT = frozenset(
    {"__name__", "__doc__", "__path__", "__file__", "__package__", "__annotations__", "__spec__", "__builtins__"}
)
_MAYBE = re.compile(r'Name "(\w+)" may be undefined')
_NEVER = re.compile(r'Trying to read deleted variable "(\w+)"|Name "(\w+)" is used before definition')


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One name of an entry's module."""

    is_value: bool
    """Whether it is a variable, and no function, class, module or alias."""

    type: str
    """What is known of it, as text, with the module where it is defined; empty where nothing is."""

    end_type: str = ""
    """The same at the end of the entry; empty where the end is never reached."""

    @property
    def is_known(self) -> bool:
        """Whether another module can take it as what it is."""
        return bool(self.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The names of an entry's module."""

    symbols: Mapping[str, Symbol]
    uncertain: frozenset[str] = frozenset()
    """Names that are bound on some paths only."""

    gone: frozenset[str] = frozenset()
    """Names that were deleted."""


def captures(names: Iterable[str]) -> str:
    """Return a line for the end of an entry, which holds on to what its names stand for there."""
    return "; ".join(f"{END}{name} = {name}" for name in sorted(names))


def outline(tree: MypyFile, found: Iterable[Finding], *, lines: int) -> Outline:
    """Return the names of a checked entry, given what was found in it, and how many lines its author wrote."""
    said = [finding.message for finding in found if finding.line > lines]
    return Outline(
        symbols={name: _symbol(tree, name) for name in tree.names if name not in _IMPLICIT and not _is_ours(name)},
        uncertain=frozenset(match[1] for text in said if (match := _MAYBE.search(text))),
        gone=frozenset(match[1] or match[2] for text in said if (match := _NEVER.search(text))),
    )


def _is_ours(name: str) -> bool:
    return name.startswith("_ptc_")


def _symbol(tree: MypyFile, name: str) -> Symbol:
    node = tree.names[name].node
    if not isinstance(node, Var):
        return Symbol(is_value=False, type=node.fullname if node is not None else "")
    end = tree.names.get(f"{END}{name}")
    return Symbol(
        is_value=True, type=_type(node), end_type=_type(end.node) if end and isinstance(end.node, Var) else ""
    )


def _type(variable: Var) -> str:
    found = get_proper_type(variable.type)
    is_mistake = isinstance(found, AnyType) and found.is_from_error
    return "" if found is None or is_mistake else str(found)
