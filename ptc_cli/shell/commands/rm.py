"""`rm`, which removes nothing: the tree is read-only, and says so."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ptc_cli.core.tree import Node
from ptc_cli.shell import quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.options import Given, Options, UsageError
from ptc_cli.shell.writing import READ_ONLY

OPTIONS = Options(
    "f/force i I interactive? r/recursive R d/dir v/verbose one-file-system no-preserve-root preserve-root? "
    "help version"
)


def run(invocation: Invocation) -> Output:
    """Say of every operand why it stays."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError as error:
        return usage_failure("rm", str(error))
    if given.has("help"):
        return Output(stdout="Usage: rm [OPTION]... [FILE]...\nRemove (unlink) the FILE(s).\n")
    if not given.operands:
        return Output() if given.has("force") else usage_failure("rm", "missing operand")
    lines = [line for name in given.operands for line in _faults(invocation, name, given)]
    asked = given.last("i", "force") == "i" and len(lines) > 0
    return Output(stderr="".join(f"rm: {line}\n" for line in lines), exit_code=1 if lines and not asked else 0)


def _faults(invocation: Invocation, name: str, given: Given) -> Iterator[str]:
    try:
        node = invocation.node(name)
    except OSError as error:
        if not given.has("force"):
            yield f"cannot remove {quoting.quoted(name)}: {reason(error)}"
        return
    recursive = given.has("recursive", "R")
    if node.is_directory and not recursive:
        why = ("Directory not empty" if node.entries else READ_ONLY) if given.has("dir") else "Is a directory"
        yield f"cannot remove {quoting.quoted(name)}: {why}"
    elif recursive and absolute(invocation.cwd, name) == "/":
        yield "it is dangerous to operate recursively on '/'"
        yield "use --no-preserve-root to override this failsafe"
    elif recursive and posixpath.basename(name.rstrip("/")) in (".", ".."):
        yield f"refusing to remove '.' or '..' directory: skipping {quoting.quoted(name)}"
    else:
        yield from _below(invocation, name, node)


def _below(invocation: Invocation, name: str, node: Node) -> Iterator[str]:
    invocation.deadline.check()
    if not node.entries:
        yield f"cannot remove {quoting.quoted(name)}: {READ_ONLY}"
    for child, entry in node.entries.items():
        yield from _below(invocation, f"{name.rstrip('/')}/{child}", entry)
