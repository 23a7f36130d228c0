"""Learned result types: a program is warned of what they show, and stopped only by what is declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptc_cli.check.checker import Checker
from ptc_cli.core.catalog import ServerEntry, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program
from ptc_cli.core.session import Entry, History
from ptc_cli.core.stub import ResultSource
from tests.unit.check.conftest import Check
from tests.unit.check.views import CRM, server, view_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEAD = "from typing import Any, TypedDict\n"
PLAIN = f"{HEAD}def orders() -> Any: ...\ndef count() -> int: ...\n"
LEARNED = (
    f"{HEAD}class Order(TypedDict):\n    id: int\n    amount: float\n"
    "def orders() -> list[Order]: ...\ndef count() -> int: ...\n"
)


def shop(learned: str | None = LEARNED, *, calls: int = 12, name: str = "shop") -> ServerEntry:
    """Return a server that declares nothing of its orders, and what was learned of them."""
    entry = server(name, PLAIN)
    orders, count = entry.stub.tools
    source: ResultSource = "none" if learned is None else "learned"
    tools = (replace(orders, result_source=source, learned_from=calls), count)
    return replace(entry, stub=replace(entry.stub, learned_source=learned, tools=tools))


VIEW = view_of(shop(), server("crm", CRM))


async def said(check: Check, source: str, view: View = VIEW) -> list[tuple[int, str, str, str | None]]:
    report = await check(source, view)
    return [(each.line, each.severity, each.message, each.hint) for each in report.diagnostics]


async def test_a_misspelt_field_is_a_warning_that_names_the_right_one(check: Check) -> None:
    assert await said(check, "for o in shop.orders():\n    print(o['amout'])") == [
        (2, "warning", '"Order" has no key "amout" (learned from 12 results)', "Did you mean 'amount'?")
    ]


async def test_one_result_is_called_one(check: Check) -> None:
    found = await said(check, "shop.orders()[0].id", view_of(shop(calls=1)))

    assert found == [
        (1, "warning", '"Order" has no attribute "id" (learned from 1 result)', "Results are dicts: write ['id']")
    ]


async def test_a_right_program_is_told_nothing(check: Check) -> None:
    assert await said(check, "sum(o['amount'] for o in shop.orders())") == []


async def test_under_strict_a_learned_type_is_taken_at_its_word(check: Check) -> None:
    assert not (await check("shop.orders()[0]['amout']", VIEW, strict=True)).passed


async def test_declared_types_stop_a_program_that_learned_ones_only_warn(check: Check) -> None:
    report = await check("shop.orders()['x']\nshop.count()['x']\ncrm.get_contact('x')", VIEW)

    assert [(each.line, each.severity) for each in report.diagnostics] == [
        (1, "warning"),
        (2, "error"),
        (3, "error"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from tools import shop\nshop.orders()[0]['amout']",
        "from tools.shop import orders\norders()[0]['amout']",
        "from tools.shop import orders as o\no()[0]['amout']",
        "from tools.shop import *\norders()[0]['amout']",
        "import tools\ntools.shop.orders()[0]['amout']",
        "import tools.shop\ntools.shop.orders()[0]['amout']",
        "import tools.shop as s\ns.orders()[0]['amout']",
        "from tools import crm, shop\ncrm.get_contact(shop.orders()[0]['amout'])",
        "def total(rows):\n    return sum(r['amout'] for r in rows)\ntotal(shop.orders())",
        "import asyncio\n(await shop.orders())[0]['amout']",
    ],
)
async def test_learned_types_reach_a_program_by_every_way(check: Check, source: str) -> None:
    report = await check(source, VIEW)

    assert report.passed
    assert ["amout" in each.message for each in report.warnings] == [True], report.diagnostics


PAGED = (
    f"{HEAD}class Page(TypedDict):\n    cursor: str | None\n    more: bool\n"
    "def orders() -> Page: ...\ndef count() -> int: ...\n"
)


@pytest.mark.parametrize(
    "source",
    [
        "page = shop.orders()\nif page['more']:\n    crm.list_contacts(cursor=page['cursor'])",
        "page = shop.orders()\ncrm.find(page['cursor'])",
        "sum(len(crm.list_contacts(cursor=shop.orders()['cursor'])) for _ in range(3))",
    ],
)
async def test_a_learned_none_is_no_reason_to_doubt_an_argument(check: Check, source: str) -> None:
    assert await said(check, source, view_of(shop(PAGED), server("crm", CRM))) == []


@pytest.mark.parametrize("source", ["shop.orders()['cursor'].upper()", "crm.get_contact(shop.orders()['cursor'])"])
async def test_a_learned_none_is_said_where_it_or_what_else_there_is_cannot_be_used(check: Check, source: str) -> None:
    found = await said(check, source, view_of(shop(PAGED), server("crm", CRM)))

    assert [(severity, "None" in message) for _, severity, message, _ in found] == [("warning", True)]


async def test_a_tool_that_fails_is_no_worse_for_being_learned(check: Check) -> None:
    found = await said(check, "shop.ordrs()\nimport tools\ntools.shop.ordrs()\nshop.orders()")

    assert {severity for _, severity, _, _ in found} == {"error"}
    assert not [message for _, _, message, _ in found if "~" in message or "learned" in message]


async def test_no_program_reaches_the_second_package(check: Check) -> None:
    assert (await check("import learn.shop", VIEW)).diagnostics != ()
    assert [each.code for each in (await check("import tools~.shop", VIEW)).errors] == ["syntax"]


async def test_what_is_learned_anew_costs_no_process(checker: Checker, check: Check) -> None:
    misspelt = "shop.orders()[0]['amount']"
    await check(misspelt, VIEW)
    pids = checker.pids

    renamed = view_of(shop(LEARNED.replace("amount", "total")), server("crm", CRM))
    assert [each.hint for each in (await check(misspelt, renamed)).warnings] == ["Keys: id, total."]
    forgotten = view_of(shop(None), server("crm", CRM))
    assert (await check(misspelt, forgotten)).warnings == ()
    assert (await check(misspelt, VIEW)).warnings == ()
    assert set(checker.pids) == set(pids)


async def test_a_learned_stub_that_is_no_python_teaches_nothing(check: Check) -> None:
    broken = view_of(shop("def (:"), server("crm", CRM))

    assert await said(check, "shop.orders()[0]['amout']", broken) == []
    assert not (await check("shop.count('x')", broken)).passed


async def in_session(checker: Checker, *sources: str, view: View = VIEW) -> CheckReport:
    """Return what is said of the last program of a session."""
    *before, last = sources
    entries = tuple(Entry(program=Program.of(source), ended_well=True) for source in before)
    return await checker.check(Program.of(last), view, history=History(session=repr(sources), entries=entries))


@pytest.mark.parametrize(
    "sources",
    [
        ["rows = shop.orders()", "rows[0]['amout']"],
        ["rows = shop.orders()", "first = rows[0]", "first['amout']"],
        ["from tools import shop as s", "s.orders()[0]['amout']"],
        ["import tools as t", "rows = t.shop.orders()", "rows[0]['amout']"],
        ["def load():\n    return shop.orders()[0]", "load()['amout']"],
        ["rows = []\nfor o in shop.orders():\n    rows.append(o)", "rows[0]['amout']"],
        ["rows = shop.orders()", "def first(r):\n    return r[0]['amout']\nfirst(rows)"],
    ],
)
async def test_learned_types_outlast_the_program_that_asked(checker: Checker, sources: list[str]) -> None:
    report = await in_session(checker, *sources)

    assert report.passed
    assert [each.hint for each in report.warnings] == ["Did you mean 'amount'?"]
    assert "ptc_" not in str(report)


async def test_a_class_of_a_session_is_one_class_with_learned_types_as_well(checker: Checker) -> None:
    made = "class Box:\n    rows = shop.orders()\nbox = Box()"
    report = await in_session(
        checker, made, "def take(b: Box) -> None: ...", "take(box); take(Box()); box.rows[0]['id']"
    )

    assert report.diagnostics == ()


async def test_what_is_learned_anew_reaches_a_session(checker: Checker) -> None:
    sources = ("rows = shop.orders()", "rows[0]['amount']")

    assert (await in_session(checker, *sources)).warnings == ()
    renamed = view_of(shop(LEARNED.replace("amount", "total")), server("crm", CRM))
    assert [each.hint for each in (await in_session(checker, *sources, view=renamed)).warnings] == ["Keys: id, total."]
    forgotten = view_of(shop(None), server("crm", CRM))
    assert (await in_session(checker, *sources, view=forgotten)).warnings == ()
    assert (await in_session(checker, *sources)).warnings == ()
