"""Annotations as values, and scalars as source."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from ptc_cli.codegen.text import quoted
from ptc_cli.core.jsonvalue import JsonValue

MAX_LITERAL_LENGTH = 200
MAX_WEIGHT = 2_000
"""The checker follows every name in a type: at 2**14 it still answers at once, at 2**24 never."""

MAX_NESTING = 6
"""Comparing lists of unions of lists of unions takes mypy three times as long with each level: 17 s for 12."""

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

    nesting: int = 0
    """How many containers stand inside each other, with no class between."""

    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.members[0] if len(self.members) == 1 else " | ".join(self.members))


ANY = Annotation(("Any",))
NEVER = Annotation(("Never",))
NONE = Annotation(("None",))


def scalar_source(value: JsonValue) -> str | None:
    """Return the source of a short scalar, or None if it is not one."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if value is None:
        return "None"
    if isinstance(value, str) and not (value.isprintable() and len(value) <= 60):
        return None
    return literal_item(value)


def literal_item(value: JsonValue) -> str | None:
    """Return what stands for a value inside `Literal[...]`, or None if nothing can."""
    if isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) <= EXACT_INTEGER else None
    if isinstance(value, str) and len(value) <= MAX_LITERAL_LENGTH and _encodes(value):
        return quoted(value)
    return None


def _encodes(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def type_name(value: JsonValue) -> str:
    """Return the name of a value's Python type."""
    return "None" if value is None else type(value).__name__


def all_uses(parts: Iterable[Annotation]) -> frozenset[str]:
    """Return the names of all generated classes and aliases in some annotations."""
    return frozenset().union(*(part.uses for part in parts if part.uses))
