"""Our own commands, which stand before the interpreter's of the same name."""

from __future__ import annotations

from collections.abc import Mapping

from ptc_cli.shell.command import Command
from ptc_cli.shell.commands import (
    cmp,
    copying,
    diff,
    du,
    file,
    find,
    grep,
    jq,
    ls,
    making,
    not_found,
    rm,
    stat,
    tee,
    tree,
    wc,
    xargs,
)

ALWAYS: Mapping[str, Command] = {
    "chmod": making.chmod,
    "chown": making.chown,
    "cmp": cmp.run,
    "cp": copying.cp,
    "diff": diff.run,
    "du": du.run,
    "file": file.run,
    "find": find.run,
    "jq": jq.run,
    "ln": copying.ln,
    "ls": ls.run,
    "mkdir": making.mkdir,
    "mv": copying.mv,
    "rm": rm.run,
    "rmdir": making.rmdir,
    "stat": stat.run,
    "tee": tee.run,
    "touch": making.touch,
    "tree": tree.run,
    "truncate": making.truncate,
    "wc": wc.run,
    "xargs": xargs.run,
    **dict.fromkeys(not_found.NAMES, not_found.run),
}


def commands(script: str) -> Mapping[str, Command]:
    """Return our own commands for a script."""
    return {**ALWAYS, "grep": grep.run} if grep.RECURSIVE.search(script) else ALWAYS
