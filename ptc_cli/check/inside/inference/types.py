"""Which inferred types may be written down as if the author had."""

from __future__ import annotations

from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

_MOST_DEPTH = 8


def plain(kind: Type | None) -> Type | None:
    """Return a type as an annotation would say it, or None for one that says nothing or cannot be said."""
    if kind is None:
        return None
    proper = get_proper_type(kind)
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        proper = proper.copy_modified(last_known_value=None)
    if isinstance(proper, LiteralType):
        # What is passed where a `Literal` is wanted is one; the next call may pass another.
        proper = proper.fallback
    is_known = not isinstance(proper, AnyType) and known_part(proper) is proper
    return proper if is_known and _is_sayable(proper, _MOST_DEPTH) else None


def known_part(kind: Type) -> Type:
    """Return a union without what is not known in it; any other type as it is."""
    proper = get_proper_type(kind)
    if not isinstance(proper, UnionType):
        return proper
    known = [item for item in proper.items if not isinstance(get_proper_type(item), AnyType)]
    return proper if len(known) == len(proper.items) else UnionType.make_union(known)


def text_of(kind: Type | None) -> str | None:
    """Return the one text that an expression is known to be."""
    proper = get_proper_type(kind) if kind is not None else None
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        proper = get_proper_type(proper.last_known_value)
    return proper.value if isinstance(proper, LiteralType) and isinstance(proper.value, str) else None


def _is_sayable(kind: ProperType, depth: int) -> bool:
    """Say whether a type means the same in another pass over the program.

    A class made inside a function is another one there; what is only partly known is not known; a module, a class or a
    function of several variants is more than the type that stands for it.
    """
    if depth == 0:
        return False
    match kind:
        case AnyType() | NoneType():
            return True
        case Instance(type=info, args=args):
            return "@" not in info.fullname and info.fullname != "types.ModuleType" and _are_sayable(args, depth)
        case TypedDictType():
            return "@" not in kind.fallback.type.fullname
        case TupleType(items=items):
            return "@" not in kind.partial_fallback.type.fullname and _are_sayable(tuple(items), depth)
        case UnionType(items=items):
            return _are_sayable(tuple(items), depth)
        case LiteralType():
            return "@" not in kind.fallback.type.fullname
        case CallableType():
            is_plain = not kind.variables and not kind.is_type_obj()
            return is_plain and _are_sayable((*kind.arg_types, kind.ret_type), depth)
        case _:
            return False


def _are_sayable(kinds: tuple[Type, ...], depth: int) -> bool:
    return all(_is_sayable(get_proper_type(kind), depth - 1) for kind in kinds)
