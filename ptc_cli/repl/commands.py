"""`ptc shell`: the agent's shell over the tree, for people."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, wants_colour, write_output
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.repl.completion import Candidate
from ptc_cli.repl.desk import Desk, DeskLostError, OpenDesk, Written
from ptc_cli.repl.here import DeskHere
from ptc_cli.repl.paint import painted
from ptc_cli.repl.reader import PlainReader, Reader

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

_JOINED = re.compile(r"[|&;<>()`$\n]")
_WELCOME = "A read-only shell over the stubs: ls, cat, grep, find and the like; cat README.md to begin. Ctrl-D ends."


async def answered(engine: Engine, command: str) -> Written:
    """Run one command and return what it wrote."""
    return await DeskHere(engine, Caller(door="shell")).shell(command)


async def run_command(engine: Engine, command: str) -> int:
    """Run one command and return its status."""
    return await _run(DeskHere(engine, Caller(door="shell")), command)


async def prompt_commands(open_desk: OpenDesk) -> int:
    """Read commands until the end and run each; return the status of the last one off a terminal, else 0."""
    prompt = _Commands(await open_desk(), open_desk)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return await prompt.serve(PlainReader(sys.stdin.fileno(), is_whole=_is_whole))
    talk.note(sys.stderr, _WELCOME)
    await prompt.serve(prompt.terminal_reader(), is_coloured=wants_colour(sys.stdout))
    return 0


class _Commands:
    """Takes commands from a reader, one after the other, to a desk."""

    def __init__(self, desk: Desk, reopen: OpenDesk) -> None:
        self._desk = desk
        self._reopen = reopen

    async def serve(self, reader: Reader, *, is_coloured: bool = False) -> int:
        """Run every command; return the status of the last."""
        status = 0
        while (command := await reader.read()) is not None:
            if command.strip() in ("exit", "quit"):
                break
            if command.strip():
                await self._catch_up()
                shown = for_terminal(command) if is_coloured else command
                status = await _run(self._desk, shown, paint=painted if is_coloured else _plain)
        return status

    def terminal_reader(self) -> Reader:
        """Return a reader that completes words as the shell would find them."""
        from ptc_cli.repl.terminal import TerminalReader  # prompt_toolkit costs 0.1 s

        async def complete(text: str, _: str) -> Iterable[Candidate]:
            return words(text, await self._desk.complete_shell(text))

        history = self._desk.state / "shell_history"
        return TerminalReader(prompt="$ ", complete=complete, is_whole=_is_whole, history=history)

    async def _catch_up(self) -> None:
        try:
            await self._desk.catch_up()
        except DeskLostError as error:
            talk.warning(sys.stderr, f"{error.message}; the shell begins anew in its first folder")
            self._desk = await self._reopen()


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


async def _run(desk: Desk, command: str, *, paint: Callable[[str, str], str] = _plain) -> int:
    try:
        done = await desk.shell(command)
    except PtcError as error:
        talk.error(sys.stderr, error.message, error.hint)
        return error.exit_code
    write_output(sys.stdout, paint(command, done.stdout))
    write_output(sys.stderr, done.stderr)
    return done.exit_code


def words(text: str, whole: Iterable[str]) -> Iterator[Candidate]:
    """Give whole words as what completes the end of a text."""
    for word in whole:
        typed = next(length for length in range(len(word), -1, -1) if text.endswith(word[:length]))
        if typed < len(word):
            yield Candidate(text=word, typed=typed)


def _is_whole(command: str) -> bool:
    """Say whether a command is complete as far as its quotes and line ends tell."""
    return command.count("'") % 2 == 0 and command.count('"') % 2 == 0 and not command.endswith("\\")
