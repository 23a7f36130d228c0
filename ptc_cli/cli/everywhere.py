"""What every command has: the options of `ptc` itself, also after its name, and examples in its help."""

from __future__ import annotations

from dataclasses import replace

import click

from ptc_cli.cli.examples import EXAMPLES
from ptc_cli.cli.invocation import Invocation

_DEBUG_KEY = "ptc_cli.debug"


def finished(command: click.Command, path: str) -> click.Command:
    """Return a command, and those of its group, with what every command has; once or again."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            finished(each, f"{path} {name}")
    elif command.epilog is None and path in EXAMPLES:
        command.params += _options()
        command.epilog = "\n".join(["\b", "Examples:", *(f"  {example}" for example in EXAMPLES[path])])
    return command


def wants_debug(context: click.Context) -> bool:
    """Say whether the traceback of a fault is to be shown."""
    return bool(context.params.get("debug") or context.meta.get(_DEBUG_KEY))


def _options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--config"], metavar="FILE", type=click.Path(), hidden=True, expose_value=False, callback=_take_config
        ),
        click.Option(["--debug"], is_flag=True, hidden=True, expose_value=False, callback=_take_debug),
    ]


def _take_config(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.obj = replace(context.obj or Invocation(), config=value)


def _take_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.meta[_DEBUG_KEY] = True
