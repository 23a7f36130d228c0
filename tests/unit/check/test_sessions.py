"""Programs that share their names: each is checked with what the earlier ones left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, replace

import pytest

from ptc_cli.check.checker import MOST_ENTRIES, Checker
from ptc_cli.check.crew import MOST_IDLE_ENTRIES
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program
from ptc_cli.core.session import Entry, History
from ptc_cli.core.stub import Face
from tests.unit.check.conftest import Check
from tests.unit.check.views import CRM, CRM_VIEW, DATA, server, view_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One program of a session, and what is expected of it."""

    source: str
    place: tuple[int, str] | None
    """Line and code of an error; None for a right program."""

    is_apart: bool
    """Whether all programs in one would be judged otherwise, where a name gets another meaning."""


def sessions() -> dict[str, list[Step]]:
    """Return the sessions of the corpus by title."""
    parts = (DATA / "sessions.txt").read_text().split("### ")[1:]
    return {
        title: [_step(each) for each in rest.split("--- ")[1:]] for title, _, rest in (p.partition("\n") for p in parts)
    }


def _step(text: str) -> Step:
    head, _, source = text.partition("\n")
    verdict, *words = head.split()
    place = (int(words[0]), words[1]) if verdict == "wrong" else None
    return Step(source=source, place=place, is_apart="apart" in words)


SESSIONS = sessions()


class Talk:
    """A session in which what passes is kept."""

    def __init__(self, checker: Checker, name: str, *, face: Face | None = None) -> None:
        self._checker = checker
        self.history = History(session=name, face=face)

    async def check(self, source: str) -> CheckReport:
        return await self._checker.check(Program.of(source), CRM_VIEW, history=self.history)

    async def enter(self, source: str, *, ended_well: bool = True) -> CheckReport:
        report = await self.check(source)
        if report.passed:
            entry = Entry(program=Program.of(source), ended_well=ended_well)
            self.history = replace(self.history, entries=(*self.history.entries, entry))
        return report

    @property
    def text(self) -> str:
        return "".join(entry.program.source for entry in self.history.entries)


def places(report: CheckReport, *, after: int = 0) -> list[tuple[int, str | None]]:
    return [(error.line - after, error.code) for error in report.errors if error.line > after]


@pytest.mark.parametrize("title", SESSIONS)
async def test_an_entry_is_judged_as_if_all_were_one_program(checker: Checker, check: Check, title: str) -> None:
    talk = Talk(checker, title)
    for step in SESSIONS[title]:
        report = await talk.check(step.source)

        assert step.place in places(report) if step.place else report.errors == (), step.source
        if not step.is_apart:
            whole = await check(talk.text + step.source)
            assert places(report) == places(whole, after=talk.text.count("\n")), step.source
        await talk.enter(step.source)


async def test_a_rejected_entry_leaves_nothing(checker: Checker) -> None:
    talk = Talk(checker, "rejected")
    assert not (await talk.enter("left = 1\nleft.upper()")).passed

    assert [error.code for error in (await talk.enter("left + 1")).errors] == ["name-defined"]


async def test_sessions_that_take_turns_see_their_own_names_only(checker: Checker) -> None:
    one, two = Talk(checker, "one"), Talk(checker, "two")
    await one.enter("x = 1")
    await two.enter("x = 'a'\ny = 1")

    assert (await one.enter("x + 1")).passed
    assert not (await two.enter("x + 1")).passed
    assert not (await one.enter("print(y)")).passed
    assert (await two.enter("print(x.upper(), y)")).passed


async def test_a_session_of_the_same_name_that_begins_anew_holds_nothing_of_the_old(checker: Checker) -> None:
    await Talk(checker, "id 1").enter("x = 1")

    assert not (await Talk(checker, "id 2").enter("print(x)")).passed


async def test_entries_that_the_process_never_saw_are_replayed(checker: Checker) -> None:
    entries = tuple(Entry(program=Program.of(f"v{n} = {n}"), ended_well=True) for n in range(120))
    history = History(session="from elsewhere", entries=entries)

    report = await checker.check(Program.of("v0 + v119 + v60\nv7.upper()"), CRM_VIEW, history=history)

    assert places(report) == [(2, "attr-defined")]


async def test_an_earlier_state_of_a_session_can_still_be_asked(checker: Checker) -> None:
    talk = Talk(checker, "earlier")
    await talk.enter("x = 1")
    before = talk.history
    await talk.enter("x = 'a'\nnew = 1")
    await talk.enter("x.upper()")

    assert (await checker.check(Program.of("x + 1"), CRM_VIEW, history=before)).passed
    assert not (await checker.check(Program.of("new"), CRM_VIEW, history=before)).passed


async def test_names_of_an_entry_that_ended_early_are_doubtful(checker: Checker) -> None:
    talk = Talk(checker, "early")
    await talk.enter("sure = 1\nboth = 1\nother = 1")
    await talk.enter("both = 2\nother = 'a'\nlate = 3", ended_well=False)

    report = await talk.enter("print(sure, both)\nprint(other.x)\nprint(late)")

    assert report.passed
    assert [(each.line, each.message) for each in report.warnings] == [
        (2, "'other' may still be what entry 1 made it: entry 2 ended early"),
        (3, "'late' may not be there: entry 2 ended early"),
    ]
    assert {each.hint for each in report.warnings} == {
        "Give 'other' a value in this program before it is used.",
        "Give 'late' a value in this program before it is used.",
    }
    assert (await talk.enter("late = 4")).warnings == ()
    assert (await talk.enter("print(late)")).warnings == ()


async def test_an_entry_that_exits_leaves_its_names(checker: Checker) -> None:
    talk = Talk(checker, "exits")
    await talk.enter("import sys\nq = 1\nsys.exit(0)")

    report = await talk.enter("q.upper()")

    assert places(report) == [(1, "attr-defined")]


async def test_a_name_bound_on_some_paths_is_a_warning_at_its_first_use(checker: Checker) -> None:
    talk = Talk(checker, "paths")
    await talk.enter("if crm.find('x'):\n    y = 1")

    report = await talk.enter("z = 1\nprint('é', y, y)")

    assert [(each.line, each.column, each.message) for each in report.diagnostics] == [
        (2, 12, "'y' may not be there: entry 1 binds it on some paths only")
    ]


async def test_a_sync_session_takes_no_async_program(checker: Checker) -> None:
    talk = Talk(checker, "sync", face="sync")

    report = await talk.check("x = 1\ny = await crm.get_contact(1)")

    assert [(e.line, e.column, e.message) for e in report.errors] == [
        (2, 5, "this session is sync, and this makes the program async")
    ]
    assert report.errors[0].hint == (
        "Leave out `await`, `async` and asyncio, and call tools plainly; or begin another session."
    )


async def test_an_async_session_takes_a_plain_program_unless_it_calls_tools(checker: Checker) -> None:
    talk = Talk(checker, "async", face="async")

    assert (await talk.enter("x = 1")).passed
    assert (await talk.check("x + 1")).face == "async"
    report = await talk.check("print(crm.get_contact(x))")
    assert [(e.message, e.hint) for e in report.errors] == [
        (
            "this session is async, and crm.get_contact is not awaited",
            "Write: await crm.get_contact(...). Tools are awaited because an earlier program made the session async.",
        )
    ]


async def test_a_coroutine_of_an_async_session_that_is_not_awaited_says_why(checker: Checker) -> None:
    talk = Talk(checker, "coroutine", face="async")
    await talk.enter("async def f() -> int:\n    return 1")

    report = await talk.check("f() + 1")

    assert [e.hint for e in report.errors] == [
        "Put `await` before the call. Tools are awaited because an earlier program made the session async."
    ]


async def test_names_are_supplied_to_each_entry_that_uses_them(checker: Checker) -> None:
    talk = Talk(checker, "supplied")

    assert (await talk.enter("crm.get_contact(1)")).supplied == ("crm",)
    assert (await talk.enter("mcp__crm__get_contact(1)")).supplied == ("mcp__crm__get_contact",)
    assert (await talk.enter("crm.find('x')\nn = 1")).supplied == ("crm",)
    assert (await talk.enter("n + 1")).supplied == ()


async def test_a_misspelt_name_is_looked_for_in_the_session(checker: Checker) -> None:
    talk = Talk(checker, "misspelt")
    await talk.enter("contacts = crm.list_contacts()['items']")

    assert [e.hint for e in (await talk.check("len(contcats)")).errors] == ["Did you mean 'contacts'?"]


async def test_no_message_names_the_modules_of_entries(checker: Checker) -> None:
    talk = Talk(checker, "scrub")
    await talk.enter("class Box:\n    a = 1\nbox = Box()\ndef take(b: Box) -> None: ...\nx = y = 1")

    reports = [
        await talk.check("class Box:\n    b = 1\ntake(Box())"),
        await talk.check("from typing import reveal_type\nreveal_type(take)\nreveal_type(box)"),
        await talk.check("x = take(1)\nbox.zip = 2\ny.a\ny = 'a'"),
    ]

    said = " ".join(str(each) for report in reports for each in report.diagnostics)
    assert "ptc_" not in said
    assert "program." not in said.replace("this program", "")
    assert 'expected "Box of entry 1"' in said


async def test_no_program_can_import_an_entry(checker: Checker, check: Check) -> None:
    talk = Talk(checker, "secret")
    await talk.enter("password = 'swordfish'")
    await talk.enter("password.upper()")

    for source in ("import ptc_entry_1\nptc_entry_1.password", "from program import password"):
        assert (await talk.check(source)).diagnostics


async def test_a_changed_stub_is_seen_by_a_session(checker: Checker) -> None:
    talk = Talk(checker, "changing")
    await talk.enter("from tools import crm as c\nvalue = c.get_contact(1)")
    extra = server("crm", CRM + "def added() -> int: ...\n")

    async def check(source: str, *servers: object) -> CheckReport:
        view = view_of(*servers) if servers else CRM_VIEW  # type: ignore[arg-type]
        return await checker.check(Program.of(source), view, history=talk.history)

    assert not (await check("c.added()")).passed
    assert (await check("c.added() + value['id']", extra)).passed
    assert not (await check("c.added()")).passed


async def test_a_session_outlives_the_removal_of_a_server_it_used(checker: Checker) -> None:
    both = view_of(server("crm", CRM), server("extra", "def ping() -> str: ...\n"))
    entries = (Entry(program=Program.of("from tools import extra\npong = extra.ping()\nx = 1"), ended_well=True),)
    history = History(session="removal", entries=entries)

    assert (await checker.check(Program.of("pong.upper()"), both, history=history)).passed
    assert not (await checker.check(Program.of("x.upper()"), CRM_VIEW, history=history)).passed
    assert (await checker.check(Program.of("pong.upper()"), both, history=history)).passed
    assert not (await checker.check(Program.of("pong.uper()"), both, history=history)).passed


@pytest.mark.parametrize(
    ("entry", "source", "said"),
    [
        ("from tools import extra", "extra.ping(1)", "no server 'extra' any more"),
        ("from tools import extra as e", "def f():\n    return e.ping(1)", "no server 'extra' any more"),
        ("from tools.crm import added", "added('x')", "server 'crm': no tool 'added' any more"),
        ("from tools import extra", "extra = 1\nextra + 1", None),
        ("from tools.crm import get_contact as added", "added(1)", None),
    ],
)
async def test_what_an_entry_imported_and_is_gone_is_no_longer_there(
    checker: Checker, entry: str, source: str, said: str | None
) -> None:
    more = server("crm", CRM + "def added() -> int: ...\n")
    before = view_of(more, server("extra", "def ping() -> str: ...\n"))
    entries = (Entry(program=Program.of(entry), ended_well=True),)
    history = History(session=f"gone {entry} {source}", entries=entries)

    await checker.check(Program.of("1"), before, history=history)
    report = await checker.check(Program.of(source), CRM_VIEW, history=history)

    assert [error.message for error in report.errors] == ([] if said is None else [said])


async def test_a_session_that_is_too_long_is_refused(checker: Checker) -> None:
    entry = Entry(program=Program.of("x = 1"), ended_well=True)

    report = await checker.check(
        Program.of("x"), CRM_VIEW, history=History(session="long", entries=(entry,) * MOST_ENTRIES)
    )

    assert [(error.code, error.hint) for error in report.errors] == [("session-too-long", "Begin another session.")]


async def test_a_process_that_holds_many_entries_of_others_is_replaced(checker: Checker) -> None:
    entries = tuple(Entry(program=Program.of(f"v = {n}"), ended_well=True) for n in range(MOST_IDLE_ENTRIES))
    other = Talk(checker, "other")
    await other.enter("x = 1")
    await checker.check(Program.of("v"), CRM_VIEW, history=History(session="many", entries=entries))
    before = set(checker.pids)

    assert not (await other.check("x.upper()")).passed
    async with asyncio.timeout(60):
        while before <= set(checker.pids):
            await asyncio.sleep(0.02)

    assert not (await other.check("x.upper()")).passed


async def test_a_process_that_ends_forgets_no_session(checker: Checker) -> None:
    talk = Talk(checker, "killed")
    for n in range(3):
        await talk.enter(f"v{n} = {n}")
    for pid in checker.pids:
        os.kill(pid, signal.SIGKILL)

    assert places(await talk.check("v0 + v1 + v2.x")) == [(1, "attr-defined")]


async def test_a_helper_that_its_own_entry_never_calls_is_named_where_it_is_used(checker: Checker) -> None:
    talk = Talk(checker, "helper")
    await talk.enter("def name(c):\n    return c['nme']\ndef size(c):\n    return len(c)")

    report = await talk.check("size([])\nname(crm.get_contact(1))\nname(crm.get_contact(2))")

    assert [(each.line, each.message) for each in report.warnings] == [
        (2, "'name' is not checked inside: nothing in entry 1 says what it is given")
    ]
    assert (await talk.enter("def name(c):\n    return c['name']\nname(crm.get_contact(1))")).diagnostics == ()
    assert (await talk.check("name(crm.get_contact(2))")).diagnostics == ()
