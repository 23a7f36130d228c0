"""What persons approved for good: listed, and forgotten."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from ptc_cli.config import Grant, GrantStore, TrustStore, folders, set_approved
from ptc_cli.core.catalog import View
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.server import approval
from ptc_cli.core.settings import Settings
from ptc_cli.core.suggest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One tool that was approved, wherever that is written."""

    server: str
    tool: str
    approval: str
    where: str
    """The file."""

    granted_at: float | None = None
    """Unknown for what stands in a configuration."""

    @property
    def path(self) -> str:
        """The tool, as `server.tool`."""
        return f"{self.server}.{self.tool}"

    @property
    def since(self) -> str:
        """When it was approved, as people read it."""
        if self.granted_at is None:
            return "-"
        return datetime.fromtimestamp(self.granted_at, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def approved(settings: Settings) -> tuple[Approved, ...]:
    """Return everything that is approved for good.

    Raises:
        ConfigError: The record of grants cannot be read.
    """
    store = _store()
    return (*_configured(settings), *(_granted(grant, store.path) for grant in store.all()))


def standing(each: Approved, view: View) -> str:
    """Say whether an approval still counts: `holds`, `changed`, or `not used` where the tool is not there."""
    try:
        entry = view.server(each.server)
        spec = view.tool(entry.name, each.tool).spec
    except ToolNotFoundError:
        return "not used"
    return "holds" if approval(entry.config, spec) == each.approval else "changed"


def revoke(settings: Settings, names: Iterable[str]) -> tuple[Approved, ...]:
    """Forget the approvals of tools, or of a server's tools; return them.

    Raises:
        ConfigError: A file cannot be written, or is not ours to edit.
    """
    chosen = [each for name in names for each in _chosen(name, approved(settings))]
    for each in chosen:
        if Path(each.where) == _store().path:
            _store().forget(each.server, each.tool)
        else:
            set_approved(Path(each.where), each.server, each.tool, None, trust=TrustStore(_state()))
    return tuple(chosen)


def _configured(settings: Settings) -> Iterator[Approved]:
    for config in settings.servers:
        for name, tool in config.tools.items():
            if tool.approved is not None:
                yield Approved(server=config.name, tool=name, approval=tool.approved, where=config.origin.path)


def _granted(grant: Grant, path: Path) -> Approved:
    return Approved(
        server=grant.server,
        tool=grant.tool,
        approval=grant.approval,
        where=str(path),
        granted_at=grant.granted_at,
    )


def _chosen(name: str, known: tuple[Approved, ...]) -> list[Approved]:
    found = [each for each in known if name in (each.server, each.path)]
    if not found:
        hint = did_you_mean(name, [each.path for each in known]) or "See them with: ptc servers grants"
        raise click.UsageError(f"nothing is approved under the name '{name}'. {hint}")
    return found


def _store() -> GrantStore:
    return GrantStore(_state())


def _state() -> str:
    return folders(os.environ).state
