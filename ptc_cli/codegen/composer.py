"""What makes one annotation of several, in the words of one module."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from ptc_cli.codegen.annotation import (
    ANY,
    MAX_WEIGHT,
    NEVER,
    NONE,
    Annotation,
    all_uses,
    literal_item,
    type_name,
)
from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.definitions import Definitions, Member
from ptc_cli.core.jsonvalue import JsonValue

MAX_LITERALS = 60
MAX_ALTERNATIVES = 64


class Composer:
    """Makes annotations of annotations, in a module where some builtin types may be shadowed by tools."""

    def __init__(self, definitions: Definitions, shadowed: frozenset[str]) -> None:
        self._definitions = definitions
        self._shadowed = shadowed
        self._uses: dict[str, frozenset[str]] = {}
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
        return Annotation((text,), element.uses, element.weight + 1, element.nesting + 1)

    def fixed(self, elements: list[Annotation]) -> Annotation:
        """Return a tuple of a fixed length."""
        inner = ", ".join(element.text for element in elements) or "()"
        text = f"{self.word('tuple')}[{inner}]"
        nesting = 1 + max((element.nesting for element in elements), default=0)
        return Annotation((text,), all_uses(elements), 1 + sum(element.weight for element in elements), nesting)

    def literal(self, values: Iterable[JsonValue], budget: Budget) -> Annotation:
        """Return the type of some values: literals, as far as Python has them, and few enough to read."""
        items: dict[str, str] = {}
        others: dict[str, Annotation] = {}
        for value in values:
            item = literal_item(value)
            if item is not None:
                items[item] = type_name(value)
            else:
                others.setdefault(type_name(value), self._broad(value))
        if len(items) > MAX_LITERALS:
            budget.lose(f"an enum of {len(items)} values")
            others = {name: self.plain(name) for name in items.values()} | others
            items = {}
        return self.union([*([self._literal(tuple(items))] if items else []), *others.values()], budget, merge=False)

    def union(self, parts: Iterable[Annotation], budget: Budget, *, merge: bool) -> Annotation:
        """Return a union, flat, each member once, `None` last.

        Asked to merge, for arguments, it widens what the checker could not choose from when somebody writes a list or
        a dictionary down: `list[A] | list[B]` becomes `list[A | B]`, and two classes of which one has all keys of the
        other become one.
        """
        found = [part for part in parts if part is not NEVER]
        if len(found) == 1:
            return found[0]
        members = dict.fromkeys(member for part in found for member in part.members)
        if "Any" in members:
            return ANY
        self._uses.update({part.members[0]: part.uses for part in found if part.uses and len(part.members) == 1})
        weight = sum(part.weight for part in found)
        kept = self._without_doubles(list(members), budget, merge=merge)
        if len(kept) > MAX_ALTERNATIVES or weight > MAX_WEIGHT:
            budget.lose(f"a union of {len(kept)} types")
            return ANY
        uses = frozenset().union(*(self._uses.get(member, ()) for member in kept))
        nesting = max((part.nesting for part in found), default=0)
        return Annotation(tuple(kept), uses, weight, nesting) if kept else NEVER

    def accepts(self, annotation: Annotation, value: JsonValue) -> bool:
        """Say whether a scalar plainly is of a type."""
        if "Any" in annotation.members or any(
            literal_item(value) in self._literals.get(member, ()) for member in annotation.members
        ):
            return True
        if value is None:
            return "None" in annotation.members
        wanted = ("int", "float") if type_name(value) == "int" else (type_name(value),)
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
        if merge:
            members = self._one_container("list", members, budget)
            members = self._one_container("dict", members, budget)
            members = self._apart(members, budget)
        return [member for member in members if member != "None"] + (["None"] if "None" in members else [])

    def _one_container(self, builtin: str, members: list[str], budget: Budget) -> list[str]:
        alike = [member for member in members if self._elements.get(member, ("",))[0] == builtin]
        if len(alike) < 2:
            return members
        element = self.union([self._elements[member][1] for member in alike], budget, merge=True)
        made = self.container(builtin, element)
        self._uses[made.text] = made.uses
        return _replaced(members, alike, made.text)

    def _apart(self, members: list[str], budget: Budget) -> list[str]:
        """Make one class of any two of which one is the other's supertype.

        mypy simplifies a union to the supertype while it reads a list or dictionary, and then finds keys too many.
        """
        names = [member for member in members if self._definitions.structure_of(member)]
        for narrow, wide in permutations(names, 2):
            if budget.spend() and self._is_supertype(wide, narrow):
                budget.lose("which keys go together: alternatives of which one has all keys of another")
                old = [name for name in members if name in (narrow, wide)]
                return self._apart(_replaced(members, old, self._joined(narrow, wide, budget)), budget)
        return members

    def _is_supertype(self, wide: str, narrow: str) -> bool:
        """Say whether a class of dictionaries may pass for another that has fewer keys."""
        keys = {member.key: member for member in self._definitions.structure_of(narrow)}
        return all(
            member.key in keys
            and member.is_required == keys[member.key].is_required
            and _may_be_equal(member.annotation, keys[member.key].annotation)
            for member in self._definitions.structure_of(wide)
        )

    def _joined(self, narrow: str, wide: str, budget: Budget) -> str:
        others = {member.key: member for member in self._definitions.structure_of(wide)}
        joined = [
            Member(
                member.key,
                self.union([member.annotation, others.get(member.key, member).annotation], budget, merge=True),
                member.is_required and member.key in others,
            )
            for member in self._definitions.structure_of(narrow)
        ]
        made = self._definitions.structure(joined, narrow)
        self._uses[made.text] = made.uses
        return made.text

    def _literal(self, items: tuple[str, ...]) -> Annotation:
        text = f"Literal[{', '.join(items)}]"
        self._literals[text] = items
        return Annotation((text,), weight=1 + len(text) // 40)

    def _broad(self, value: JsonValue) -> Annotation:
        name = type_name(value)
        if value is None:
            return NONE
        return self.container(name, ANY) if name in ("list", "dict") else self.plain(name)


def _may_be_equal(first: Annotation, second: Annotation) -> bool:
    return frozenset(first.members) == frozenset(second.members) or "Any" in first.text or "Any" in second.text


def _replaced(members: list[str], old: list[str], new: str) -> list[str]:
    first = members.index(old[0])
    return [*members[:first], new, *(member for member in members[first + 1 :] if member not in old)]
