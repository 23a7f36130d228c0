"""A bash over the read-only tree, for agents that explore it."""

from ptc_cli.shell.session import ShellResult, ShellSession
from ptc_cli.shell.shell import Shell

__all__ = ["Shell", "ShellResult", "ShellSession"]
