"""Groups of commands: suggestions for mistyped names, and nouns that are imported when they are used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from ptc_cli.cli.everywhere import finished


class Noun(click.Group):
    """A group that says which command was probably meant, and never runs it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order they were written."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        from ptc_cli.core.suggest import did_you_mean

        known = self.list_commands(ctx)
        hint = did_you_mean(name, known) or f"Commands: {', '.join(known)}."
        raise click.UsageError(f"no command '{name}'. {hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the whole first sentence of each, on as many lines as it takes."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, each.get_short_help_str(limit=1_000))
                    for name, each in self.commands.items()
                    if not each.hidden
                ]
            )


class LazyCommands(Noun):
    """The root: names and short help are given here, so that `--help` imports no command."""

    def __init__(self, *, sections: Mapping[str, Mapping[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # passed through from click's decorator
        self._sections = sections

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return [name for section in self._sections.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command."""
        if not any(cmd_name in section for section in self._sections.values()):
            return None
        command: click.Command = importlib.import_module(f"ptc_cli.cli.{cmd_name}").command
        return finished(command, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from what is known without importing them."""
        for title, section in self._sections.items():
            with formatter.section(title):
                formatter.write_dl(list(section.items()))
