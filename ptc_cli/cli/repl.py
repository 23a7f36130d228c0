"""`ptc repl`: check and run programs entry by entry."""

from __future__ import annotations

import sys

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import daemon_option, yes_option
from ptc_cli.console.ask import answers_of, asker


@click.command()
@yes_option("Allow the calls for which policy would ask.")
@daemon_option
@pass_invocation
def command(invocation: Invocation, yes: bool) -> int:
    """Type programs and see what they give: each entry is checked, then run in the sandbox.

    Entries share their variables. Tab completes, NAME? explains, %help lists the commands of the prompt.
    """
    return perform(_prompt(invocation, is_granted=yes))


async def _prompt(invocation: Invocation, *, is_granted: bool) -> int:
    from ptc_cli.cli.desks import Desks
    from ptc_cli.core.catalog import Caller
    from ptc_cli.repl.programs import prompt_programs

    ask = asker(stdin=sys.stdin, talk_to=sys.stderr, is_granted=is_granted)
    async with Desks(invocation, Caller(door="repl"), answers=answers_of(ask)) as desks:
        return await prompt_programs(desks.open, ask=ask)
