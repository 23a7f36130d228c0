"""Which comes first where a command's errors go where its output goes.

A builtin hands the interpreter its output and its errors apart, and the interpreter writes the output first. A GNU
program writes errors as it meets them. So where a script sends both to one place, a command of ours gives them as one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ptc_cli.shell.command import Command, Invocation, Output
from ptc_cli.shell.writing import node_or_none

_FIRST = frozenset({"ls", "tee"})
"""Commands that look at all their operands before they write."""


def is_merged(script: str, name: str) -> bool:
    """Whether every call of a command in a script certainly sends its errors where its output goes."""
    calls = re.findall(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])([^|;\n(){{}}]*)", script)
    return bool(calls) and all(re.fullmatch(r"[^>]*2>&1[^>]*", call.partition(" || ")[0]) for call in calls)


def in_order(command: Command) -> Command:
    """Return a command that writes its errors into its output, first or last as GNU's would."""

    def run(invocation: Invocation) -> Output:
        output = command(invocation)
        if not output.stderr or not output.stdout:
            return output
        both = (
            output.stderr + output.stdout if _errors_first(invocation, output.stderr) else output.stdout + output.stderr
        )
        return replace(output, stdout=both, stderr="")

    return run


def _errors_first(invocation: Invocation, stderr: str) -> bool:
    if invocation.name in _FIRST:
        return True
    for arg in invocation.args:
        if arg.startswith("-") and arg != "-":
            continue
        if re.search(rf"[ '‘]{re.escape(arg)}['’]?:", stderr):
            return True
        if node_or_none(invocation, arg) is not None:
            return False
    return False
