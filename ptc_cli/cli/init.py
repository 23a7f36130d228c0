"""`ptc init`: a first configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ptc_cli.cli.options import json_option
from ptc_cli.cli.server_edit import PROJECT_FILE
from ptc_cli.config import Imports, TrustStore, create, folders, found_clients, initial, plan, take_over
from ptc_cli.config.search import USER_FILE
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_json
from ptc_cli.core.errors import ConfigError


@click.command()
@click.option("--user", is_flag=True, help="Write your own configuration, not the project's.")
@click.option("--empty", is_flag=True, help="Take over no servers from other MCP clients.")
@json_option
def command(user: bool, empty: bool, as_json: bool) -> int:
    """Write a first ptc.toml here, with the servers that your other MCP clients have.

    Secrets that stand in their files in clear are not copied: variables take their place. Nothing is started.
    """
    places = folders(os.environ)
    path = Path(places.config) / USER_FILE if user else Path.cwd() / PROJECT_FILE
    trust = TrustStore(places.state)
    create(path, initial(Path.cwd()), trust=trust)
    written: list[str] = []
    for imports in () if empty else _others(path):
        written += take_over(imports, trust=trust, replaces=False)
        _say(imports)
    if as_json:
        write_json(sys.stdout, file=str(path), servers=[*written])
    talk.note(sys.stderr, f"wrote {path}" + (f" with {', '.join(written)}" if written else ""))
    add = "ptc servers add NAME -- COMMAND ARGS, then "
    talk.note(sys.stderr, f"next: {'' if written else add}ptc tools list")
    return 0


def _others(path: Path) -> Iterator[Imports]:
    """Give what can be taken over, client by client: of servers that have one name, the first."""
    for client in dict.fromkeys(name for name, _ in found_clients(os.environ)):
        try:
            yield plan(client, path, file=None, environ=os.environ, keeps_secrets=False)
        except ConfigError as error:
            talk.warning(sys.stderr, f"nothing taken over from {client}: {error.message}", error.hint)


def _say(imports: Imports) -> None:
    for message in imports.warnings:
        talk.warning(sys.stderr, message)
    variables = dict.fromkeys(name for each in imports.servers if each.state == "new" for name in each.variables)
    if variables:
        message = f"secrets of {imports.client} stand in its file in clear, and are not copied: {', '.join(variables)}"
        talk.warning(sys.stderr, message, "Set these variables to them.")
