"""Signs gathered, weighed and told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.finding import Finding
from ptc_cli.core.server import ToolSpec
from ptc_cli.scan import capability, encoded, hidden, wording
from ptc_cli.scan.clear import clear
from ptc_cli.scan.neighbours import Neighbours, neighbours
from ptc_cli.scan.neighbours import signs as signs_of_name
from ptc_cli.scan.sign import Sign, excerpt, gravity, strongest
from ptc_cli.scan.texts import Said, of_server, of_tool

_MOST_TEXT = 2_000_000
"""Characters of one tool that are looked at."""

_SHORTEST = 8
_SHORTEST_NAME = 20
"""A shorter text in plain letters can say nothing."""


def scan(entries: Sequence[ServerEntry], *, around: Sequence[ServerEntry] = ()) -> tuple[Finding, ...]:
    """Return what is suspicious in everything that servers say, in their order.

    Args:
        entries: The servers to look through.
        around: All servers that stand next to one another, where that is more than those to look through.
    """
    among = neighbours(around or entries)
    return tuple(finding for entry in entries for finding in _of_entry(entry, among))


def scan_tool(spec: ToolSpec, entries: Sequence[ServerEntry]) -> tuple[Finding, ...]:
    """Return what is suspicious in what one tool's server says of it, next to the tools of other servers."""
    among = neighbours(entries)
    mine = [tool.name for entry in entries if entry.name == spec.server for tool in entry.listing.tools]
    return tuple(_of_tool(spec, among, among.foreign(spec.server), mine))


def _of_entry(entry: ServerEntry, among: Neighbours) -> Iterator[Finding]:
    foreign = among.foreign(entry.name)
    mine = [spec.name for spec in entry.listing.tools]
    for said in of_server(entry.listing):
        signs = _of_text(said, foreign=foreign, own=frozenset(name.lower() for name in mine), is_kin=False)
        yield from _finding(entry.name, None, said.where, signs)
    for spec in entry.listing.tools:
        yield from _of_tool(spec, among, foreign, mine)


def _of_tool(spec: ToolSpec, among: Neighbours, foreign: frozenset[str], mine: list[str]) -> Iterator[Finding]:
    """Give a finding for each text that is suspicious by itself, or one for the tool where only the whole is."""
    by_text = _signs(spec, among, foreign, mine)
    found = [finding for where, signs in by_text.items() for finding in _finding(spec.server, spec.name, where, signs)]
    whole = strongest([sign for signs in by_text.values() for sign in signs if sign.weight >= 0.3])
    if whole and not any(finding.severity != "note" for finding in found):
        together = [*_finding(spec.server, spec.name, "all of it together", whole)]
        if any(finding.severity != "note" for finding in together):
            found = together
    yield from found


def _signs(spec: ToolSpec, among: Neighbours, foreign: frozenset[str], mine: list[str]) -> dict[str, list[Sign]]:
    """Return the signs of a tool, by the text they are in."""
    properties = spec.input_schema.get("properties")
    parameters = tuple(properties) if isinstance(properties, dict) else ()
    own = frozenset(name.lower() for name in (*mine, *parameters))
    is_kin = capability.is_kin(spec)
    found: dict[str, list[Sign]] = {"name": list(signs_of_name(spec, among))}
    for where, sign in capability.signs(spec, parameters):
        found.setdefault(where, []).append(sign)
    left = _MOST_TEXT
    for said in of_tool(spec):
        left -= len(said.text)
        if left < 0:
            says = "says so much that not all of it was looked at"
            found[said.where] = [Sign(rule="size", weight=1.0, says=says, excerpt=excerpt(said.text))]
            break
        found.setdefault(said.where, []).extend(_of_text(said, foreign=foreign, own=own, is_kin=is_kin))
    return found


def _of_text(said: Said, *, foreign: Collection[str], own: Collection[str], is_kin: bool) -> list[Sign]:
    text = said.text
    shortest = _SHORTEST_NAME if said.use == "name" else _SHORTEST
    if len(text) < shortest and text.isascii() and text.isprintable():
        return []
    found = list(hidden.signs(text))
    readable = clear(text)
    if said.use == "name":
        readable = readable.replace("_", " ").replace("-", " ")
    found += wording.signs(readable, foreign=foreign, own=own, is_kin=is_kin, is_value=said.use == "value")
    found += _encoded(text)
    return found


def _encoded(text: str) -> Iterator[Sign]:
    for inner in encoded.decoded(text):
        within = list(wording.signs(clear(inner), foreign=(), own=(), is_kin=False, is_value=True))
        weight = sum(sign.weight for sign in strongest(within))
        if weight >= 0.6:
            says = f"says in code what is not to be seen: {', '.join(sign.says for sign in strongest(within))}"
            yield Sign(rule="encoded", weight=1.3 + weight, says=says, excerpt=excerpt(inner))
    if (blob := encoded.blob(text)) is not None:
        says = f"has {len(blob):,} characters in a row that say nothing to a reader"
        yield Sign(rule="encoded", weight=0.45, says=says, excerpt=excerpt(blob))


def _finding(server: str, tool: str | None, where: str, signs: list[Sign]) -> Iterator[Finding]:
    kept = strongest(signs)
    severity = gravity(sum(sign.weight for sign in kept))
    if severity is None:
        return
    yield Finding(
        server=server,
        tool=tool,
        rule=kept[0].rule,
        severity=severity,
        message=", ".join(sign.says for sign in kept),
        excerpt=kept[0].excerpt,
        where=where if where.isascii() and where.isprintable() else excerpt(where),
    )
