"""`tee`: pass the input on; the files it would write cannot be written."""

from __future__ import annotations

from ptc_cli.shell import quoting
from ptc_cli.shell.command import Invocation, Output, usage_failure
from ptc_cli.shell.options import Options, UsageError
from ptc_cli.shell.writing import open_fault

OPTIONS = Options("a/append i/ignore-interrupts p output-error? help version")

_SINKS = {"/dev/null": "", "/dev/stdout": "stdout", "/dev/stderr": "stderr"}


def run(invocation: Invocation) -> Output:
    """Copy the input to the output."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError as error:
        return usage_failure("tee", str(error))
    if given.has("help"):
        return Output(
            stdout="Usage: tee [OPTION]... [FILE]...\nCopy standard input to each FILE, and also to standard output.\n"
        )
    text = invocation.stdin or ""
    sinks = [_SINKS[name] for name in given.operands if name in _SINKS]
    stderr = "".join(
        f"tee: {quoting.if_needed(name)}: {open_fault(invocation, name, truncates=not given.has('append'))}\n"
        for name in given.operands
        if name not in _SINKS
    )
    return Output(
        stdout=text * (1 + sinks.count("stdout")),
        stderr=stderr + text * sinks.count("stderr"),
        exit_code=1 if stderr else 0,
    )
