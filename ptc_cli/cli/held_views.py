"""What is held back, as the commands show it: why, what is different, what programs notice, what is suspicious."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING, TextIO

from ptc_cli.cli.server_views import write_findings
from ptc_cli.console.terminal import styled, write_lines
from ptc_cli.core.codec import to_json
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

if TYPE_CHECKING:
    from ptc_cli.engine.quarantine import HeldChange
    from ptc_cli.pins import Definition

MOST_LINES = 200
"""Of one diff: who wants to read more has `--json`."""

_SHOWN = ("title", "description", "input_schema", "output_schema", "annotations")
_LINE_STYLES = {"+": "good", "-": "error", "!": "warning"}


def write_changes(stream: TextIO, changes: Sequence[HeldChange]) -> None:
    """Write what is held back, one after the other, with everything that is different."""
    for change in changes:
        drift = [f"{'!' if each.is_breaking else ' '} {plain(str(each))}" for each in change.drift]
        lines = [*drift, *difference(change)]
        write_lines(
            stream,
            styled(f"{plain(path_of(change))}  {kind_of(change)}", "bold", stream),
            *(
                f"  {styled(line, _LINE_STYLES.get(line[:1], ''), stream) if line[:1] in _LINE_STYLES else line}"
                for line in lines
            ),
        )
        write_findings(stream, change.findings)


def kind_of(change: HeldChange) -> str:
    """Return in a few words what is held back and whether programs break of it."""
    if change.held.reason not in ("changed", "refused") or change.old is None:
        return change.held.reason
    return f"{change.held.reason}, {'breaking' if change.is_breaking else 'harmless to programs'}"


def path_of(change: HeldChange) -> str:
    """Return what is held back, as a person names it."""
    held = change.held
    return f"{held.server}.{held.tool}" if held.tool is not None else f"{held.server} (instructions)"


def difference(change: HeldChange) -> list[str]:
    """Return what was approved and what is offered now, as a diff; of what is new, all of it."""
    before = [] if change.old is None else list(_lines(change.old))
    found = list(unified_diff(before, list(_lines(change.new)), n=1, lineterm=""))
    lines = [line for line in found[2:] if not line.startswith("@@")]
    more = [f"... and {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return lines[:MOST_LINES] + more


def as_json(change: HeldChange) -> JsonObject:
    """Return something held back, with everything that is known of it."""
    return {
        "server": change.held.server,
        "tool": change.held.tool,
        "reason": change.held.reason,
        "breaking": change.is_breaking,
        "changes": [
            {"where": each.where or None, "breaking": each.is_breaking, "message": each.message}
            for each in change.drift
        ],
        "old": None if change.old is None else _facts(change.old),
        "new": _facts(change.new),
        "digest": change.new.digest,
        "findings": [to_json(finding) for finding in change.findings],
    }


def plain(text: str) -> str:
    """Return a text with every character that cannot be seen written as an escape: a change may be of nothing else."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _facts(definition: Definition) -> JsonObject:
    if definition.spec is None:
        return {"instructions": definition.instructions}
    found = to_json(definition.spec)
    return {name: found[name] for name in _SHOWN}


def _lines(definition: Definition) -> Iterator[str]:
    for name, value in _facts(definition).items():
        for line in _shown(value):
            yield f"{name}: {plain(line)}"


def _shown(value: JsonValue) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.split("\n")
    # The order of parameters counts, so keys stay as they came.
    return json.dumps(value, indent=1, ensure_ascii=False).split("\n")
