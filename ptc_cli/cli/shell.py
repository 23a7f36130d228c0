"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import daemon_option
from ptc_cli.cli.warm import performed


@click.command()
@click.option("-c", "line", metavar="COMMAND", help="Run one command and end with its status.")
@daemon_option
@pass_invocation
def command(invocation: Invocation, line: str | None) -> int:
    """Explore the stubs with the read-only shell that agents get.

    \b
    Examples:
      ptc shell -c 'ls docs; cat README.md'
      ptc shell -c 'grep -rn "def create" tools'
    """
    if line is not None:
        return performed(invocation, lambda verbs: verbs.shell(line))
    return perform(_explore(invocation))


async def _explore(invocation: Invocation) -> int:
    from ptc_cli.repl.commands import prompt_commands

    async with invocation.engine() as engine:
        return await prompt_commands(engine)
