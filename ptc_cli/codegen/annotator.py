"""JSON Schema to annotations: one tool's arguments, or its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ptc_cli.codegen.annotation import ANY, MAX_NESTING, MAX_WEIGHT, NEVER, NONE, Annotation
from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.composer import Composer
from ptc_cli.codegen.definitions import Definitions, Member
from ptc_cli.codegen.merge import both, flatten, sole_part
from ptc_cli.codegen.schema import (
    SCALARS,
    TYPING_KEYS,
    UNSAID_KEYS,
    Document,
    Node,
    branches,
    node,
    properties,
    ref_name,
    required,
    text_of,
    types,
)
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

Direction = Literal["argument", "result"]

MAX_DEPTH = 40
MAX_TUPLE = 32
ALIAS_LENGTH = 80
"""A referenced type longer than this gets a name; a shorter one is easier to read in place."""

_BEYOND_SCALAR = TYPING_KEYS - {"type", "required", "minItems", "maxItems"}
_MATCHES: dict[str, Callable[[JsonValue], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}


@dataclass(slots=True)
class _Pending:
    """A schema that is being read, and the name it got if something in it leads back to it."""

    hint: str
    guards: int
    name: str | None = None


class Annotator:
    """Annotates the schemas of one document."""

    def __init__(
        self,
        document: Document,
        *,
        direction: Direction,
        definitions: Definitions,
        composer: Composer,
        budget: Budget,
    ) -> None:
        self._document = document
        self._is_result = direction == "result"
        self._definitions = definitions
        self._compose = composer
        self._budget = budget
        self._known: dict[int, tuple[JsonObject, Annotation]] = {}
        self._pending: dict[int, _Pending] = {}
        self._guards = 0

    def annotate(self, schema: Node, hint: str) -> Annotation:
        """Return the annotation of a schema; what it defines on the way is named after the hint."""
        if not isinstance(schema, dict):
            # A result that nothing fits would make the checker skip all that follows the call.
            return ANY if schema or self._is_result else NEVER
        kind = schema.get("type")
        if isinstance(kind, str) and kind in SCALARS and not schema.keys() & _BEYOND_SCALAR:
            return NONE if kind == "null" else self._compose.plain(SCALARS[kind])
        if id(schema) in self._known:
            return self._again(schema)
        if id(schema) in self._pending:
            return self._leading_back(self._pending[id(schema)])
        if len(self._pending) >= MAX_DEPTH or not self._budget.spend():
            self._budget.lose("more of it than is read")
            return ANY
        found = self._referred(schema, hint) if self._document.is_bare(schema) else self._named(schema, hint)
        self._known[id(schema)] = (schema, found)
        return found

    def _again(self, schema: JsonObject) -> Annotation:
        found = self._known[id(schema)][1]
        return found if self._budget.spend(1 + len(found.text) // 64) else ANY

    def _leading_back(self, pending: _Pending) -> Annotation:
        if pending.guards == self._guards:
            self._budget.lose("a reference that only leads back to itself")
            return ANY
        if pending.name is None:
            pending.name = self._definitions.reserve(pending.hint)
        return Annotation((pending.name,), frozenset({pending.name}))

    def _referred(self, schema: JsonObject, hint: str) -> Annotation:
        """Annotate what a schema only refers to."""
        target = self._document.resolve(schema)
        if target is None:
            self._budget.lose("a $ref that leads nowhere in its document")
            return ANY
        name = ref_name(schema) or hint
        found = self.annotate(target, name)
        if len(found.text) <= ALIAS_LENGTH:
            return found
        return self._definitions.alias(found, name)

    def _named(self, schema: JsonObject, hint: str) -> Annotation:
        """Annotate a schema that something in it may lead back to."""
        pending = self._pending[id(schema)] = _Pending(hint, self._guards)
        part = sole_part(schema)
        merged = flatten(schema, self._document, self._budget) if part is None else part
        if part is None and isinstance(merged, dict):
            found = self._merged(merged, hint, pending)
        else:
            found = self.annotate(merged, hint)
        del self._pending[id(schema)]
        if pending.name is None or found.members == (pending.name,):
            return found
        return self._definitions.alias(found, hint, pending.name)

    def _merged(self, schema: JsonObject, hint: str, pending: _Pending) -> Annotation:
        self._note_losses(schema)
        nullable = [NONE] if schema.get("nullable") is True else []
        if "const" in schema:
            return self._union([self._values(schema, [schema["const"]]), *nullable])
        if isinstance(schema.get("enum"), list):
            return self._union([self._values(schema, schema["enum"]), *nullable])
        for key in ("anyOf", "oneOf"):
            if branches(schema, key):
                return self._union([*self._alternatives(schema, key, hint), *nullable])
        kinds = types(schema) or _implied_types(schema)
        if not kinds:
            return ANY
        return self._union([*(self._typed(schema, kind, hint, pending) for kind in kinds), *nullable])

    def _note_losses(self, schema: JsonObject) -> None:
        for key in UNSAID_KEYS:
            if key in schema:
                self._budget.lose(f"`{key}`")

    def _union(self, parts: list[Annotation]) -> Annotation:
        found = self._compose.union(parts, self._budget, merge=not self._is_result)
        return ANY if found is NEVER and self._is_result else found

    def _values(self, schema: JsonObject, values: list[JsonValue]) -> Annotation:
        kinds = [kind for kind in types(schema) if kind in _MATCHES]
        if kinds:
            values = [value for value in values if any(matches(kind, value) for kind in kinds)]
        return self._compose.literal(values, self._budget)

    def _alternatives(self, schema: JsonObject, key: str, hint: str) -> list[Annotation]:
        """Annotate each of several alternatives, what stands beside them merged into each."""
        beside = {name: value for name, value in schema.items() if name != key and name in TYPING_KEYS}
        found = []
        several = branches(schema, key)
        for number, branch in enumerate(several, 1):
            whole = branch if self._says_all(branch, beside) else both(beside, branch)
            name = hint if len(several) <= 2 else f"{hint} {text_of(branch, 'title') or number}"
            found.append(self.annotate(node(whole), name))
            if found[-1] is ANY:
                break
        return found

    def _says_all(self, branch: Node, beside: JsonObject) -> bool:
        """Say whether an alternative already says what stands beside it, so that it can keep its name."""
        if not isinstance(branch, dict):
            return branch is False or not beside
        if not beside or beside.keys() == {"nullable"}:
            return True
        target = self._document.resolve(branch)
        if beside.keys() != {"type"} or not isinstance(target, dict):
            return False
        kinds = types(target)
        return bool(kinds) and set(kinds) <= set(types(beside))

    def _typed(self, schema: JsonObject, kind: str, hint: str, pending: _Pending) -> Annotation:
        if kind == "object":
            return self._object(schema, hint, pending)
        if kind == "array":
            return self._array(schema, hint)
        if kind in SCALARS:
            return NONE if kind == "null" else self._compose.plain(SCALARS[kind])
        self._budget.lose("a type that JSON Schema does not have")
        return ANY

    def _inside(self, schema: Node, hint: str) -> Annotation:
        """Annotate what stands inside a container, where recursion is allowed."""
        self._guards += 1
        found = self.annotate(schema, hint)
        self._guards -= 1
        return found

    def _array(self, schema: JsonObject, hint: str) -> Annotation:
        items = schema.get("items")
        listed = [node(item) for item in items] if isinstance(items, list) else branches(schema, "prefixItems")
        if listed:
            rest = schema.get("additionalItems") if isinstance(items, list) else items
            return self._tuple(schema, listed, rest, hint)
        return self._light(self._compose.container("list", self._inside(node(items), _singular(hint))), "list")

    def _tuple(self, schema: JsonObject, listed: list[Node], rest: JsonValue, hint: str) -> Annotation:
        """Annotate an array of which each place has a type of its own."""
        most, fewest = schema.get("maxItems"), schema.get("minItems")
        is_closed = rest is False or (isinstance(most, int) and most <= len(listed))
        listed = listed[: max(most, 0)] if is_closed and isinstance(most, int) else listed
        elements = [self._inside(item, f"{hint} {place}") for place, item in enumerate(listed[:MAX_TUPLE], 1)]
        if not is_closed or len(listed) > MAX_TUPLE:
            self._budget.lose("an array with a type for each place and no fixed length")
            elements.append(ANY if is_closed else self._inside(node(rest), _singular(hint)))
            return self._light(self._compose.container("list", self._union(elements)), "list")
        loose = self._compose.container("list", self._union(elements))
        if self._is_result and isinstance(fewest, int) and fewest < len(listed):
            return self._light(loose, "list")
        fixed = self._compose.fixed(elements)
        return self._light(fixed if self._is_result else self._union([fixed, loose]), "list")

    def _object(self, schema: JsonObject, hint: str, pending: _Pending) -> Annotation:
        known = properties(schema)
        if not known:
            return self._map(schema, hint)
        if schema.get("patternProperties") or isinstance(schema.get("additionalProperties"), dict):
            self._budget.lose("typed keys beyond the named ones")
        names = required(schema)
        known = {**known, **{name: self._extra(schema) for name in names if name not in known}}
        if any("\ud800" <= character <= "\udfff" for name in known for character in name if not name.isascii()):
            self._budget.lose("a key that is not text")
            return self._map({}, hint)
        members = [
            Member(key, self._inside(node(value), f"{hint} {key}"), key in names) for key, value in known.items()
        ]
        if sum(member.annotation.weight for member in members) > MAX_WEIGHT:
            self._budget.lose("more of it than the checker can follow")
            return self._map({}, hint)
        return self._definitions.structure(members, hint, pending.name)

    @staticmethod
    def _extra(schema: JsonObject) -> Node:
        extra = schema.get("additionalProperties")
        return extra if isinstance(extra, dict) else True

    def _map(self, schema: JsonObject, hint: str) -> Annotation:
        """Annotate an object whose keys are not known."""
        extra = node(schema.get("additionalProperties", True))
        patterns = schema.get("patternProperties")
        values = [node(value) for value in patterns.values()] if isinstance(patterns, dict) else []
        if extra is not False or not values:
            values.append(extra or True)
        found = self._union([self._inside(value, f"{hint} value") for value in values])
        return self._light(self._compose.container("dict", found), "dict")

    def _light(self, annotation: Annotation, builtin: str) -> Annotation:
        """Return an annotation that the checker can follow to its end."""
        if annotation.weight <= MAX_WEIGHT and annotation.nesting <= MAX_NESTING:
            return annotation
        self._budget.lose("more of it than the checker can follow")
        return self._compose.container(builtin, ANY)


def matches(kind: str, value: JsonValue) -> bool:
    """Say whether a value is of a JSON type."""
    return kind in _MATCHES and _MATCHES[kind](value)


def _implied_types(schema: JsonObject) -> tuple[str, ...]:
    if properties(schema) or "additionalProperties" in schema or "patternProperties" in schema:
        return ("object",)
    return ("array",) if "items" in schema or "prefixItems" in schema else ()


def _singular(hint: str) -> str:
    """Return what to call one of several."""
    for plural, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if hint.endswith(plural):
            return hint.removesuffix(plural) + one
    return hint[:-1] if hint.endswith("s") and not hint.endswith("ss") else f"{hint} item"
