"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import sys

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import daemon_option, json_option
from ptc_cli.cli.warm import performed
from ptc_cli.console.terminal import write_json


@click.command()
@click.option("-c", "line", metavar="COMMAND", help="Run one command and end with its status.")
@json_option
@daemon_option
@pass_invocation
def command(invocation: Invocation, line: str | None, as_json: bool) -> int:
    """Explore the stubs with the read-only shell that agents get."""
    if as_json and line is None:
        raise click.UsageError("--json answers one command: give it with -c")
    if line is None:
        return perform(_explore(invocation))
    return perform(_answer(invocation, line)) if as_json else performed(invocation, lambda verbs: verbs.shell(line))


async def _answer(invocation: Invocation, line: str) -> int:
    from ptc_cli.repl.commands import answered

    async with invocation.engine() as engine:
        done = await answered(engine, line)
    write_json(sys.stdout, stdout=done.stdout, stderr=done.stderr, exit_code=done.exit_code)
    return done.exit_code


async def _explore(invocation: Invocation) -> int:
    from ptc_cli.cli.desks import Desks
    from ptc_cli.core.catalog import Caller
    from ptc_cli.repl.commands import prompt_commands

    async with Desks(invocation, Caller(door="shell")) as desks:
        return await prompt_commands(desks.open)
