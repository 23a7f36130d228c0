"""`ptc completion`: completion scripts for shells."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

from ptc_cli.console.terminal import write_lines


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell.

    \b
    Examples:
      ptc completion bash >> ~/.bashrc
      ptc completion fish > ~/.config/fish/completions/ptc.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    write_lines(sys.stdout, found(context.find_root().command, {}, "ptc", "_PTC_COMPLETE").source())
    return 0
