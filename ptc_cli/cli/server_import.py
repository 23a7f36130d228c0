"""`ptc servers import`: servers of other MCP clients, shown first and then written into a file of ours."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from ptc_cli.cli.server_edit import file_for
from ptc_cli.config import Import, Imports, TrustStore, folders, found_clients, plan, take_over
from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, visible, write_foreign, write_json, write_lines
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonObject

_STATES = {"new": "new", "same": "is there already", "differs": "DIFFERS from the one that is there"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    client: str
    file: Path | None
    is_for_project: bool
    only_shows: bool
    replaces: bool
    keeps_secrets: bool
    is_granted: bool


def show_clients(*, as_json: bool) -> int:
    """Write which other clients have servers here."""
    found = found_clients(os.environ)
    if as_json:
        write_json(sys.stdout, clients=[{"client": name, "file": file} for name, file in found])
        return 0
    write_lines(sys.stdout, *(f"{name}  {visible(file)}" for name, file in found))
    talk.note(sys.stderr, "take servers over with: ptc servers import --from CLIENT")
    return 0


def import_servers(wish: Wish, *, explicit: str | None, as_json: bool) -> int:
    """Show what would be taken over, and take it over once a person agrees.

    Raises:
        ConfigError: There is nothing to take over, a file cannot be used, or there is nobody to ask.
    """
    target = file_for(explicit, is_for_user=not wish.is_for_project and not explicit)
    imports = plan(wish.client, target, file=wish.file, environ=os.environ, keeps_secrets=wish.keeps_secrets)
    wanted = _wanted(imports, replaces=wish.replaces)
    if not as_json:
        _show(imports, wanted)
    written: tuple[str, ...] = ()
    if wanted and not wish.only_shows and _agreed(wish, target, len(wanted)):
        written = take_over(imports, trust=TrustStore(folders(os.environ).state), replaces=wish.replaces)
    if as_json:
        servers = [_told(each) for each in imports.servers]
        write_json(sys.stdout, file=str(target), servers=servers, written=list(written))
    _say_rest(imports, wanted, written, target)
    return 0


def _wanted(imports: Imports, *, replaces: bool) -> list[Import]:
    return [each for each in imports.servers if each.state == "new" or (each.state == "differs" and replaces)]


def _show(imports: Imports, wanted: list[Import]) -> None:
    talk.heading(sys.stderr, f"{imports.client}, {', '.join(imports.files)}:")
    for each in imports.servers:
        write_lines(sys.stderr, f"  {visible(each.server.name)}: {_STATES[each.state]}")
    for number, each in enumerate(wanted):
        write_foreign(sys.stdout, ("\n" if number else "") + each.shown)
    for message in imports.warnings:
        talk.warning(sys.stderr, message)


def _agreed(wish: Wish, target: Path, count: int) -> bool:
    if wish.is_granted:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        hint = "Run it on a terminal, pass --yes, or only look with --dry-run."
        raise ConfigError(f"{target}: nobody to ask whether to write {count} servers", hint=hint)
    return click.confirm(f"Write {count} servers into {target}?", default=True, err=True)


def _say_rest(imports: Imports, wanted: list[Import], written: tuple[str, ...], target: Path) -> None:
    """Say what a person has to know beside what was shown: what is missing, and what was left."""
    talk.note(sys.stderr, f"{len(written)} servers written into {target}")
    left = [each.server.name for each in imports.servers if each.state == "differs" and each not in wanted]
    if left:
        talk.warning(sys.stderr, f"left as they are: {', '.join(left)}", "Take the new ones with --replace.")
    variables = dict.fromkeys(name for each in wanted for name in each.variables)
    if variables:
        message = f"secrets stand in clear in the other file, and are not copied: {', '.join(variables)}"
        talk.warning(sys.stderr, message, "Set these variables to them, or copy them as they are with --keep-secrets.")


def _told(each: Import) -> JsonObject:
    return {
        "server": each.server.name,
        "state": each.state,
        "variables": list(each.variables),
        "toml": each.shown,
    }
