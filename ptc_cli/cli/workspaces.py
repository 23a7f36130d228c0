"""`ptc workspaces`: the folders that programs share."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ptc_cli.cli.groups import Noun
from ptc_cli.cli.options import json_option
from ptc_cli.console import results, talk
from ptc_cli.console.tables import table
from ptc_cli.console.terminal import write_json

if TYPE_CHECKING:
    from ptc_cli.sandbox.workspaces import Workspace, Workspaces


@click.group(cls=Noun)
def command() -> None:
    """List and remove named workspaces (see `ptc run --workspace`)."""


@command.command("list")
@json_option
def list_workspaces(as_json: bool) -> int:
    """List the workspaces, with what is in them."""
    found = _workspaces().all()
    if as_json:
        write_json(sys.stdout, workspaces=[_fields(each) for each in found])
    else:
        table(sys.stdout, ("workspace", "files", "size", "changed"), [*map(_row, found)])
    if not found:
        talk.note(sys.stderr, "there are none yet; make one with: ptc run --workspace NAME")
    return 0


@command.command()
@click.argument("name")
@json_option
def remove(name: str, as_json: bool) -> int:
    """Delete the workspace NAME and all that is in it."""
    _workspaces().remove(name)
    _forget_readings(name)
    if as_json:
        write_json(sys.stdout, removed=name)
    talk.note(sys.stderr, f"workspace '{name}' removed")
    return 0


def _workspaces() -> Workspaces:
    import os

    from ptc_cli.config import folders
    from ptc_cli.sandbox import workspaces

    return workspaces(folders(os.environ))


def _forget_readings(name: str) -> None:
    import os

    from ptc_cli.config import folders
    from ptc_cli.engine.exposure import WorkspaceReadings

    WorkspaceReadings(Path(folders(os.environ).state)).forget(name)


def _fields(workspace: Workspace) -> dict[str, str | int | float]:
    usage = workspace.usage
    return {
        "name": workspace.name,
        "entries": usage.entries,
        "bytes": usage.bytes,
        "changed_at": usage.changed_at,
        "is_complete": usage.is_complete,
    }


def _row(workspace: Workspace) -> tuple[str, ...]:
    usage, more = workspace.usage, "" if workspace.usage.is_complete else "+"
    changed = datetime.fromtimestamp(usage.changed_at, tz=UTC).astimezone()
    return (
        workspace.name,
        f"{usage.entries:,}{more}",
        f"{results.size(usage.bytes)}{more}",
        changed.strftime("%Y-%m-%d %H:%M:%S"),
    )
