"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform


@click.command()
@click.option("-c", "line", metavar="COMMAND", help="Run one command and end with its status.")
@pass_invocation
def command(invocation: Invocation, line: str | None) -> int:
    """Explore the stubs with the read-only shell that agents get.

    \b
    Examples:
      ptc shell -c 'ls docs; cat README.md'
      ptc shell -c 'grep -rn "def create" tools'
    """
    return perform(_explore(invocation, line))


async def _explore(invocation: Invocation, line: str | None) -> int:
    from ptc_cli.repl.commands import prompt_commands, run_command

    async with invocation.engine() as engine:
        return await prompt_commands(engine) if line is None else await run_command(engine, line)
