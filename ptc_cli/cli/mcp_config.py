"""`ptc mcp config`: what makes a client start ptc, printed or added to the client's own file."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import get_args

import click

from ptc_cli.cli import whereabouts
from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.options import json_option
from ptc_cli.config import ClientEntry, ClientName, client_file, with_entry, words
from ptc_cli.console import talk
from ptc_cli.console.terminal import visible, write_json
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.files import replace_file


@click.command("config")
@click.option("--client", type=click.Choice(get_args(ClientName)), required=True, help="Whose configuration.")
@click.option("--write", "is_written", is_flag=True, help="Add it to the client's file, and show what changes.")
@click.option("--file", "named", type=click.Path(path_type=Path), help="The file, where it is not the usual one.")
@click.option("--name", default="ptc", show_default=True, help="What the client is to call it.")
@click.option("--mode", type=click.Choice(["catalog", "filesystem", "sidecar"]), help="Passed on to `ptc mcp start`.")
@json_option
@pass_invocation
def config(
    invocation: Invocation,
    client: ClientName,
    is_written: bool,
    named: Path | None,
    name: str,
    mode: str | None,
    as_json: bool,
) -> int:
    """Print the entry that makes a client start ptc, or add it to the client's file."""
    command = words(whereabouts.whole_command(), config=invocation.config, mode=mode)
    entry = ClientEntry(client=client, name=name, words=command)
    path = (named or client_file(client, os.environ)).resolve()
    change = _write(path, entry) if is_written else ""
    if as_json:
        write_json(sys.stdout, client=client, file=str(path), entry=entry.alone(), is_written=bool(change))
    else:
        click.echo(visible(change) if is_written else entry.alone(), nl=False)
    if not is_written:
        talk.note(sys.stderr, f"for {path}; --write adds it there")
    return 0


def _write(path: Path, entry: ClientEntry) -> str:
    """Add the entry to a file, and return what that changed."""
    before, after = with_entry(path, entry)
    if before == after:
        talk.note(sys.stderr, f"{path} says so already")
        return ""
    if path.exists() and not path.stat().st_mode & 0o222:
        # Whoever made it so, or generates it, wants it to stay: to put another in its place takes no right to write it.
        raise ConfigError(f"{path}: is read-only", hint="Add the entry yourself: without --write it is printed.")
    try:
        if path.exists():
            replace_file(path.with_name(f"{path.name}.bak"), before)
        replace_file(path, after)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    kept = f"; as it was: {path.name}.bak" if before else ""
    talk.note(sys.stderr, f"{path} is written{kept}. Restart the client.")
    return _difference(before, after, path)


def _difference(before: str, after: str, path: Path) -> str:
    """Return what changes and no more: the lines around it may hold the tokens of other servers."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), n=0, lineterm="")
    return "".join(f"{line}\n" for line in lines)
