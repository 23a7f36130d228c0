"""`xargs`: the interpreter's, with the statuses of GNU's."""

from __future__ import annotations

import re
from dataclasses import replace

from ptc_cli.shell.command import Invocation, Output

_NOT_FOUND = re.compile(r"^bash: line \d+: (.*): command not found$", re.MULTILINE)
_USAGE = re.compile(r"^xargs: (invalid|option|unrecognized)")


def run(invocation: Invocation) -> Output:
    """Run a command with arguments read from the input."""
    output = invocation.native(invocation, invocation.args)
    stderr = _NOT_FOUND.sub(r"xargs: \1: No such file or directory", output.stderr)
    if _USAGE.match(stderr):
        return Output(stderr=f"{stderr.rstrip()}\nTry 'xargs --help' for more information.\n", exit_code=1)
    return replace(output, stderr=stderr, exit_code=_status(output.exit_code))


def _status(exit_code: int) -> int:
    """Return what xargs makes of the status of what it ran."""
    if exit_code == 255:
        return 124
    return 123 if 1 <= exit_code <= 125 else exit_code
