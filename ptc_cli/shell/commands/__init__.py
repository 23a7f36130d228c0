"""Our own commands, which stand before the interpreter's of the same name."""

from __future__ import annotations

from collections.abc import Mapping

from ptc_cli.shell.command import Command
from ptc_cli.shell.commands import (
    cmp,
    column,
    copying,
    cut,
    diff,
    du,
    file,
    find,
    grep,
    jq,
    ls,
    making,
    not_found,
    realpath,
    rg,
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
    "column": column.run,
    "cp": copying.cp,
    "cut": cut.run,
    "diff": diff.run,
    "du": du.run,
    "egrep": grep.run,
    "fgrep": grep.run,
    "file": file.run,
    "find": find.run,
    "grep": grep.run,
    "jq": jq.run,
    "ln": copying.ln,
    "ls": ls.run,
    "mkdir": making.mkdir,
    "mv": copying.mv,
    "realpath": realpath.run,
    "rg": rg.run,
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
