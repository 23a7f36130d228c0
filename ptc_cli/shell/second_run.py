"""When a script runs a second time, and with what in place.

The tree is read-only, so running twice changes nothing. The first run is the fast one; the second is for scripts that
showed an error message, to have it in GNU's words and in GNU's place among the output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ptc_cli.shell.command import Command
from ptc_cli.shell.commands import ALWAYS
from ptc_cli.shell.interpreter import Interpretation
from ptc_cli.shell.ordering import in_order, is_merged
from ptc_cli.shell.rewording import REWORDED, reworded

_ALL: Mapping[str, Command] = {**dict.fromkeys(REWORDED, reworded), **ALWAYS}

_MESSAGE = re.compile(rf"^(?:{'|'.join(map(re.escape, _ALL))}|error|io error): ", re.MULTILINE)


def is_wanted(outcome: Interpretation) -> bool:
    """Whether the output seems to hold a message of a command that could say it better."""
    if outcome.stopped is not None:
        return False
    return bool(_MESSAGE.search(outcome.stderr) or _MESSAGE.search(outcome.stdout))


def commands(script: str) -> Mapping[str, Command]:
    """Return the commands for the second run of a script."""
    return {name: in_order(command) if is_merged(script, name) else command for name, command in _ALL.items()}
