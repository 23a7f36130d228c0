"""What the tools of other servers are called, and which names are made to be taken for theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.server import ToolSpec
from ptc_cli.scan.clear import is_mixed, one_alphabet, shape
from ptc_cli.scan.sign import Sign, excerpt

_SHORTEST = 6
_MOST = 64
"""Names compared letter by letter are at most so long: MCP asks for no more than that."""

_CROWD = 40
"""Where more names than that differ in one letter, they are numbered or hostile, and nobody is taken for another."""

_PREFERS = re.compile(
    r"\b(?:prefer(?:red)?|always|instead|must|only|over all|faster|official|better|replaces|newer"
    r"|outdated|deprecated|broken)\b",
    re.IGNORECASE,
)
_DISTINCT = re.compile(r"[_-]|[a-z][A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Every tool's name, with the servers and descriptions that stand behind it."""

    servers: Mapping[str, frozenset[str]]
    """By the name in lower case."""

    shapes: Mapping[str, frozenset[str]]
    """Names by what they look like."""

    near: Mapping[str, frozenset[str]]
    """Shapes by what is left of them without one letter."""

    descriptions: Mapping[str, tuple[tuple[str, str], ...]]
    """Server and description, by name."""

    def foreign(self, server: str) -> frozenset[str]:
        """Return the names that only other servers have, and that are no everyday words."""
        return frozenset(name for name, owners in self.servers.items() if server not in owners)


def neighbours(entries: Iterable[ServerEntry]) -> Neighbours:
    """Return the names of all tools, ready to be asked."""
    servers: dict[str, set[str]] = {}
    shapes: dict[str, set[str]] = {}
    descriptions: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        for spec in entry.listing.tools:
            if _DISTINCT.search(spec.name):
                servers.setdefault(spec.name.lower(), set()).add(spec.server)
            shapes.setdefault(shape(spec.name), set()).add(spec.name)
            descriptions.setdefault(spec.name, []).append((spec.server, spec.description))
    near: dict[str, set[str]] = {}
    for each in shapes:
        for shortened in _shortened(each):
            near.setdefault(shortened, set()).add(each)
    return Neighbours(
        servers={name: frozenset(owners) for name, owners in servers.items()},
        shapes={each: frozenset(names) for each, names in shapes.items()},
        near={shortened: frozenset(names) for shortened, names in near.items() if 1 < len(names) <= _CROWD},
        descriptions={name: tuple(found) for name, found in descriptions.items()},
    )


def signs(spec: ToolSpec, among: Neighbours) -> Iterator[Sign]:
    """Give what speaks against a tool's name, next to those of other servers' tools."""
    if is_mixed(spec.name):
        seems = one_alphabet(spec.name)
        says = f"has letters of another alphabet in its name and looks like '{excerpt(seems)}'"
        yield Sign(rule="look-alike", weight=1.3, says=says, excerpt=excerpt(spec.name))
    mine = shape(spec.name)
    others = {name for name in among.shapes.get(mine, ()) if name != spec.name and _elsewhere(spec, name, among)}
    for name in sorted(others):
        is_style = name.replace("-", "_").lower() == spec.name.replace("-", "_").lower()
        yield _alike(spec, name, 0.45 if is_style else 1.8)
    if _elsewhere(spec, spec.name, among):
        prefers = _PREFERS.search(spec.description) is not None
        says = "has the name of another server's tool" + (", and would be preferred to it" if prefers else "")
        yield Sign(rule="shadowing", weight=1.0 if prefers else 0.45, says=says, excerpt=excerpt(spec.description))
    for name in sorted(_one_letter_off(mine, among)):
        if _elsewhere(spec, name, among):
            yield _alike(spec, name, 1.1 if _same_words(spec, name, among) else 0.45)


def _alike(spec: ToolSpec, name: str, weight: float) -> Sign:
    says = f"has a name easily taken for another server's '{excerpt(name)}'"
    return Sign(rule="look-alike", weight=weight, says=says, excerpt=excerpt(spec.name))


def _elsewhere(spec: ToolSpec, name: str, among: Neighbours) -> bool:
    owners = {server for server, _ in among.descriptions.get(name, ())}
    return bool(owners - {spec.server}) and (name == spec.name or spec.server not in owners)


def _same_words(spec: ToolSpec, name: str, among: Neighbours) -> bool:
    """Say whether the other tool is described in about the same words: names of one letter's difference are common."""
    mine = set(spec.description.lower().split()[:60])
    for _, description in among.descriptions.get(name, ()):
        theirs = set(description.lower().split()[:60])
        if mine and len(mine & theirs) >= 0.6 * len(mine | theirs):
            return True
    return False


def _one_letter_off(mine: str, among: Neighbours) -> set[str]:
    shortened = _shortened(mine)
    shapes = {near for each in shortened for near in among.near.get(each, ())} - {mine}
    return {name for near in shapes if _is_slip(mine, near) for name in among.shapes[near]}


def _shortened(name: str) -> list[str]:
    if not _SHORTEST <= len(name) <= _MOST:
        return []
    return [name, *(name[:number] + name[number + 1 :] for number in range(len(name)))]


def _is_slip(one: str, other: str) -> bool:
    """Say whether two names differ as by a slip, and not as singular and plural, or as two versions, do."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if longer in (f"{shorter}s", f"{shorter}_") or longer.replace("s_", "_") == shorter.replace("s_", "_"):
        return False
    return re.sub(r"\d", "", one) != re.sub(r"\d", "", other)
