"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, write_output
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.core.stub import StubTree
from ptc_cli.repl.completion import Candidate
from ptc_cli.repl.reader import PlainReader, Reader

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

SESSION = "shell"
_WELCOME = "A read-only shell over the stubs: ls, cat, grep, find and the like; cat README.md to begin. Ctrl-D ends."


async def run_command(engine: Engine, command: str) -> int:
    """Run one command and return its status."""
    return await _run(engine, Caller(door="shell"), command)


async def prompt_commands(engine: Engine) -> int:
    """Read commands until the end and run each; return the status of the last one off a terminal, else 0."""
    caller = Caller(door="shell", session=SESSION)
    on_terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    if on_terminal:
        talk.note(sys.stderr, _WELCOME)
        reader = await _terminal_reader(engine, caller)
    else:
        reader = PlainReader(sys.stdin.fileno(), is_whole=_is_whole)
    status = 0
    while (command := await reader.read()) is not None:
        if command.strip() in ("exit", "quit"):
            break
        if command.strip():
            status = await _run(engine, caller, command)
    return 0 if on_terminal else status


async def _run(engine: Engine, caller: Caller, command: str) -> int:
    try:
        shell = await engine.shell(caller)
        done = await shell.run(command)
    except PtcError as error:
        talk.error(sys.stderr, error.message, error.hint)
        return error.exit_code
    write_output(sys.stdout, done.stdout)
    write_output(sys.stderr, done.stderr)
    return done.exit_code


async def _terminal_reader(engine: Engine, caller: Caller) -> Reader:
    from ptc_cli.repl.terminal import TerminalReader  # prompt_toolkit costs 0.1 s

    tree = await engine.tree(caller)
    return TerminalReader(
        prompt="$ ",
        complete=lambda text: paths(text, tree),
        is_whole=_is_whole,
        history=Path(engine.folders.state) / "shell_history",
    )


def paths(text: str, tree: StubTree) -> Iterator[Candidate]:
    """Give the paths of a tree that may complete the last word of a command."""
    word = text.rsplit(" ", 1)[-1]
    folder, _, name = word.rpartition("/")
    inside = f"/{folder.strip('/')}/" if folder.strip("/") else "/"
    names = {path[len(inside) :] for path in tree.files if path.startswith(inside)}
    for entry in sorted({PurePosixPath(each).parts[0] + ("/" if "/" in each else "") for each in names}):
        if entry.startswith(name) and entry != name:
            yield Candidate(text=entry, typed=len(name))


def _is_whole(command: str) -> bool:
    """Say whether a command is complete as far as its quotes and line ends tell."""
    return command.count("'") % 2 == 0 and command.count('"') % 2 == 0 and not command.endswith("\\")
