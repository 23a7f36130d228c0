"""`cp`, `mv`, `ln`: on a read-only file system they only differ in what they say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.options import Given, Options, UsageError
from ptc_cli.shell.quoting import quoted
from ptc_cli.shell.writing import READ_ONLY, create_fault, node_or_none, open_fault

_OPTIONS = {
    "cp": Options(
        "a/archive d f/force i/interactive H l/link L/dereference n/no-clobber P/no-dereference p r/recursive R "
        "s/symbolic-link S/suffix= t/target-directory= T/no-target-directory u/update v/verbose x Z attributes-only "
        "backup? b parents preserve? no-preserve= reflink? remove-destination sparse= strip-trailing-slashes help "
        "version"
    ),
    "mv": Options(
        "b backup? f/force i/interactive n/no-clobber S/suffix= t/target-directory= T/no-target-directory u/update "
        "v/verbose Z strip-trailing-slashes help version"
    ),
    "ln": Options(
        "b backup? d F f/force i/interactive L/logical n/no-dereference P/physical r/relative s/symbolic S/suffix= "
        "t/target-directory= T/no-target-directory v/verbose help version"
    ),
}

_DEVICES = ("/dev/null", "/dev/stdout", "/dev/stderr")


def cp(invocation: Invocation) -> Output:
    """Copy nothing but to the output, and say why."""
    return _run(invocation)


def mv(invocation: Invocation) -> Output:
    """Move nothing, and say why."""
    return _run(invocation)


def ln(invocation: Invocation) -> Output:
    """Link nothing, and say why."""
    return _run(invocation)


def _run(invocation: Invocation) -> Output:
    name = invocation.name
    try:
        given = _OPTIONS[name].parse(invocation.args)
        if given.has("help"):
            return Output(
                stdout=f"Usage: {name} [OPTION]... SOURCE... DEST\nThe tree is read-only: this changes nothing.\n"
            )
        sources, target = _operands(name, given)
    except UsageError as error:
        return usage_failure(name, str(error))
    if name == "cp" and target in _DEVICES:
        return _copied_out(invocation, sources, target)
    stderr = "".join(f"{name}: {line}\n" for line in _faults(invocation, given, sources, target))
    return Output(stderr=stderr, exit_code=1 if stderr else 0)


def _operands(name: str, given: Given) -> tuple[tuple[str, ...], str]:
    directory = given.value("target-directory")
    if not given.operands:
        raise UsageError("missing file operand")
    if directory is not None:
        return given.operands, directory
    if len(given.operands) == 1:
        if name == "ln":
            return given.operands, "."
        raise UsageError(f"missing destination file operand after {quoted(given.operands[0])}")
    return given.operands[:-1], given.operands[-1]


def _faults(invocation: Invocation, given: Given, sources: tuple[str, ...], target: str) -> Iterator[str]:
    into = node_or_none(invocation, target)
    is_into = into is not None and into.is_directory and not given.has("no-target-directory")
    if len(sources) > 1 and not is_into:
        yield f"target {quoted(target)}: {'No such file or directory' if into is None else 'Not a directory'}"
        return
    for source in sources:
        end = posixpath.join(target, posixpath.basename(source.rstrip("/"))) if is_into else target
        fault = _fault(invocation, given, source, end.removeprefix("./") if target == "." else end)
        if fault is not None:
            yield fault


def _fault(invocation: Invocation, given: Given, source: str, target: str) -> str | None:
    try:
        node = None if given.has("symbolic") else invocation.node(source)
    except OSError as error:
        return f"{'failed to access' if invocation.name == 'ln' else 'cannot stat'} {quoted(source)}: {reason(error)}"
    existing = node_or_none(invocation, target)
    if invocation.name == "ln":
        return _link_fault(given, existing, target)
    if node is not None and existing is node:
        return f"{quoted(source)} and {quoted(target)} are the same file"
    if existing is not None and given.has("no-clobber"):
        return None
    if invocation.name == "mv":
        return f"cannot move {quoted(source)} to {quoted(target)}: {_move_reason(invocation, target)}"
    return _copy_fault(invocation, given, node, source, target)


def _copy_fault(invocation: Invocation, given: Given, node: Node | None, source: str, target: str) -> str:
    if node is not None and node.is_directory:
        if not given.has("recursive", "R", "archive"):
            return f"-r not specified; omitting directory {quoted(source)}"
        return f"cannot create directory {quoted(target)}: {create_fault(invocation, target)}"
    why = "Not a directory" if target.endswith("/") else open_fault(invocation, target, truncates=True)
    return f"cannot create regular file {quoted(target)}: {why}"


def _link_fault(given: Given, existing: Node | None, target: str) -> str:
    kind = "symbolic" if given.has("symbolic") else "hard"
    why = "File exists" if existing is not None and not given.has("force") else READ_ONLY
    return f"failed to create {kind} link {quoted(target)}: {why}"


def _move_reason(invocation: Invocation, target: str) -> str:
    return READ_ONLY if node_or_none(invocation, target) is not None else create_fault(invocation, target)


def _copied_out(invocation: Invocation, sources: tuple[str, ...], target: str) -> Output:
    text, stderr = "", ""
    for source in sources:
        try:
            text += invocation.read(source).decode("utf-8", "replace")
        except IsADirectoryError:
            stderr += f"cp: -r not specified; omitting directory {quoted(source)}\n"
        except OSError as error:
            stderr += f"cp: cannot stat {quoted(source)}: {reason(error)}\n"
    shown = text if target == "/dev/stdout" else ""
    return Output(stdout=shown, stderr=stderr + (text if target == "/dev/stderr" else ""), exit_code=1 if stderr else 0)
