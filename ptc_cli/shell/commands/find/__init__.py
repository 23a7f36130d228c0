"""`find` as GNU findutils has it, straight over the tree.

What runs commands or matches regular expressions goes to the interpreter: a command has to be run by it, and Python's
regular expressions may take forever on a hostile one.
"""

from ptc_cli.shell.commands.find.command import run

__all__ = ["run"]
