"""`ptc repl`: each entry is a program, checked and run; together they are one session."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.console import results, talk
from ptc_cli.console.ask import Asker, answers_of
from ptc_cli.console.live import Streams, follow
from ptc_cli.console.reloading import reload
from ptc_cli.console.terminal import is_terminal, write_foreign
from ptc_cli.core.catalog import Caller, View
from ptc_cli.core.errors import PtcError, ToolNotFoundError
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.repl.completion import candidates
from ptc_cli.repl.entry import is_whole, question
from ptc_cli.repl.reader import PlainReader, Reader

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

_SESSION = "repl"
_WELCOME = "Entries share their variables; %reset forgets them. NAME? explains, Ctrl-C stops a program, Ctrl-D ends."
_ENDINGS = frozenset({"exit", "quit", "exit()", "quit()"})


async def prompt_programs(engine: Engine, *, ask: Asker | None) -> int:
    """Read entries until the end and run each; return the exit code of the last one off a terminal, else 0."""
    caller = Caller(door="repl")
    view = await engine.describe(caller)
    on_terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    if on_terminal:
        talk.note(sys.stderr, f"{_servers(view)} {_WELCOME}")
    reader = _terminal_reader(engine, view) if on_terminal else PlainReader(sys.stdin.fileno())
    code = await Prompt(engine, caller, reader, ask=ask).serve()
    return 0 if on_terminal else code


class Prompt:
    """Take entries from a reader, one after the other."""

    def __init__(self, engine: Engine, caller: Caller, reader: Reader, *, ask: Asker | None) -> None:
        self._engine = engine
        self._caller = caller
        self._reader = reader
        self._ask = ask
        self._entries = 0

    async def serve(self) -> int:
        """Answer every entry; return the exit code of the last."""
        code = 0
        while (entry := await self._reader.read()) is not None:
            if entry.strip() in _ENDINGS:
                break
            reload(self._engine)
            if entry.strip():
                code = await self._answer(entry)
        return code

    async def _answer(self, entry: str) -> int:
        """Do what an entry asks; what fails ends the entry, not the session."""
        try:
            if entry.strip() == "%reset":
                return await self._reset()
            name = question(entry)
            if name is not None:
                return await self._explain(name)
            self._entries += 1
            return await self._run(Program.of(entry, name=f"<entry {self._entries}>"))
        except PtcError as error:
            talk.error(sys.stderr, error.message, error.hint)
            return error.exit_code

    async def _run(self, program: Program) -> int:
        execution = replace(Execution.of(program, caller=self._caller), session=_SESSION)
        run = await self._engine.start(execution, can_ask=self._ask is not None, answers=answers_of(self._ask))
        result = await follow(run, streams=Streams(out=sys.stdout, err=sys.stderr), ask=self._ask, door="repl")
        results.ending(result, program, out=sys.stdout, err=sys.stderr)
        return result.exit_code

    async def _reset(self) -> int:
        await self._engine.end_session(self._caller, _SESSION)
        self._entries = 0
        return 0

    async def _explain(self, name: str) -> int:
        view = await self._engine.describe(self._caller)
        write_foreign(sys.stdout, explanation(name, view))
        return 0


def explanation(name: str, view: View) -> str:
    """Return what there is to know about a server or a tool.

    Raises:
        ToolNotFoundError: The view has neither by that name.
    """
    from ptc_cli.codegen import documentation

    path = name.removeprefix("tools.")
    if "." in path:
        tool = view.find(path)
        return documentation(tool, view.server(tool.spec.server))
    entry = view.module(path)
    if entry is None:
        view.server(path)
        raise ToolNotFoundError(f"no server '{path}'")
    lines = [f"{entry.stub.module}.{tool.stub.signature}\n    {tool.stub.summary}" for tool in entry.tools]
    return "\n".join([entry.listing.instructions.strip(), *lines]).strip() or f"server '{entry.name}' has no tools"


def _terminal_reader(engine: Engine, view: View) -> Reader:
    from ptc_cli.repl.terminal import TerminalReader  # prompt_toolkit costs 0.1 s

    return TerminalReader(
        prompt="ptc> ",
        complete=lambda text: candidates(text, view),
        is_whole=is_whole,
        history=Path(engine.folders.state) / "repl_history",
    )


def _servers(view: View) -> str:
    names = [entry.stub.module for entry in view.servers if entry.tools]
    return f"Servers: {', '.join(names)}." if names else "No server has tools; add one with: ptc servers add."
