"""`diff` as GNU diffutils has it, for files and directories."""

from ptc_cli.shell.commands.diff.command import run

__all__ = ["run"]
