"""Servers as the commands show them."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from ptc_cli.console.tables import table
from ptc_cli.console.terminal import one_line, styled, visible, write_lines
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.finding import Finding
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import Settings
from ptc_cli.core.suggest import did_you_mean

_STYLES = {"note": "dim", "medium": "warning", "high": "error"}


def write_servers(stream: TextIO, entries: Sequence[ServerEntry], findings: Sequence[Finding]) -> None:
    """Write servers, one a line, those marked that say what is suspicious."""
    columns = ("server", "status", "tools", "suspicious", "transport", "origin", "reason")
    grave = Counter(finding.server for finding in findings if finding.severity != "note")
    table(stream, columns, [_row(entry, grave[entry.name]) for entry in entries])


def write_findings(stream: TextIO, findings: Sequence[Finding]) -> None:
    """Write what is suspicious in what servers say: how much, where, why, and what was said."""
    for finding in findings:
        style = _STYLES[finding.severity]
        place = finding.server if finding.tool is None else f"{finding.server}.{finding.tool}"
        where = f"{one_line(place)}  {one_line(finding.where)}  ({finding.rule})"
        write_lines(
            stream,
            f"{styled(finding.severity.ljust(6), style, stream)}  {visible(where)}",
            f"        {visible(finding.message)}",
            f"        {styled(visible(finding.excerpt), 'dim', stream)}",
        )


def write_tests(stream: TextIO, entries: Sequence[ServerEntry]) -> None:
    """Write what came of connecting to servers, one a line."""
    rows = [
        (
            entry.name,
            entry.listing.status,
            f"{len(entry.tools)} tools",
            f"MCP {entry.listing.protocol_version or 'unknown'}",
            entry.listing.server_version or "-",
        )
        for entry in entries
    ]
    table(stream, ("server", "status", "tools", "protocol", "version"), rows)


def reached(config: ServerConfig) -> str:
    """Return how a server is reached, as it is written: references stay references."""
    if config.url is not None:
        return config.url
    return shlex.join([config.command or "", *config.args])


def named(settings: Settings, names: Sequence[str]) -> list[str]:
    """Return the names of the servers that are meant: these, or all for no name.

    Raises:
        ToolNotFoundError: No server has one of the names.
    """
    known = [config.name for config in settings.servers]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"Servers: {', '.join(sorted(known)) or 'none'}."
            raise ToolNotFoundError(f"no server '{name}'", hint=hint)
    return list(dict.fromkeys(names)) or known


def _row(entry: ServerEntry, suspicious: int) -> tuple[str, ...]:
    listing, config = entry.listing, entry.config
    counts = {"held back": len(entry.held), "left out": len(listing.rejected)}
    missing = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "-"
    reason = listing.reason.partition("\n")[0] if listing.reason else missing
    mark = f"! {suspicious}" if suspicious else "-"
    return entry.name, listing.status, str(len(entry.tools)), mark, config.transport, str(config.origin), reason
