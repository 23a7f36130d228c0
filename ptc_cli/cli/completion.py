"""`ptc completion`: completion scripts for shells."""

from __future__ import annotations

import sys

import click

from ptc_cli.cli.completing import SCRIPTS
from ptc_cli.console.terminal import write


@click.command()
@click.argument("shell", type=click.Choice([*SCRIPTS]))
def command(shell: str) -> int:
    """Print the completion script of a shell, which completes commands, servers, tools and their arguments."""
    write(sys.stdout, SCRIPTS[shell])
    return 0
