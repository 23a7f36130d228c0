"""A prompt as it is typed at, through a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.errors import CheckerError
from ptc_cli.repl.colours import toolbar
from ptc_cli.repl.completion import Candidate, candidates
from ptc_cli.repl.entry import is_whole
from ptc_cli.repl.keys import indent
from ptc_cli.repl.live import LiveCheck, can_be_checked
from ptc_cli.repl.terminal import TerminalReader
from tests.unit.cli.views import view

VIEW = view()
WRONG = Diagnostic(
    line=1, column=1, end_line=1, end_column=5, severity="error", message="Wrong", code="x", hint="Mend it."
)


@contextmanager
def at_a_prompt(
    live: LiveCheck | None = None, history: Path | None = None
) -> Iterator[tuple[TerminalReader, PipeInput]]:
    async def complete(before: str, after: str) -> Iterable[Candidate]:
        return candidates(before, VIEW, after=after)

    with create_pipe_input() as keyboard:
        reader = TerminalReader(
            prompt="> ",
            complete=complete,
            is_whole=is_whole,
            history=history,
            live=live,
            screen=(keyboard, DummyOutput()),
        )
        yield reader, keyboard


async def entered(keys: str) -> str | None:
    with at_a_prompt() as (reader, keyboard):
        keyboard.send_text(keys)
        return await asyncio.wait_for(reader.read(), 20)


@pytest.mark.parametrize(
    ("keys", "entry"),
    [
        ("1 + 1\r", "1 + 1"),
        ("for i in x:\rif i:\ry\r\r", "for i in x:\n    if i:\n        y\n        "),
        ("def f(x):\rreturn x\rf(1)\r", "def f(x):\n    return x\nf(1)"),
        ("f(1,\r2)\r", "f(1,\n2)"),
        ("for i in x:\r\x7fy\r", "for i in x:\ny"),
        ("x = [\r\t1]\r", "x = [\n    1]"),
        ("typed\x031\r", "1"),
        ("await a.b()\r", "await a.b()"),
    ],
)
async def test_keys_become_an_entry(keys: str, entry: str) -> None:
    assert await entered(keys) == entry


async def test_tab_completes_what_is_typed_step_by_step() -> None:
    steps = {
        "tick\t": "tickets",
        ".ge\t": "tickets.get_ticket",
        "(\t": "tickets.get_ticket(id=",
        "1); tickets.list_tickets(stat\t": "tickets.get_ticket(id=1); tickets.list_tickets(status=",
        "'cl\t": "tickets.get_ticket(id=1); tickets.list_tickets(status='closed",
    }
    with at_a_prompt() as (reader, keyboard):
        typing = asyncio.create_task(reader.read())
        for keys, text in steps.items():
            keyboard.send_text(keys)
            await until(lambda text=text: reader.text == text)  # type: ignore[misc]  # a default binds it now
        keyboard.send_text("')\r")

        assert await asyncio.wait_for(typing, 20) == "tickets.get_ticket(id=1); tickets.list_tickets(status='closed')"


async def test_the_end_of_the_input_ends_the_session() -> None:
    assert await entered("\x04") is None


async def test_a_proposed_text_can_be_edited() -> None:
    with at_a_prompt() as (reader, keyboard):
        keyboard.send_text(" + 1\r")

        assert await asyncio.wait_for(reader.read("total"), 20) == "total + 1"


async def test_what_was_entered_before_is_suggested_also_in_another_session(tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    with at_a_prompt(history=history) as (reader, keyboard):
        keyboard.send_text("tickets.list_tickets()\r")
        await asyncio.wait_for(reader.read(), 20)
    with at_a_prompt(history=history) as (reader, keyboard):
        typing = asyncio.create_task(reader.read())
        keyboard.send_text("tick")
        await until(lambda: reader.suggested != "")

        assert reader.suggested == "ets.list_tickets()"
        keyboard.send_text("\x05\r")
        assert await asyncio.wait_for(typing, 20) == "tickets.list_tickets()"
    assert history.stat().st_mode & 0o077 == 0


async def test_an_entry_is_checked_once_typing_pauses() -> None:
    asked: list[str] = []

    async def check(text: str) -> CheckReport:
        asked.append(text)
        return CheckReport(face="sync", diagnostics=(WRONG,))

    live = LiveCheck(check, pause_seconds=0.05)
    with at_a_prompt(live) as (reader, keyboard):
        typing = asyncio.create_task(reader.read())
        keyboard.send_text("tickets")
        await until(lambda: live.state == "wrong")
        shown = "".join(text for _, text, *_ in toolbar(live))
        keyboard.send_text("\r")
        await asyncio.wait_for(typing, 20)

    assert asked[0] == "tickets"
    assert shown == "1:1 Wrong  Mend it."


async def test_what_was_said_of_a_text_that_is_gone_is_dropped() -> None:
    may_end = asyncio.Event()

    async def check(text: str) -> CheckReport:
        await may_end.wait()
        return CheckReport(face="sync", diagnostics=(WRONG,))

    live, known = LiveCheck(check, pause_seconds=0), asyncio.Event()
    live.see("old", known.set)
    await asyncio.sleep(0.01)
    live.see("f(", known.set)
    may_end.set()
    await asyncio.wait_for(known.wait(), 20)

    assert (live.state, live.remarks) == ("unknown", ())


async def test_a_checker_that_cannot_be_started_is_told_below() -> None:
    async def check(text: str) -> CheckReport:
        raise CheckerError("no mypy")

    live, known = LiveCheck(check, pause_seconds=0), asyncio.Event()
    live.see("1", known.set)
    await asyncio.wait_for(known.wait(), 20)

    assert "no mypy" in "".join(text for _, text, *_ in toolbar(live))


@pytest.mark.parametrize(
    ("text", "checked"),
    [("x", True), ("f(", False), ("for i in x:", False), ("for i in x:\n  y", True), ("1 +* 2", True), ("x?", False)],
)
def test_only_what_is_no_longer_being_written_is_checked(text: str, checked: bool) -> None:
    assert can_be_checked(text) is checked
    assert not can_be_checked("%tools")


@pytest.mark.parametrize(
    ("line", "following"),
    [("for x in y:", "    "), ("    a = 1", "    "), ("    return a", ""), ("        pass", "    "), ("  ", "  ")],
)
def test_a_line_is_indented_as_the_one_before_asks_for(line: str, following: str) -> None:
    assert indent(line) == following


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
