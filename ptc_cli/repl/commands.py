"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, wants_colour, write_output
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.repl.completion import Candidate
from ptc_cli.repl.paint import painted
from ptc_cli.repl.reader import PlainReader, Reader

if TYPE_CHECKING:
    from ptc_cli.engine import Engine
    from ptc_cli.shell import ShellResult

SESSION = "shell"
_JOINED = re.compile(r"[|&;<>()`$\n]")
_WELCOME = "A read-only shell over the stubs: ls, cat, grep, find and the like; cat README.md to begin. Ctrl-D ends."


async def answered(engine: Engine, command: str) -> ShellResult:
    """Run one command and return what it wrote."""
    shell = await engine.shell(Caller(door="shell"))
    return await shell.run(command)


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
            is_coloured = on_terminal and wants_colour(sys.stdout)
            shown = for_terminal(command) if is_coloured else command
            status = await _run(engine, caller, shown, paint=painted if is_coloured else _plain)
    return 0 if on_terminal else status


def for_terminal(command: str) -> str:
    """Return a command as people's shells have it by alias: `ls` in colours, and as wide as the screen.

    Only a plain one: colours would be in the way of whatever reads the output.
    """
    word, space, rest = command.strip().partition(" ")
    if word != "ls" or _JOINED.search(command):
        return command
    return f"TERM=xterm ls --color=always -C -w {get_terminal_size().columns}{space}{rest}"


def _plain(_: str, output: str) -> str:
    return output


async def _run(engine: Engine, caller: Caller, command: str, *, paint: Callable[[str, str], str] = _plain) -> int:
    try:
        shell = await engine.shell(caller)
        done = await shell.run(command)
    except PtcError as error:
        talk.error(sys.stderr, error.message, error.hint)
        return error.exit_code
    write_output(sys.stdout, paint(command, done.stdout))
    write_output(sys.stderr, done.stderr)
    return done.exit_code


async def _terminal_reader(engine: Engine, caller: Caller) -> Reader:
    from ptc_cli.repl.terminal import TerminalReader  # prompt_toolkit costs 0.1 s

    explorer = await engine.shell(caller)
    return TerminalReader(
        prompt="$ ",
        complete=lambda text, _: words(text, explorer.shell.complete(text, explorer.session)),
        is_whole=_is_whole,
        history=Path(engine.folders.state) / "shell_history",
    )


def words(text: str, whole: Iterable[str]) -> Iterator[Candidate]:
    """Give whole words as what completes the end of a text."""
    for word in whole:
        typed = next(length for length in range(len(word), -1, -1) if text.endswith(word[:length]))
        if typed < len(word):
            yield Candidate(text=word, typed=typed)


def _is_whole(command: str) -> bool:
    """Say whether a command is complete as far as its quotes and line ends tell."""
    return command.count("'") % 2 == 0 and command.count('"') % 2 == 0 and not command.endswith("\\")
