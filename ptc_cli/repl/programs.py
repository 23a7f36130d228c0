"""`ptc repl`: each entry is a program, checked and run; together they are one session."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable

from ptc_cli.console import results, talk
from ptc_cli.console.ask import Asker
from ptc_cli.console.interrupts import on_interrupt
from ptc_cli.console.pager import paged
from ptc_cli.console.tables import table
from ptc_cli.console.terminal import is_terminal, write_foreign, write_output
from ptc_cli.console.values import as_table
from ptc_cli.core.catalog import View
from ptc_cli.core.errors import PtcError, ToolNotFoundError
from ptc_cli.core.result import EXIT_CODES
from ptc_cli.repl.completion import Candidate, candidates
from ptc_cli.repl.desk import OpenDesk
from ptc_cli.repl.entry import Question, is_program, is_whole, prompt_command, question, shell_command
from ptc_cli.repl.explain import explanation, reveal, revealed, source
from ptc_cli.repl.magics import Magics, summaries
from ptc_cli.repl.reader import PlainReader, Reader
from ptc_cli.repl.session import CALLS, PromptSession, Ran

_WELCOME = "Tab completes, NAME? explains, %help lists commands, Ctrl-C stops a program, Ctrl-D ends."
_ENDINGS = frozenset({"exit", "quit", "exit()", "quit()"})


async def prompt_programs(open_desk: OpenDesk, *, ask: Asker | None) -> int:
    """Read entries until the end and run each; return the exit code of the last one off a terminal, else 0."""
    desk = await open_desk()
    session = PromptSession(desk, await desk.catch_up(), ask=ask, reopen=open_desk)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return await Prompt(session, PlainReader(sys.stdin.fileno())).serve()
    talk.note(sys.stderr, f"{_servers(session.view)} {_WELCOME}")
    desk.warm_soon()
    await Prompt(session, _terminal_reader(session)).serve()
    return 0


class Prompt:
    """Take entries from a reader, one after the other."""

    def __init__(self, session: PromptSession, reader: Reader) -> None:
        self._session = session
        self._reader = reader
        self._proposed = ""
        self._magics = Magics(session, show=self._show, propose=self._propose)

    async def serve(self) -> int:
        """Answer every entry; return the exit code of the last."""
        code = 0
        while (entry := await self._reader.read(self._taken())) is not None:
            if entry.strip() in _ENDINGS:
                break
            await self._session.catch_up()
            if entry.strip():
                code = await self._answer(entry)
        return code

    def _propose(self, text: str) -> None:
        self._proposed = text

    def _taken(self) -> str:
        text, self._proposed = self._proposed, ""
        return text

    async def _answer(self, entry: str) -> int:
        """Do what an entry asks; what fails ends the entry, not the session."""
        try:
            if is_program(entry):
                return await self._show(await self._session.run(entry))
            return await _interruptible(self._do(entry))
        except PtcError as error:
            talk.error(sys.stderr, error.message, error.hint)
            return error.exit_code

    async def _do(self, entry: str) -> int:
        if (asked := question(entry)) is not None:
            return await self._explain(asked)
        if (command := shell_command(entry)) is not None:
            return await self._shell(command)
        return await self._magics.run(prompt_command(entry) or "help")

    async def _show(self, done: Ran) -> int:
        """Write how an entry ended: its value as a table where it is rows, in a pager where it is long."""
        result = done.result
        if result.status == "rejected":
            results.rejection(sys.stderr, result, done.program)
        async with paged(sys.stdout) as stream:
            rows = as_table(result.value) if result.value_kind == "json" and is_terminal(stream) else None
            if rows is None:
                results.value(stream, result)
            else:
                results.end_line(stream, result)
                table(stream, *rows)
        results.failure(sys.stderr, result)
        results.artifacts(sys.stderr, result)
        results.summary(sys.stderr, result)
        return result.exit_code

    async def _shell(self, command: str) -> int:
        done = await self._session.desk.shell(command)
        async with paged(sys.stdout) as stream:
            write_output(stream, done.stdout)
        write_output(sys.stderr, done.stderr)
        return done.exit_code

    async def _explain(self, asked: Question) -> int:
        text = await self._variable(asked.name)
        if text is None:
            view = self._session.view
            text = source(asked.name, view) if asked.wants_source else explanation(asked.name, view)
        async with paged(sys.stdout) as stream:
            write_foreign(stream, text)
        return 0

    async def _variable(self, name: str) -> str | None:
        """Return what the checker knows of a variable that an entry bound; None where none has."""
        root = name.partition(".")[0]
        if root not in self._session.variables.names and root not in (CALLS, "_"):
            return None
        if not all(part.isidentifier() for part in name.split(".")):
            raise ToolNotFoundError(f"'{name}' is no name")
        return revealed(name, await self._session.check(reveal(name)), self._session.view)


async def _interruptible(work: Coroutine[object, object, int]) -> int:
    """Do some work that Ctrl-C ends, and nothing else."""
    task = asyncio.ensure_future(work)
    try:
        with on_interrupt(task.cancel):
            return await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
        return EXIT_CODES["cancelled"]


def _terminal_reader(session: PromptSession) -> Reader:
    from ptc_cli.repl.live import LiveCheck
    from ptc_cli.repl.terminal import TerminalReader  # prompt_toolkit costs 0.1 s

    return TerminalReader(
        prompt="ptc> ",
        complete=completer(session),
        is_whole=is_whole,
        history=session.desk.state / "repl_history",
        live=LiveCheck(session.check),
    )


def completer(session: PromptSession) -> Callable[[str, str], Awaitable[Iterable[Candidate]]]:
    """Return what completes entries of a session."""

    async def complete(before: str, after: str) -> Iterable[Candidate]:
        if not before.startswith("%"):
            return candidates(before, session.view, after=after, held=session.variables)
        name, space, argument = before.partition(" ")
        if space:
            return candidates(argument, session.view, after=after, held=session.variables)
        return [
            Candidate(text=f"%{each}", typed=len(name), note=said)
            for each, said in summaries().items()
            if f"%{each}".startswith(name)
        ]

    return complete


def _servers(view: View) -> str:
    names = [entry.stub.module for entry in view.servers if entry.tools]
    return f"Servers: {', '.join(names)}." if names else "No server has tools; add one with: ptc servers add."
