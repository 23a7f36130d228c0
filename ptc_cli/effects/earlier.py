"""What a program can reach through what earlier programs of its session left behind.

Statements of earlier programs hang together by the global names they share. Where the program names one of them, it
can reach whatever any of these statements has in hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ptc_cli.effects.found import MANY, Found, Reference
from ptc_cli.effects.scope import Variable


@dataclass(slots=True, eq=False)
class _Group:
    """Statements that hang together."""

    names: set[Variable] = field(default_factory=set)
    found: list[Found] = field(default_factory=list)


def linked(own: Found, earlier: Sequence[Found]) -> Found:
    """Return what was found in a program together with what it reaches through names of earlier ones."""
    for group in _groups(earlier):
        lines = sorted({line for name in group.names for line in own.names.get(name, ())})
        if lines:
            for found in group.found:
                _add(own, found, lines)
    return own


def _groups(earlier: Iterable[Found]) -> list[_Group]:
    of: dict[Variable, _Group] = {}
    wild: _Group | None = None
    groups: list[_Group] = []
    for found in earlier:
        joined = {id(of[name]): of[name] for name in found.names if name in of}
        if found.is_wild and wild is not None:
            joined[id(wild)] = wild
        group = _merged(list(joined.values()), found)
        groups = [each for each in groups if id(each) not in joined] + [group]
        of |= dict.fromkeys(group.names, group)
        # What is wild may have put anything anywhere.
        wild = group if found.is_wild or (wild is not None and id(wild) in joined) else wild
    return groups


def _merged(groups: Sequence[_Group], found: Found) -> _Group:
    names = set(found.names).union(*(group.names for group in groups))
    return _Group(names=names, found=[*(each for group in groups for each in group.found), found])


def _add(own: Found, found: Found, lines: Sequence[int]) -> None:
    """Add what a statement has in hand, as reached from some lines, any number of times."""
    for key in found.references:
        own.references.setdefault(key, []).extend(Reference(line, 0, MANY) for line in lines)
    for module in found.freed:
        own.freed.setdefault(module, []).extend(lines)
    if found.unknown:
        own.unknown.extend(lines)
    own.is_wild |= found.is_wild
