"""The front: faces, names that are supplied, severities, and which view's names anybody sees."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from ptc_cli.check.checker import Checker
from ptc_cli.core.catalog import Caller
from ptc_cli.core.program import PROGRAM_BYTES, Program
from tests.unit.check.conftest import Check
from tests.unit.check.views import CRM, CRM_VIEW, runtime_stub, server, view_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = server("vault", "def open_safe(code: int) -> str: ...\n")
FULL_VIEW = view_of(server("crm", CRM), SECRET, caller=Caller(door="cli"))
CUT_VIEW = view_of(server("crm", CRM), caller=Caller(door="http", servers=("crm",)))


@pytest.mark.parametrize(
    ("source", "face"),
    [
        ("crm.get_contact(1)['name']", "sync"),
        ("(await crm.get_contact(1))['name']", "async"),
        ("# await it\ncrm.get_contact(1)['name']", "sync"),
        ("print('async', crm.get_contact(1)['name'])", "sync"),
        ("import asyncio\nasyncio.run(asyncio.sleep(0))", "async"),
    ],
)
async def test_the_face_is_decided_by_syntax_and_said(check: Check, source: str, face: str) -> None:
    report = await check(source)

    assert (report.face, report.errors) == (face, ())


async def test_names_that_are_used_and_never_bound_are_supplied(check: Check) -> None:
    report = await check(
        "def f():\n    return crm.find('x')\nptc.progress(1)\ntools.crm.get_contact(1)\nmcp__crm__find('x')"
    )

    assert report.passed
    assert report.supplied == ("crm", "mcp__crm__find", "ptc", "tools")


@pytest.mark.parametrize(
    "source", ["crm = 3\nprint(crm + 1)", "import json as crm\ncrm.dumps({})", "def crm(): ...\ncrm()"]
)
async def test_a_name_that_the_program_binds_is_its_own(check: Check, source: str) -> None:
    report = await check(source)

    assert (report.passed, report.supplied) == (True, ())


async def test_a_server_named_like_a_standard_module_leaves_the_module_to_who_imports_it(check: Check) -> None:
    view = view_of(server("time", "def get_current_time(timezone: str) -> str: ...\n"))

    assert (await check("import time\ntime.sleep(time.time())", view)).passed
    assert (await check("time.get_current_time('UTC')", view)).passed
    assert not (await check("time.sleep(1)", view)).passed


async def test_every_mistake_is_found_at_the_first_look(check: Check) -> None:
    source = "class Fresh:\n    size = 1\nfresh = Fresh()\nfresh.sise\nif fresh:\n    y = 1\nprint(y)\n"

    first, second = await check(source), await check(f"{source}\n")

    assert [(error.line, error.code) for error in first.errors] == [(4, "attr-defined"), (7, "possibly-undefined")]
    assert second.errors == first.errors


async def test_under_strict_every_doubt_stops_a_program(check: Check) -> None:
    source = "import numpy\nfor s in ['lead']:\n    crm.list_contacts(status=s)"

    assert (await check(source)).passed
    assert len((await check(source)).warnings) == 2
    assert len((await check(source, strict=True)).errors) == 2


async def test_positions_count_characters_and_keep_the_authors_lines(check: Check) -> None:
    report = await check("s = '日本語🎉'; crm.get_contact('x')\r\n\r\ncrm.get_contact('y')")

    assert [(e.line, e.column, e.end_line, e.end_column) for e in report.errors] == [(1, 29, 1, 32), (3, 17, 3, 20)]


async def test_one_callers_tools_are_never_named_to_another(check: Check) -> None:
    prying = [
        "vault.open_safe(1)",
        "from tools import vault",
        "from tools.vault import open_safe",
        "import tools\ntools.vault.open_safe('x')",
        "from tools import valt",
        "open_saf(1)",
        "open_safe('x')",
        "mcp__vault__open_safe(1)",
    ]
    full, cut = FULL_VIEW, CUT_VIEW
    reports = await asyncio.gather(*(check(source, view) for source in prying for view in (full, cut)))

    for source, report in zip(prying, reports[1::2], strict=True):
        assert not report.passed
        said = " ".join(f"{each.message} {each.hint}" for each in report.diagnostics) + str(report.signatures)
        unsaid = {"open_safe", "vault", "code"} - set(source.replace(".", " ").replace("(", " ").split())
        assert not [word for word in unsaid if word in said.replace(source, "") and word not in source]
    assert reports[0].passed


async def test_a_changed_stub_is_seen_by_the_same_process(checker: Checker, check: Check) -> None:
    before, after = (
        view_of(server("crm", CRM + text), generation=n) for n, text in enumerate(["", "def added() -> int: ...\n"])
    )
    assert not (await check("crm.added()", before)).passed
    pids = checker.pids

    assert (await check("crm.added()", after)).passed
    assert not (await check("crm.added()", before)).passed
    assert set(checker.pids) == set(pids)


async def test_a_removed_server_is_gone_and_comes_back(check: Check) -> None:
    both = view_of(server("crm", CRM), server("extra", "def ping() -> str: ...\n"))

    assert (await check("from tools import extra\nextra.ping()", both)).passed
    assert not (await check("from tools import extra\nextra.ping()")).passed
    assert not (await check("from tools.extra import ping\nping()")).passed
    assert (await check("from tools import extra\nextra.ping()", both)).passed


async def test_a_process_that_was_killed_is_replaced(checker: Checker, check: Check) -> None:
    await check("x = 1")
    for pid in checker.pids:
        os.kill(pid, signal.SIGKILL)

    assert (await check("crm.get_contact(1)")).passed


async def test_a_caller_who_gives_up_leaves_the_answers_in_order(checker: Checker, check: Check) -> None:
    impatient = asyncio.ensure_future(checker.check(Program.of("crm.get_contact('x')"), CRM_VIEW))
    await asyncio.sleep(0)
    impatient.cancel()

    reports = await asyncio.gather(*(check(f"crm.get_contact({value})") for value in ("1", "'x'", "2")))

    assert [report.passed for report in reports] == [True, False, True]


async def test_a_program_that_is_too_long_is_refused(check: Check) -> None:
    report = await check("#" * (PROGRAM_BYTES + 1))

    assert [error.message for error in report.errors] == [
        "the program is too long: 1,048,577 bytes of at most 1,048,576"
    ]


async def test_the_self_test_passes(checker: Checker) -> None:
    result = await checker.self_test()

    assert (result.checker, result.failures) == ("warm", ())
    assert result.version.startswith("2.")


async def test_checks_of_more_views_than_there_are_processes_are_all_answered(cache: Path) -> None:
    checker = Checker(cache=cache, runtime_stub=runtime_stub)
    views = [
        view_of(server(f"s{n}", "def ping() -> str: ...\n"), caller=Caller(door="cli", tools=(f"s{n}.*",)))
        for n in range(7)
    ]

    reports = await asyncio.gather(*(checker.check(Program.of(f"s{n}.ping()"), view) for n, view in enumerate(views)))
    await checker.close()

    assert [report.diagnostics for report in reports] == [()] * 7


async def test_closing_ends_every_process(checker: Checker, check: Check) -> None:
    await asyncio.gather(check("x = 1"), check("import asyncio"))
    pids = checker.pids

    await checker.close()

    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
