"""Annotations as values, and what makes one of several."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.text import quoted
from ptc_cli.core.jsonvalue import JsonValue

MAX_LITERALS = 60
MAX_LITERAL_LENGTH = 200
MAX_ALTERNATIVES = 64
MAX_WEIGHT = 2_000
"""The checker follows every name in a type: at 2**14 it still answers at once, at 2**24 never."""

EXACT_INTEGER = 2**53
"""Past this not every JSON reader has the same integer."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A type, as a union of members in source form."""

    members: tuple[str, ...]
    uses: frozenset[str] = frozenset()
    """Names of the generated classes and aliases in it."""

    weight: int = 1
    """How much there is to check, with every name followed."""

    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.members[0] if len(self.members) == 1 else " | ".join(self.members))


ANY = Annotation(("Any",))
NEVER = Annotation(("Never",))
NONE = Annotation(("None",))


class Composer:
    """Makes annotations of annotations, in a module where some builtin types may be shadowed by tools."""

    def __init__(self, shadowed: frozenset[str]) -> None:
        self._shadowed = shadowed
        self._literals: dict[str, tuple[str, ...]] = {}
        self._elements: dict[str, tuple[str, Annotation]] = {}

    def word(self, builtin: str) -> str:
        """Return how the module calls a builtin type."""
        return f"builtins.{builtin}" if builtin in self._shadowed else builtin

    def plain(self, builtin: str) -> Annotation:
        """Return a builtin type."""
        return Annotation((self.word(builtin),))

    def container(self, builtin: str, element: Annotation) -> Annotation:
        """Return `list[...]`, or `dict` from text to something."""
        word = self.word(builtin)
        key = f"{self.word('str')}, " if builtin == "dict" else ""
        text = f"{word}[{key}{element.text}]"
        self._elements[text] = (builtin, element)
        return Annotation((text,), element.uses, element.weight + 1)

    def fixed(self, elements: list[Annotation]) -> Annotation:
        """Return a tuple of a fixed length."""
        inner = ", ".join(element.text for element in elements) or "()"
        text = f"{self.word('tuple')}[{inner}]"
        return Annotation((text,), _uses(elements), 1 + sum(element.weight for element in elements))

    def literal(self, values: Iterable[JsonValue], budget: Budget) -> Annotation:
        """Return the type of some values: literals, as far as Python has them, and few enough to read."""
        items: dict[str, str] = {}
        others: dict[str, Annotation] = {}
        for value in values:
            item = _literal_item(value)
            if item is not None:
                items[item] = _type_name(value)
            else:
                others.setdefault(_type_name(value), self._broad(value))
        if len(items) > MAX_LITERALS:
            budget.lose(f"an enum of {len(items)} values")
            others = {name: self.plain(name) for name in items.values()} | others
            items = {}
        return self.union([*([self._literal(tuple(items))] if items else []), *others.values()], budget, merge=False)

    def union(self, parts: Iterable[Annotation], budget: Budget, *, merge: bool) -> Annotation:
        """Return a union, flat, each member once, `None` last.

        Asked to merge, it makes one list of several (`list[A | B]`): the checker cannot tell which one of a union of
        lists is meant by a list of dictionaries that somebody writes down.
        """
        found = [part for part in parts if part is not NEVER]
        if len(found) == 1:
            return found[0]
        members = dict.fromkeys(member for part in found for member in part.members)
        if "Any" in members:
            return ANY
        uses, weight = _uses(found), sum(part.weight for part in found)
        kept = self._without_doubles(list(members), budget, merge=merge)
        if len(kept) > MAX_ALTERNATIVES or weight > MAX_WEIGHT:
            budget.lose(f"a union of {len(kept)} types")
            return ANY
        return Annotation(tuple(kept), uses, weight) if kept else NEVER

    def accepts(self, annotation: Annotation, value: JsonValue) -> bool:
        """Say whether a scalar plainly is of a type."""
        if "Any" in annotation.members or any(
            _literal_item(value) in self._literals.get(member, ()) for member in annotation.members
        ):
            return True
        if value is None:
            return "None" in annotation.members
        wanted = ("int", "float") if _type_name(value) == "int" else (_type_name(value),)
        return any(self.word(name) in annotation.members for name in wanted)

    def _without_doubles(self, members: list[str], budget: Budget, *, merge: bool) -> list[str]:
        literals = [member for member in members if member in self._literals]
        if len(literals) > 1:
            items = dict.fromkeys(item for member in literals for item in self._literals[member])
            # More than fit one literal stay apart: each of them is known to be short enough.
            if len(items) <= MAX_LITERALS:
                members = _replaced(members, literals, self._literal(tuple(items)).text)
        if self.word("float") in members:
            members = [member for member in members if member != self.word("int")]
        for builtin in ("list", "dict") if merge else ():
            members = self._one_container(builtin, members, budget)
        return [member for member in members if member != "None"] + (["None"] if "None" in members else [])

    def _one_container(self, builtin: str, members: list[str], budget: Budget) -> list[str]:
        alike = [member for member in members if self._elements.get(member, ("",))[0] == builtin]
        if len(alike) < 2:
            return members
        element = self.union([self._elements[member][1] for member in alike], budget, merge=True)
        return _replaced(members, alike, self.container(builtin, element).text)

    def _literal(self, items: tuple[str, ...]) -> Annotation:
        text = f"Literal[{', '.join(items)}]"
        self._literals[text] = items
        return Annotation((text,), weight=1 + len(text) // 40)

    def _broad(self, value: JsonValue) -> Annotation:
        name = _type_name(value)
        if value is None:
            return NONE
        return self.container(name, ANY) if name in ("list", "dict") else self.plain(name)


def scalar_source(value: JsonValue) -> str | None:
    """Return the source of a short scalar, or None if it is not one."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if value is None:
        return "None"
    if isinstance(value, str) and not (value.isprintable() and len(value) <= 60):
        return None
    return _literal_item(value)


def _literal_item(value: JsonValue) -> str | None:
    if isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) <= EXACT_INTEGER else None
    if isinstance(value, str) and len(value) <= MAX_LITERAL_LENGTH and _encodes(value):
        return quoted(value)
    return None


def _encodes(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _type_name(value: JsonValue) -> str:
    return "None" if value is None else type(value).__name__


def _replaced(members: list[str], old: list[str], new: str) -> list[str]:
    first = members.index(old[0])
    kept = [member for member in members[first + 1 :] if member not in old]
    return [*members[:first], new, *kept]


def _uses(parts: Iterable[Annotation]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for part in parts:
        if part.uses:
            found |= part.uses
    return found
