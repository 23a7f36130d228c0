"""The classes and aliases of one module: their names and their source."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ptc_cli.codegen.annotation import Annotation
from ptc_cli.codegen.text import quoted

TYPING_NAMES = ("Any", "Literal", "Never", "NotRequired", "TypeAlias", "TypedDict")
"""What a module may import from `typing`."""

MAX_NAME_LENGTH = 60

_NOT_A_WORD = re.compile(r"[\W_]+")
_BUILTIN_NAMES = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a dictionary type."""

    key: str
    annotation: Annotation
    is_required: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or an alias."""

    source: str
    uses: frozenset[str]
    weight: int
    members: tuple[Member, ...] = ()
    """The keys of a class; none for an alias."""

    nesting: int = 0
    alternatives: tuple[str, ...] = ()
    """What an alias is a union of; none for a class."""


class Definitions:
    """Every class and alias of a module, in the order they were made, identical ones once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*taken, *TYPING_NAMES, *_BUILTIN_NAMES}
        self._by_name: dict[str, Definition] = {}
        self._by_shape: dict[str, str] = {}

    def reserve(self, hint: str) -> str:
        """Return a name that nothing else has."""
        wanted = class_name(hint)
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name

    def structure(self, members: list[Member], hint: str, name: str | None = None) -> Annotation:
        """Return the class of dictionaries with these keys: one that is there already, or a new one.

        A name that was reserved while the members were made, because one of them leads back, is used in any case.
        """
        shape = "".join(
            f"{member.key!r}{'' if member.is_required else '?'}{member.annotation.text}\n" for member in members
        )
        if name is not None:
            return self._recursive(members, shape, name)
        known = self._by_shape.get(shape)
        if known is None:
            known = self._by_shape[shape] = self.reserve(hint)
            self._add(known, _structure_source(known, members), members)
        return self._annotation(known)

    def alias(self, annotation: Annotation, hint: str, name: str | None = None) -> Annotation:
        """Return a name for a type; a name that was reserved while the type was made is used in any case."""
        shape = f"={annotation.text}"
        known = None if name is not None else self._by_shape.get(shape)
        if known is None:
            known = self._by_shape[shape] = name or self.reserve(hint)
            kept = self._guarded(known, annotation.members)
            source = f"{known}: TypeAlias = {' | '.join(kept)}\n"
            uses = annotation.uses.union(
                *(self._by_name[part].uses for part in annotation.uses if part in self._by_name)
            )
            self._by_name[known] = Definition(source, uses - {known}, annotation.weight, alternatives=kept)
        return self._annotation(known)

    def _guarded(self, name: str, members: Iterable[str]) -> tuple[str, ...]:
        """Return the members of a union without those that are, through other unions, that union itself."""
        kept: dict[str, None] = {}
        seen = {name}
        waiting = [*members][::-1]
        while waiting:
            member = waiting.pop()
            if member in seen:
                continue
            if self._leads_to(member, name):
                seen.add(member)
                waiting.extend(self._by_name[member].alternatives[::-1])
            else:
                kept[member] = None
        return ("Any",) if not kept or "Any" in kept else tuple(kept)

    def _leads_to(self, member: str, name: str) -> bool:
        """Say whether a member is an alias that has a name among its alternatives, directly or through others."""
        seen: set[str] = set()
        waiting = [member]
        while waiting:
            found = self._by_name.get(waiting.pop())
            for alternative in found.alternatives if found else ():
                if alternative == name:
                    return True
                if alternative not in seen:
                    seen.add(alternative)
                    waiting.append(alternative)
        return False

    def structure_of(self, name: str) -> tuple[Member, ...]:
        """Return the keys of a class; none for what is not a class, or not one yet."""
        definition = self._by_name.get(name)
        return definition.members if definition else ()

    def mark(self) -> int:
        """Return a point that `forget_since` goes back to."""
        return len(self._by_name)

    def forget_since(self, mark: int) -> None:
        """Drop every definition made since a mark: the tool that made them cannot be rendered."""
        for name in list(self._by_name)[mark:]:
            del self._by_name[name]
        self._by_shape = {shape: name for shape, name in self._by_shape.items() if name in self._by_name}

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Return names with all that they use, directly or through others."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._by_name[name].uses)
        return frozenset(found)

    def sources(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the source of some definitions, in order."""
        wanted = frozenset(names)
        return {name: definition.source for name, definition in self._by_name.items() if name in wanted}

    def ordered(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return names in the order of their definitions."""
        return tuple(name for name in self._by_name if name in names) if len(names) > 1 else tuple(names)

    def _recursive(self, members: list[Member], shape: str, name: str) -> Annotation:
        """Return a class that leads back to itself; the same shape may be there under another name."""
        only_itself = all(member.annotation.uses <= {name} for member in members)
        key = re.sub(rf"\b{name}\b", "\0", shape)
        known = self._by_shape.get(key) if only_itself else None
        if known is not None:
            # Annotations made on the way may have the reserved name already: it stays, as another word for the same.
            self._by_name[name] = Definition(f"{name}: TypeAlias = {known}\n", frozenset({known}), 1)
            return self._annotation(known)
        self._by_shape[key if only_itself else shape] = name
        self._add(name, _structure_source(name, members), members)
        return self._annotation(name)

    def _add(self, name: str, source: str, members: list[Member]) -> None:
        uses = frozenset().union(*(member.annotation.uses for member in members)) - {name}
        weight = 1 + sum(member.annotation.weight for member in members)
        self._by_name[name] = Definition(source, uses, weight, tuple(members))

    def _annotation(self, name: str) -> Annotation:
        definition = self._by_name[name]
        return Annotation((name,), frozenset({name}), definition.weight, definition.nesting)


def class_name(hint: str) -> str:
    """Return a class name for some words, such as `CreateIssueAssignee` for `create_issue assignee`."""
    words = _NOT_A_WORD.split(unicodedata.normalize("NFKC", hint[: MAX_NAME_LENGTH * 2]))
    text = "".join(word[:1].upper() + word[1:] for word in words)[:MAX_NAME_LENGTH]
    if not text.isidentifier() or keyword.iskeyword(text):
        text = "T" + re.sub(r"[^A-Za-z0-9]", "", text)
    return text


def _structure_source(name: str, members: list[Member]) -> str:
    lines = [(member.key, _member_type(member)) for member in members]
    if all(_is_plain_key(member.key) for member in members):
        body = "".join(f"    {key}: {text}\n" for key, text in lines)
        return f"class {name}(TypedDict):\n{body}"
    body = "".join(f"    {quoted(key)}: {text},\n" for key, text in lines)
    return f'{name} = TypedDict("{name}", {{\n{body}}})\n'


def _member_type(member: Member) -> str:
    return member.annotation.text if member.is_required else f"NotRequired[{member.annotation.text}]"


def _is_plain_key(key: str) -> bool:
    # Python folds identifiers that are not ASCII to another spelling, and mangles those with two underscores.
    return key.isascii() and key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("__")
