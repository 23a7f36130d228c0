"""The shape of results, learned from those that came back. It keeps types and names of fields, never a value.

Names of fields are values too where an object is a map (addresses, ids): an object with more than 50 keys, or with one
that is no identifier, is taken for a map, and its keys are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical
from ptc_cli.core.learned import LearnedResult

MAX_KEYS = 50
MAX_KEY_LENGTH = 64
MAX_DEPTH = 32
MAX_SCHEMA_BYTES = 64 << 10
MAX_PARTS = 20_000
"""Parts of one result that are looked at: 10 ms of the event loop. Of longer lists the rest is taken to be alike."""

_SCALARS = {bool: "boolean", int: "integer", float: "number", str: "string"}


def fold(learned: LearnedResult | None, value: JsonValue, *, digest: str) -> LearnedResult:
    """Return what is known of a tool's results once one more has come back.

    What was learned of a tool with another digest is forgotten. Whatever the order of the results, the same comes out,
    but for the order of fields.
    """
    known = learned if learned is not None and learned.digest == digest else None
    shape = _Shape() if known is None else _Shape.of(known.schema)
    shape.take(value, _Looking())
    return LearnedResult(digest=digest, calls=1 + (known.calls if known else 0), schema=_bounded(shape))


def joined(first: LearnedResult, second: LearnedResult) -> LearnedResult:
    """Return what was learned of a tool from some calls and from others; the second where they are of two tools."""
    if first.digest != second.digest:
        return second
    shape = _Shape.of(first.schema)
    shape.join(_Shape.of(second.schema))
    return LearnedResult(digest=second.digest, calls=first.calls + second.calls, schema=_bounded(shape))


def settled(learned: LearnedResult) -> LearnedResult:
    """Return what was learned as it may be shown and relied on; another call seldom changes it.

    Where only null or an empty list was seen it says nothing, and of the calls it says whether they were 1, 10 or 100
    at least.
    """
    calls = next((least for least in (100, 10) if learned.calls >= least), 1)
    return replace(learned, calls=calls, schema=_Shape.of(learned.schema).schema(is_settled=True))


@dataclass(slots=True)
class _Looking:
    """How much more of a result is looked at."""

    left: int = MAX_PARTS

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


class _Shape:
    """What the values at one place have in common. It only grows: to a union, from fields to a map, to anything."""

    __slots__ = ("is_anything", "item", "kinds", "members", "required", "value")

    def __init__(self) -> None:
        self.is_anything = False
        self.kinds: set[str] = set()
        self.item: _Shape | None = None
        self.members: dict[str, _Shape] = {}
        self.required: set[str] = set()
        self.value: _Shape | None = None
        """Of the values of a map; None as long as the keys are known."""

    @classmethod
    def of(cls, schema: JsonObject) -> _Shape:
        """Return the shape that a learned schema was made of."""
        shape = cls()
        kinds = schema.get("type")
        if kinds is None:
            shape.is_anything = True
            return shape
        shape.kinds = {kinds} if isinstance(kinds, str) else set(kinds)
        shape.item = cls.of(schema["items"]) if "items" in schema else None
        shape.members = {key: cls.of(each) for key, each in schema.get("properties", {}).items()}
        shape.required = set(schema.get("required", ()))
        shape.value = cls.of(schema["additionalProperties"]) if "additionalProperties" in schema else None
        return shape

    def take(self, value: JsonValue, looking: _Looking, depth: int = MAX_DEPTH) -> None:
        """Grow to allow a value."""
        if self.is_anything:
            return
        if depth == 0 or not looking.spend():
            self._allow_anything()
        elif isinstance(value, dict):
            self._take_object(value, looking, depth - 1)
        elif isinstance(value, list):
            self.kinds.add("array")
            self._take_items(value, looking, depth - 1)
        else:
            self._allow({"null" if value is None else _SCALARS[type(value)]})

    def _take_items(self, items: list[JsonValue], looking: _Looking, depth: int) -> None:
        for item in items:
            if looking.left <= 0 and self.item is not None:
                return
            self.item = self.item or _Shape()
            self.item.take(item, looking, depth)

    def _take_object(self, fields: JsonObject, looking: _Looking, depth: int) -> None:
        self._meet(fields.keys())
        if self.value is None and (len(fields) > MAX_KEYS or not all(map(_names_a_field, fields))):
            self._become_map()
        for key, each in fields.items():
            place = self.members.setdefault(key, _Shape()) if self.value is None else self.value
            place.take(each, looking, depth)
        if len(self.members) > MAX_KEYS:
            self._become_map()

    def join(self, other: _Shape) -> None:
        """Grow to allow whatever another shape allows."""
        if other.is_anything:
            self._allow_anything()
        if self.is_anything:
            return
        if "object" in other.kinds:
            self._join_object(other)
        self._allow(other.kinds)
        if other.item is not None:
            self.item = self.item or _Shape()
            self.item.join(other.item)

    def _join_object(self, other: _Shape) -> None:
        self._meet(other.required)
        if other.value is not None:
            self._become_map()
            self._map_value().join(other.value)
        for key, each in other.members.items():
            place = self.members.setdefault(key, _Shape()) if self.value is None else self.value
            place.join(each)
        if len(self.members) > MAX_KEYS:
            self._become_map()

    def _meet(self, present: Iterable[str]) -> None:
        """Keep as required what is present in one more object too."""
        self.required = self.required.intersection(present) if "object" in self.kinds else set(present)
        self.kinds.add("object")

    def _become_map(self) -> None:
        value = self._map_value()
        for each in self.members.values():
            value.join(each)
        self.members, self.required = {}, set()

    def _map_value(self) -> _Shape:
        self.value = self.value or _Shape()
        return self.value

    def _allow(self, kinds: Iterable[str]) -> None:
        self.kinds.update(kinds)
        if "number" in self.kinds:
            self.kinds.discard("integer")

    def _allow_anything(self) -> None:
        self.is_anything = True
        self.kinds, self.members, self.required = set(), {}, set()
        self.item = self.value = None

    def cut(self, depth: int) -> None:
        """Allow anything below a depth."""
        if depth == 0:
            self._allow_anything()
        for below in self.below():
            below.cut(depth - 1)

    def below(self) -> list[_Shape]:
        """Return the shapes of items, of values and of fields."""
        return [each for each in (self.item, self.value, *self.members.values()) if each is not None]

    def least_bytes(self) -> int:
        """Return how long this shape's own part of the JSON Schema is at least."""
        if self.is_anything or not self.kinds:
            return 2
        return 15 + sum(len(key) + 4 for key in self.members) + sum(len(key) + 3 for key in self.required)

    def schema(self, *, is_settled: bool = False) -> JsonObject:
        """Return the shape as JSON Schema."""
        if self.is_anything or not self.kinds or (is_settled and self._says_nothing()):
            return {}
        kinds = sorted(self.kinds)
        found: JsonObject = {"type": kinds[0] if len(kinds) == 1 else kinds}
        if self.item is not None:
            found["items"] = self.item.schema(is_settled=is_settled)
        if self.value is not None:
            found["additionalProperties"] = self.value.schema(is_settled=is_settled)
        elif self.members:
            found["properties"] = {key: each.schema(is_settled=is_settled) for key, each in self.members.items()}
            found["required"] = [key for key in self.members if key in self.required]
        return found

    def _says_nothing(self) -> bool:
        return self.kinds <= {"null", "array"} and self.item is None


def _names_a_field(key: str) -> bool:
    return len(key) <= MAX_KEY_LENGTH and key.isidentifier()


def _bounded(shape: _Shape) -> JsonObject:
    """Return a shape as JSON Schema of bounded size, anything allowed below the depth that fits."""
    depth = _depth_that_may_fit(shape)
    shape.cut(depth)
    while len(canonical(schema := shape.schema())) > MAX_SCHEMA_BYTES:
        depth -= 1
        shape.cut(depth)
    return schema


def _depth_that_may_fit(shape: _Shape) -> int:
    """Return a depth below which there is too much for sure: to write down all of a wide shape takes seconds."""
    level, size = [shape], 0
    for depth in range(MAX_DEPTH + 1):
        size += sum(each.least_bytes() for each in level)
        if size > MAX_SCHEMA_BYTES:
            return depth
        level = [below for each in level for below in each.below()]
    return MAX_DEPTH
