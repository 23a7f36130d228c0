"""The commands of the prompt, each after a `%`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from ptc_cli.console import diagnostics, talk
from ptc_cli.console.pager import paged
from ptc_cli.console.tables import listing, table
from ptc_cli.console.terminal import write_lines
from ptc_cli.core.catalog import Tool
from ptc_cli.core.described import flags
from ptc_cli.core.errors import PtcError
from ptc_cli.core.exits import USAGE_EXIT_CODE
from ptc_cli.core.program import PROGRAM_BYTES, Program
from ptc_cli.core.result import EXIT_CODES
from ptc_cli.core.suggest import did_you_mean
from ptc_cli.repl.session import PromptSession, Ran

_FOUND = 10


class MagicError(PtcError):
    """A command of the prompt that cannot be done as it was typed."""

    exit_code = USAGE_EXIT_CODE


class Magics:
    """The commands over one session."""

    def __init__(
        self, session: PromptSession, *, show: Callable[[Ran], Awaitable[int]], propose: Callable[[str], None]
    ) -> None:
        """Make them; `show` writes how an entry ended, `propose` makes a text the next entry."""
        self._session = session
        self._show = show
        self._propose = propose

    async def run(self, command: str) -> int:
        """Do what was typed after the `%`.

        Raises:
            MagicError: There is no such command, or it wants something else.
        """
        name, _, argument = command.partition(" ")
        if name not in _KNOWN:
            hint = did_you_mean(name, _KNOWN) or f"Commands: {', '.join(f'%{each}' for each in _KNOWN)}."
            raise MagicError(f"no command '%{name}'", hint=hint)
        return await _KNOWN[name](self, argument.strip())

    async def tools(self, server: str) -> int:
        """List the tools of all servers, or of one: %tools [SERVER]."""
        view = self._session.view
        await _list([*view] if not server else [*view.server(server).tools])
        return 0

    async def search(self, query: str) -> int:
        """Find tools by what they do: %search close a ticket."""
        _wanted(query, "%search close a ticket")
        found = await self._session.desk.search(query, limit=_FOUND)
        await _list([*found])
        if not found:
            talk.note(sys.stderr, f"no tool found for '{query}'")
        return 0

    async def servers(self, _: str) -> int:
        """List the servers."""
        view = self._session.view
        rows = [
            (entry.name, entry.listing.status, f"{len(entry.tools)} tools", (entry.listing.reason or "").split("\n")[0])
            for entry in view.servers
        ]
        async with paged(sys.stdout) as stream:
            table(stream, ("server", "status", "tools", "why"), rows)
        return 0

    async def check(self, text: str) -> int:
        """Check an entry without running it: %check tickets.get_ticket(id=1)."""
        _wanted(text, "%check len(tickets.list_tickets())")
        report = await self._session.check(text)
        diagnostics.report(sys.stdout, report, Program.of(text, name="<entry>"))
        talk.note(sys.stderr, "it may run" if report.passed else "it would not run")
        return 0 if report.passed else EXIT_CODES["rejected"]

    async def time(self, text: str) -> int:
        """Run an entry, and say where the time went: %time tickets.list_tickets()."""
        _wanted(text, "%time tickets.list_tickets()")
        done = await self._session.run(text)
        code = await self._show(done)
        called = sum(call.seconds for call in done.result.calls)
        parts = {"in all": done.wall_seconds, "run": done.result.seconds, "tool calls, one by one": called}
        talk.note(sys.stderr, " · ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in parts.items()))
        return code

    async def calls(self, _: str) -> int:
        """List the tool calls of this session, which entries find as _calls."""
        rows = [
            (f"{call.server}.{call.tool}", f"{call.seconds:.3f}", "ok" if call.ok else "failed", f"{call.bytes:,}")
            for call in self._session.calls
        ]
        async with paged(sys.stdout) as stream:
            table(stream, ("tool", "seconds", "answer", "bytes"), rows)
        if not rows:
            talk.note(sys.stderr, "nothing was called yet")
        return 0

    async def save(self, argument: str) -> int:
        """Save the entries that ended well as a program for ptc run: %save [-f] FILE."""
        name = argument.removeprefix("-f ").strip()
        _wanted(name, "%save triage.py")
        program = self._session.program()
        if not program:
            raise MagicError("%save: no entry has ended well yet")
        _write(Path(name), program, is_forced=name != argument)
        report = await self._session.desk.check(Program.of(program, name=name), session=None)
        talk.note(sys.stderr, f"saved; run it with: ptc run {name}")
        if not report.passed:
            talk.warning(sys.stderr, "as one program it does not pass the check", f"See why with: ptc check {name}")
        return 0

    async def load(self, name: str) -> int:
        """Make the program in a file the next entry: %load FILE."""
        _wanted(name, "%load triage.py")
        self._propose(_read(Path(name)))
        return 0

    async def reset(self, _: str) -> int:
        """Forget all variables, and begin anew."""
        await self._session.reset()
        return 0

    async def help(self, _: str) -> int:
        """List these commands."""
        width = max(len(name) for name in _KNOWN)
        more = {"NAME?": "Explain a server, a tool or a variable; NAME?? shows the stub.", "!ls": "Use the shell."}
        told = {f"%{name}": said for name, said in summaries().items()} | more
        write_lines(sys.stdout, *(f"{name.ljust(width + 1)}  {said}" for name, said in told.items()))
        return 0


_KNOWN: Mapping[str, Callable[[Magics, str], Awaitable[int]]] = {
    "tools": Magics.tools,
    "search": Magics.search,
    "servers": Magics.servers,
    "check": Magics.check,
    "time": Magics.time,
    "calls": Magics.calls,
    "save": Magics.save,
    "load": Magics.load,
    "reset": Magics.reset,
    "help": Magics.help,
}
"""By name: each takes what follows it, and returns an exit code."""


def summaries() -> Mapping[str, str]:
    """Return the commands, each with what it does."""
    return {name: inspect.getdoc(magic) or "" for name, magic in _KNOWN.items()}


async def _list(tools: list[Tool]) -> None:
    rows = [
        (f"{tool.module}.{tool.stub.signature}", ", ".join(flags(tool)) or "-", tool.stub.summary or "-")
        for tool in tools
    ]
    async with paged(sys.stdout) as stream:
        listing(stream, ("tool", "flags", "summary"), rows)


def _wanted(argument: str, example: str) -> None:
    if not argument:
        raise MagicError(f"{example.partition(' ')[0]}: nothing was given", hint=f"Write it like: {example}")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(PROGRAM_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise MagicError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MagicError(f"{path}: not UTF-8 text", hint="Save it as UTF-8.") from error


def _write(path: Path, text: str, *, is_forced: bool) -> None:
    try:
        with path.open("w" if is_forced else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise MagicError(f"{path}: is there already", hint=f"Overwrite it with: %save -f {path}") from error
    except OSError as error:
        raise MagicError(f"{path}: {error.strerror}") from error
