"""Whether a value of one type may fit another, where the type checker only knows that it need not.

Types come as text: from the type checker's messages, and from stubs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

_MOST_DEPTH = 12
_MOST_TEXT = 20_000

_JOINED = frozenset({"Any", "object", "Never", "Sequence", "Collection", "Iterable", "Container", "Mapping", "Sized"})
"""What the type checker makes of values of several types: what each of them is has been lost."""

_NUMBERS = {"float": ("int", "float"), "int": ("int",), "complex": ("int", "float", "complex")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a `TypedDict`."""

    annotation: ast.expr
    is_required: bool


def may_fit(actual: str, expected: str, definitions: Mapping[str, str]) -> bool:
    """Say whether a value known as one type may be valid as another.

    True for what the arguments' schema decides at the call: a `str` for a `Literal`, a `dict` for a `TypedDict`, a list
    of one for a list of the other. False where no value could, or one of several kinds certainly would not.

    Args:
        actual: A type, as the type checker writes it.
        expected: A type, as a stub writes it.
        definitions: Source of the classes and aliases that the types name.
    """
    actual_type, expected_type = parse_type(actual), parse_type(expected)
    if actual_type is None or expected_type is None:
        return False
    return _Fit(definitions=definitions, depth=_MOST_DEPTH).fits(actual_type, expected_type)


def parse_type(text: str) -> ast.expr | None:
    """Return a type's syntax, or None when it has none, as for what is displayed as `def (x: int) -> str`."""
    if len(text) > _MOST_TEXT:
        return None
    try:
        return ast.parse(text.replace("?", ""), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def without_none(text: str) -> str:
    """Return a union without its `None`; any other type as it is."""
    tree = parse_type(text)
    kept = [] if tree is None else [ast.unparse(part) for part in members(tree) if _head(part) != "None"]
    return " | ".join(kept) or text


def keys_of(name: str, definitions: Mapping[str, str]) -> dict[str, Key] | None:
    """Return the keys of a `TypedDict`, or None when the name is not one's."""
    statement = _statement(definitions.get(name, ""))
    match statement:
        case ast.ClassDef(body=body, bases=bases) if any(_name(base) == "TypedDict" for base in bases):
            fields = [each for each in body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
            return {ast.unparse(field.target): _key(field.annotation) for field in fields}
        case ast.Assign(value=ast.Call(func=function, args=[_, ast.Dict(keys=names, values=types)])):
            if _name(function) != "TypedDict":
                return None
            pairs = zip(names, types, strict=True)
            return {str(key.value): _key(value) for key, value in pairs if isinstance(key, ast.Constant)}
        case _:
            return None


@lru_cache(maxsize=32)
def definitions_of(source: str) -> dict[str, str]:
    """Return the source of every class and alias of a stub, by name."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {name: ast.unparse(node) for node in body for name in _defined(node)}


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case _:
            return []


def literals_of(text: str) -> list[str]:
    """Return the texts that a type allows as `Literal`."""
    tree = parse_type(text)
    values = [] if tree is None else [value for part in members(tree) for value in _values(part)]
    return [value for value in values if isinstance(value, str)]


def members(tree: ast.expr) -> Iterator[ast.expr]:
    """Yield the members of a union; the type itself when it is none."""
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                waiting += [right, left]
            case part:
                yield part


def is_list(text: str) -> bool:
    """Say whether a type is a list, or may be one."""
    tree = parse_type(text)
    return tree is not None and any(_head(part) == "list" for part in members(tree))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    definitions: Mapping[str, str]
    depth: int

    def fits(self, actual: ast.expr, expected: ast.expr) -> bool:
        """Say whether every kind of value of one type may be valid as the other."""
        if self.depth == 0:
            return True
        inner = replace(self, depth=self.depth - 1)
        wanted = [part for each in members(expected) for part in members(self._expanded(each))]
        return all(any(inner.one(part, want) for want in wanted) for part in members(actual))

    def one(self, actual: ast.expr, expected: ast.expr) -> bool:
        """Say the same of types that are no unions."""
        have, want = _head(actual), _head(expected)
        if want in ("Any", "object") or have in _JOINED or ast.dump(actual) == ast.dump(expected):
            return True
        keys = keys_of(want, self.definitions)
        if keys is not None:
            return self._fits_keys(actual, keys)
        match want:
            case "Literal":
                return self._fits_literal(actual, expected)
            case "list":
                return have == "list" and self._all_fit(_arguments(actual), _arguments(expected))
            case "dict":
                return self._fits_dict(actual, _arguments(expected))
            case "tuple":
                return self._fits_tuple(actual, _arguments(expected))
            case _:
                return _scalar(actual) in _NUMBERS.get(want, (want,))

    def _expanded(self, tree: ast.expr) -> ast.expr:
        """Return what an alias stands for."""
        match _statement(self.definitions.get(_head(tree), "")):
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) if not isinstance(value, ast.Call):
                return value
            case _:
                return tree

    def _fits_literal(self, actual: ast.expr, expected: ast.expr) -> bool:
        allowed = _values(expected)
        if _head(actual) == "Literal":
            return all(value in allowed for value in _values(actual))
        return any(type(value).__name__ == _head(actual) for value in allowed)

    def _fits_keys(self, actual: ast.expr, keys: Mapping[str, Key]) -> bool:
        if _head(actual) == "dict":
            key, value = (*_arguments(actual), None, None)[:2]
            required = [each.annotation for each in keys.values() if each.is_required]
            return (
                key is not None
                and value is not None
                and _head(key) in ("str", "Any", "object")
                and all(any(self.fits(part, annotation) for part in members(value)) for annotation in required)
            )
        have = keys_of(_head(actual), self.definitions)
        if have is None:
            return False
        return all(
            self.fits(have[name].annotation, key.annotation) if name in have else not key.is_required
            for name, key in keys.items()
        )

    def _fits_dict(self, actual: ast.expr, expected: list[ast.expr]) -> bool:
        if _head(actual) == "dict":
            return self._all_fit(_arguments(actual), expected)
        have = keys_of(_head(actual), self.definitions)
        return (
            have is not None
            and len(expected) == 2
            and all(self.fits(key.annotation, expected[1]) for key in have.values())
        )

    def _fits_tuple(self, actual: ast.expr, expected: list[ast.expr]) -> bool:
        have = _arguments(actual)
        if _head(actual) == "list":
            return len(have) == 1 and self._all_fit(have * len(expected), expected)
        return _head(actual) == "tuple" and self._all_fit(have, expected)

    def _all_fit(self, actual: list[ast.expr], expected: list[ast.expr]) -> bool:
        if not expected or not actual:
            return True
        return len(actual) == len(expected) and all(map(self.fits, actual, expected))


def _statement(source: str) -> ast.stmt | None:
    try:
        return ast.parse(source).body[0] if source else None
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return None


def _key(annotation: ast.expr) -> Key:
    match annotation:
        case ast.Subscript(value=value, slice=inner) if _name(value) in ("NotRequired", "Required"):
            return Key(annotation=inner, is_required=_name(value) == "Required")
        case ast.Constant(value=str(text)):
            return _key(parse_type(text) or ast.Name(id="Any"))
        case _:
            return Key(annotation=annotation, is_required=True)


def _head(tree: ast.expr) -> str:
    """Return the name that a type begins with: `list` of `list[int]`."""
    match tree:
        case ast.Subscript(value=value):
            return _name(value)
        case ast.Constant(value=None):
            return "None"
        case _:
            return _name(tree)


def _name(tree: ast.expr) -> str:
    match tree:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _scalar(tree: ast.expr) -> str:
    """Return the name of the plain type of a type's values."""
    kinds = {type(value).__name__ for value in _values(tree)}
    return kinds.pop() if len(kinds) == 1 else _head(tree)


def _arguments(tree: ast.expr) -> list[ast.expr]:
    match tree:
        case ast.Subscript(slice=ast.Tuple(elts=elements)):
            return elements
        case ast.Subscript(slice=inner):
            return [inner]
        case _:
            return []


def _values(tree: ast.expr) -> list[object]:
    if _head(tree) != "Literal":
        return []
    return [element.value for element in _arguments(tree) if isinstance(element, ast.Constant)]
