"""The walk through the product that `ptc demo` takes; each step shows what really happened, and says if it did not."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ptc_cli.cli import tool_views, whereabouts
from ptc_cli.console import results, talk
from ptc_cli.console.live import Streams, follow
from ptc_cli.console.tables import facts
from ptc_cli.console.terminal import styled, write, write_foreign, write_lines
from ptc_cli.core import described
from ptc_cli.core.catalog import Caller, View
from ptc_cli.core.event import CallStarted
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

WRONG = Program.of(
    """\
for ticket in tickets.list_tickets(status="opened"):
    if ticket["age"] > 14:
        tickets.add_comment(ticket["id"], text=ticket["age"])
""",
    name="wrong.py",
)

RIGHT = Program.of(
    """\
stale = [t for t in tickets.list_tickets(status="open") if t["days_open"] > 14 and "bug" in t["labels"]]
for ticket in stale:
    reporter = team.find_person(ticket["reporter"])
    tickets.add_comment(ticket["id"], f"{reporter['full_name']}, does this still happen?")
    print(f"asked {reporter['full_name']} about {ticket['id']}")
team.post_message("#bugs", f"{len(stale)} open bugs are older than two weeks")
{t["id"]: t["title"] for t in stale}
""",
    name="right.py",
)

_EXPECTED = {"T-102": "Export to CSV drops the last row", "T-110": "Attachments over 10 MB fail silently"}
_SHOWN_TOOL = "tickets.list_tickets"


class Tour:
    """Walk through the product on the demo servers."""

    def __init__(self, engine: Engine, out: TextIO) -> None:
        self._engine = engine
        self._out = out
        self._caller = Caller(door="cli")
        self._steps = 0
        self._has_held = True

    async def walk(self) -> bool:
        """Take every step; say whether all that should happen did."""
        view = await self._list_tools()
        if self._has_held:
            self._show_stub(view)
            await self._reject()
            await self._run()
            await self._say_what_holds()
        if self._has_held:
            self._say_what_next()
        return self._has_held

    async def _list_tools(self) -> View:
        self._step("The tools of two MCP servers, each listed once and then kept", "ptc tools list")
        view = await self._engine.describe(self._caller)
        tool_views.write_tools(self._out, list(view))
        tool_views.write_problems(sys.stderr, view.servers)
        is_whole = [entry.listing.status for entry in view.servers] == ["ok", "ok"]
        self._expect(is_whole, "both demo servers should have listed their tools")
        return view

    def _show_stub(self, view: View) -> None:
        self._step("One of them as Python: what programs are checked against", f"ptc tools show {_SHOWN_TOOL} --stub")
        write_foreign(self._out, described.stub_text(view, view.find(_SHOWN_TOOL)))

    async def _reject(self) -> None:
        self._step("A wrong program is rejected before any call", f"ptc run {WRONG.name}")
        self._show_program(WRONG)
        result, calls = await self._result(WRONG)
        results.rejection(self._out, result, WRONG)
        self._sum_up(result)
        self._expect(result.status == "rejected", "the wrong program should have been rejected")
        self._expect(calls == 0, "the wrong program should have called nothing")
        self._expect(any(remark.hint for remark in result.diagnostics), "a diagnostic should have had a hint")

    async def _run(self) -> None:
        self._step("The right program runs in the sandbox; only its result comes back", f"ptc run {RIGHT.name}")
        self._show_program(RIGHT)
        result, calls = await self._result(RIGHT)
        results.value(self._out, result)
        results.failure(self._out, result)
        self._sum_up(result)
        self._expect(result.status == "ok" and result.value == _EXPECTED, f"the value should have been {_EXPECTED}")
        self._expect(calls == len(result.calls) == 6, "the right program should have made six calls")

    async def _result(self, program: Program) -> tuple[Result, int]:
        """Return how a program ended, and how many calls it began."""
        run = await self._engine.start(Execution.of(program, caller=self._caller))
        result = await follow(run, streams=Streams(out=self._out, err=sys.stderr), ask=None, door="cli")
        calls = [event async for event in run.events() if isinstance(event.what, CallStarted)]
        return result, len(calls)

    async def _say_what_holds(self) -> None:
        self._step("What held the program", "ptc doctor")
        layers = await self._engine.layers()
        facts(
            self._out,
            [("backend", layers.backend), ("holding", ", ".join(layers.holding))]
            + [("missing", f"{', '.join(names)}: {why}. {advice}") for (why, advice), names in layers.gaps.items()],
        )
        self._expect(bool(layers.holding), "something should have held the program")

    def _say_what_next(self) -> None:
        self._steps = 0
        ours = whereabouts.command()
        talk.heading(self._out, "\nNow your own servers")
        facts(
            self._out,
            [
                *_on_path(ours),
                ("ptc init", "write a first ptc.toml, from what other MCP clients have here"),
                ("ptc servers add time -- uvx mcp-server-time", "add a server"),
                ("ptc doctor", "see whether all of it works"),
                ("ptc mcp start", "serve them all to an agent, such as Claude Code:"),
            ],
        )
        write_lines(self._out, shlex.join(["claude", "mcp", "add", "ptc", "--", *ours, "mcp", "start"]))

    def _step(self, title: str, command: str) -> None:
        self._steps += 1
        talk.heading(self._out, f"{'' if self._steps == 1 else chr(10)}{self._steps}. {title}")
        talk.note(self._out, f"   $ {command}")
        write(self._out, "\n")

    def _show_program(self, program: Program) -> None:
        for number, line in enumerate(program.source.splitlines(), 1):
            write_lines(self._out, f"{styled(f'{number:3} │', 'dim', self._out)} {line}")
        write(self._out, "\n")

    def _sum_up(self, result: Result) -> None:
        write(self._out, "\n")
        results.summary(self._out, result)

    def _expect(self, held: bool, otherwise: str) -> None:
        if not held:
            self._has_held = False
            talk.error(sys.stderr, f"the demo failed: {otherwise}", "Find out why with: ptc doctor")


def _on_path(command: list[str]) -> list[tuple[str, str]]:
    """Return how to have `ptc` found by its name, where it is not."""
    if command == ["ptc"]:
        return []
    folder = Path(command[0]).parent
    return [(f'export PATH={shlex.quote(str(folder))}:"$PATH"', "ptc is in there, and not found without")]
