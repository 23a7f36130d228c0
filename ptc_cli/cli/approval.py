"""`ptc servers diff`, `approve` and `reject`: what changed since it was approved, and a person's word on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ptc_cli.cli.held_views import as_json as change_as_json
from ptc_cli.cli.held_views import path_of, write_changes
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option, yes_option
from ptc_cli.cli.server_views import named
from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, write_json
from ptc_cli.core.errors import ConfigError, ToolNotFoundError

if TYPE_CHECKING:
    from ptc_cli.engine import Engine
    from ptc_cli.engine.quarantine import HeldChange

_NOTHING = "nothing is held back"


@click.command()
@click.argument("names", nargs=-1, metavar="[SERVER]...")
@click.option("--refresh", is_flag=True, help="Ask the servers again, instead of the cache.")
@json_option
@pass_invocation
def diff(invocation: Invocation, names: tuple[str, ...], refresh: bool, as_json: bool) -> int:
    """Show what is held back of servers, all or those named: as it was approved, and as it is now.

    Lines that begin with ! are changes of which a program that was right can break. What is found suspicious in the
    new text stands below it.
    """
    return perform(_diff(invocation, names, refresh=refresh, as_json=as_json))


async def _diff(invocation: Invocation, names: tuple[str, ...], *, refresh: bool, as_json: bool) -> int:
    async with invocation.engine() as engine:
        chosen = named(engine.settings, names)
        await engine.describe(invocation.caller, refresh=refresh)
        found = [change for server in chosen for change in engine.quarantine.changes(server)]
    if as_json:
        write_json(sys.stdout, held=[change_as_json(change) for change in found])
    else:
        write_changes(sys.stdout, found)
    talk.note(sys.stderr, f"{len(found)} held back; let them be used with: ptc servers approve" if found else _NOTHING)
    return 0


@click.command()
@click.argument("names", nargs=-1, metavar="[SERVER | SERVER.TOOL]...")
@click.option("--all", "everything", is_flag=True, help="All that is held back, of all servers.")
@yes_option("Approve without asking.")
@json_option
@pass_invocation
def approve(invocation: Invocation, names: tuple[str, ...], everything: bool, yes: bool, as_json: bool) -> int:
    """Let tools be used that were held back, as they are now, after a look at what changed.

    \b
    Examples:
      ptc servers approve github.create_issue
      ptc servers approve github
    """
    return perform(_decide(invocation, _wanted(names, everything), "approve", is_granted=yes, as_json=as_json))


@click.command()
@click.argument("names", nargs=-1, metavar="[SERVER | SERVER.TOOL]...")
@click.option("--all", "everything", is_flag=True, help="All that is held back, of all servers.")
@json_option
@pass_invocation
def reject(invocation: Invocation, names: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Refuse tools as they are now: they stay held back until they are as they were approved, or change again."""
    return perform(_decide(invocation, _wanted(names, everything), "reject", is_granted=True, as_json=as_json))


def _wanted(names: tuple[str, ...], everything: bool) -> tuple[str, ...] | None:
    """Return the names that are meant; None for all."""
    if everything == bool(names):
        raise click.UsageError("name a SERVER or SERVER.TOOL, or pass --all; what is held back: ptc servers diff")
    return None if everything else names


async def _decide(
    invocation: Invocation, names: tuple[str, ...] | None, verb: str, *, is_granted: bool, as_json: bool
) -> int:
    async with invocation.engine() as engine:
        await engine.describe(invocation.caller)
        every = [change for config in engine.settings.servers for change in engine.quarantine.changes(config.name)]
        chosen = every if names is None else _chosen(engine, names, every)
        if verb == "approve" and chosen:
            write_changes(sys.stderr, chosen)
            if not is_granted and not _person_agrees(len(chosen)):
                chosen = []
        decide = engine.quarantine.approve if verb == "approve" else engine.quarantine.refuse
        decide(chosen)
    if as_json:
        write_json(sys.stdout, **{_done(verb): [path_of(change) for change in chosen]})
    talk.note(sys.stderr, f"{len(chosen)} of {len(every)} {_done(verb)}" if every else _NOTHING)
    return 0


def _done(verb: str) -> str:
    return "approved" if verb == "approve" else "rejected"


def _chosen(engine: Engine, names: Sequence[str], every: Sequence[HeldChange]) -> list[HeldChange]:
    servers = {config.name for config in engine.settings.servers}
    for name in names:
        if not any(name in (change.held.server, path_of(change)) for change in every):
            what = "of it is held back" if name in servers else "that is held back has the name"
            known = ", ".join(path_of(change) for change in every[:20]) or "nothing"
            raise ToolNotFoundError(f"'{name}': nothing {what}", hint=f"Held back: {known}.")
    return [change for change in every if {change.held.server, path_of(change)} & set(names)]


def _person_agrees(count: int) -> bool:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise ConfigError("nobody to ask whether to approve", hint="Run it on a terminal, or pass --yes.")
    return click.confirm(f"Let {'this' if count == 1 else f'these {count}'} be used as shown?", default=False, err=True)
