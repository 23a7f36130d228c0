"""`mkdir`, `rmdir`, `touch`, `truncate`, `chmod`, `chown`: nothing can be written, so they only differ in words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.options import Given, Options, UsageError
from ptc_cli.shell.quoting import curly, quoted
from ptc_cli.shell.writing import READ_ONLY, create_fault, node_or_none, open_fault

_MKDIR = Options("m/mode= p/parents v/verbose Z context? help version")
_RMDIR = Options("p/parents v/verbose ignore-fail-on-non-empty help version")
_TOUCH = Options("a c/no-create d/date= f h/no-dereference m r/reference= t= time= help version")
_TRUNCATE = Options("c/no-create o/io-blocks r/reference= s/size= help version")
_CHMOD = Options(
    "c/changes f/silent quiet v/verbose R/recursive reference= no-preserve-root preserve-root help version"
)

_MODE = re.compile(r"[0-7]{1,4}|[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*")


def mkdir(invocation: Invocation) -> Output:
    """Make no directory, and say why."""

    def faults(given: Given) -> Iterator[str]:
        for name in given.operands:
            first = _first_missing(invocation, name) if given.has("parents") else name
            node = node_or_none(invocation, first)
            if node is None:
                yield f"cannot create directory {curly(first)}: {create_fault(invocation, first)}"
            elif not (given.has("parents") and node.is_directory):
                yield f"cannot create directory {curly(first)}: File exists"

    return _run(invocation, _MKDIR, faults, missing="missing operand")


def rmdir(invocation: Invocation) -> Output:
    """Remove no directory, and say why."""

    def faults(given: Given) -> Iterator[str]:
        yield from (f"failed to remove {quoted(name)}: {READ_ONLY}" for name in given.operands)

    return _run(invocation, _RMDIR, faults, missing="missing operand")


def touch(invocation: Invocation) -> Output:
    """Change no time, and say why."""

    def faults(given: Given) -> Iterator[str]:
        for name in given.operands:
            node = node_or_none(invocation, name)
            if node is not None and node.is_directory:
                yield f"setting times of {quoted(name)}: {READ_ONLY}"
            elif node is not None or not given.has("no-create"):
                yield f"cannot touch {quoted(name)}: {open_fault(invocation, name)}"

    return _run(invocation, _TOUCH, faults, missing="missing file operand")


def truncate(invocation: Invocation) -> Output:
    """Cut no file, and say why."""

    def faults(given: Given) -> Iterator[str]:
        if not given.has("size", "reference"):
            raise UsageError(f"you must specify either {curly('--size')} or {curly('--reference')}")
        for name in given.operands:
            if not given.has("no-create") or node_or_none(invocation, name) is not None:
                yield f"cannot open {quoted(name)} for writing: {open_fault(invocation, name)}"

    return _run(invocation, _TRUNCATE, faults, missing="missing file operand")


def chmod(invocation: Invocation) -> Output:
    """Change no mode, and say why."""

    def faults(given: Given) -> Iterator[str]:
        mode, *names = given.operands if not given.has("reference") else ("0", *given.operands)
        if not names:
            raise UsageError(f"missing operand after {curly(mode)}")
        if not _MODE.fullmatch(mode):
            raise UsageError(f"invalid mode: {curly(mode)}")
        for name in names:
            try:
                yield from _unchanged(name, invocation.node(name), recursive=given.has("recursive"))
            except OSError as error:
                yield f"cannot access {quoted(name)}: {reason(error)}"

    # A mode such as `-x` would be read as options.
    args = tuple(arg for arg in invocation.args if not re.fullmatch(r"-[rwxXst]+", arg))
    modes = tuple(arg for arg in invocation.args if arg not in args)
    return _run(invocation, _CHMOD, faults, missing="missing operand", args=(*(f"u{mode}" for mode in modes), *args))


def chown(invocation: Invocation) -> Output:
    """Change no owner, and say why."""

    def faults(given: Given) -> Iterator[str]:
        owner, *names = given.operands
        if not names:
            raise UsageError(f"missing operand after {curly(owner)}")
        for name in names:
            if node_or_none(invocation, name) is None:
                yield f"cannot access {quoted(name)}: No such file or directory"
            else:
                yield f"changing ownership of {quoted(name)}: {READ_ONLY}"

    return _run(invocation, _CHMOD, faults, missing="missing operand")


def _unchanged(name: str, node: Node, *, recursive: bool) -> Iterator[str]:
    yield f"changing permissions of {quoted(name)}: {READ_ONLY}"
    if recursive:
        for child, entry in node.entries.items():
            yield from _unchanged(posixpath.join(name, child), entry, recursive=True)


def _first_missing(invocation: Invocation, path: str) -> str:
    """Return the shortest beginning of a path that is not a directory yet."""
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        beginning = "/".join(parts[:end])
        if beginning:
            node = node_or_none(invocation, beginning)
            if node is None or not node.is_directory:
                return beginning
    return path


def _run(
    invocation: Invocation,
    options: Options,
    faults: Callable[[Given], Iterator[str]],
    *,
    missing: str,
    args: Sequence[str] | None = None,
) -> Output:
    name = invocation.name
    try:
        given = options.parse(invocation.args if args is None else args)
        if given.has("help"):
            return Output(stdout=f"Usage: {name} [OPTION]... FILE...\nThe tree is read-only: this changes nothing.\n")
        if not given.operands:
            raise UsageError(missing)
        stderr = "".join(f"{name}: {line}\n" for line in faults(given))
    except UsageError as error:
        return usage_failure(name, str(error))
    return Output(stderr=stderr, exit_code=1 if stderr else 0)
