"""`realpath`: the interpreter's, once all but the last part of each path is known to be there."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from ptc_cli.shell import quoting
from ptc_cli.shell.command import Invocation, Output, reason
from ptc_cli.shell.rewording import reworded

_LENIENT = ("-m", "--canonicalize-missing")


def run(invocation: Invocation) -> Output:
    """Print absolute paths, without links and dots."""
    if any(arg in _LENIENT for arg in invocation.args):
        return reworded(invocation)
    faults = {arg: fault for arg in invocation.args if (fault := _fault(invocation, arg))}
    if not faults:
        return reworded(invocation)
    rest = tuple(arg for arg in invocation.args if arg not in faults)
    found = reworded(replace(invocation, args=rest)) if any(not arg.startswith("-") for arg in rest) else Output()
    is_quiet = any(arg in ("-q", "--quiet") for arg in rest)
    stderr = "" if is_quiet else "".join(f"realpath: {quoting.if_needed(arg)}: {why}\n" for arg, why in faults.items())
    return Output(stdout=found.stdout, stderr=stderr + found.stderr, exit_code=1)


def _fault(invocation: Invocation, path: str) -> str | None:
    if path.startswith("-"):
        return None
    try:
        parent = invocation.node(posixpath.dirname(path.rstrip("/")) or ("/" if path.startswith("/") else "."))
    except OSError as error:
        return reason(error)
    return None if parent.is_directory else "Not a directory"
