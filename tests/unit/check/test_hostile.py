"""Programs that are meant to break the checker, or to get past it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.check.checker import Checker
from ptc_cli.check.inside.desk import Desk
from ptc_cli.check.wire import Boot
from ptc_cli.check.wire import Check as CheckRequest
from ptc_cli.core.program import Program
from tests.unit.check.conftest import Check
from tests.unit.check.conftest import written as written_caches
from tests.unit.check.views import CRM, CRM_VIEW, runtime_stub, server, view_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "crm.get_contact('x')"


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\0\n",
        "x = '\ud800'",
        "\ud800",
        "\ufeffx = 1",
        "x = " + "(" * 500 + "1" + ")" * 500,
        "x = " + "+".join(["1"] * 30_000),
        "x = " + "-" * 50_000 + "1",
        "x" + ".a" * 20_000,
        "lambda:" * 5_000 + "1",
        "f'" + "{" * 300,
        "x = 1 \\",
        "for " * 1_000,
        "\x00" * 1_000,
        "\x1b[31m\u202e",
        "if x:\n" * 200,
    ],
    ids=lambda source: repr(source[:20]),
)
async def test_what_cannot_be_read_is_a_remark(check: Check, source: str) -> None:
    report = await check(source)

    assert len(report.errors) >= 1
    assert all(error.line >= 1 and error.column >= 1 for error in report.errors)


async def test_a_syntax_error_is_shown_where_it_is(check: Check) -> None:
    report = await check("x = 1\néé = (\n")

    assert [(e.line, e.column, e.code, e.message) for e in report.errors] == [(2, 6, "syntax", "'(' was never closed")]


@pytest.mark.parametrize("source", ["", "\n\n", "# nothing\n", "pass", "\f\n", "'" + "a" * 500_000 + "'"])
async def test_an_odd_but_valid_program_passes(check: Check, source: str) -> None:
    assert (await check(source)).passed


@pytest.mark.parametrize(
    "source",
    [
        f"{WRONG}  # type: ignore",
        f"{WRONG}  # type: ignore[arg-type]",
        f"{WRONG}  #type:ignore",
        f"# type: ignore\n{WRONG}",
        f"# mypy: ignore-errors\n{WRONG}",
        f"# mypy: disable-error-code=arg-type\n{WRONG}",
        f"'''\n# mypy: ignore-errors\n'''\n{WRONG}",
        f"x = 1\r# mypy: ignore-errors\r{WRONG}",
        f"# -*- coding: utf-7 -*-\n{WRONG}",
        f"x = 1\f\n# mypy: ignore-errors\n{WRONG}",
    ],
)
async def test_no_comment_switches_the_check_off(check: Check, source: str) -> None:
    report = await check(source)

    assert "arg-type" in [error.code for error in report.errors]


@pytest.mark.parametrize(
    "source",
    [
        f"MYPY = False\nif not MYPY: {WRONG}",
        f"from typing import TYPE_CHECKING\nif not TYPE_CHECKING: {WRONG}",
        f"import typing\nif typing.TYPE_CHECKING: pass\nelse: {WRONG}",
        f"from typing import TYPE_CHECKING\nassert not TYPE_CHECKING\n{WRONG}",
        f"PY2 = True\nassert PY2\n{WRONG}",
        f"PY3 = False\nx = 0 if PY3 else {WRONG}",
        f"PY2 = True\nPY2 and {WRONG}",
        f'PY2 = True\nf"{{PY2 and {WRONG}}}"',
        f"PY2 = True\n[{WRONG} for _ in 'a' if PY2]",
        f"PY3 = ''\nmatch 1:\n    case _ if not PY3: {WRONG}",
        f"import sys\nassert sys.platform == 'nowhere'\n{WRONG}",
    ],
)
async def test_nothing_that_mypy_takes_for_true_hides_a_branch(check: Check, source: str) -> None:
    assert "arg-type" in [error.code for error in (await check(source)).errors]


async def test_a_branch_for_the_checker_alone_may_hold_what_only_annotations_need(check: Check) -> None:
    source = """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from tools.crm import Contact
        def name(contact: "Contact") -> str:
            return contact["name"]
        is_checked = TYPE_CHECKING or False
        print(name(crm.get_contact(1)), is_checked.real)
    """

    assert (await check(textwrap.dedent(source))).diagnostics == ()


@pytest.mark.parametrize(
    "source",
    [
        "from typing import Callable\ndef f(g: Callable[[h()()], int]): ...",
        "x: list[[print('a', 2, 3)]] = []",
        "class A:\n    x: dict[str, [f(kind=int)]]",
    ],
)
async def test_what_has_mypy_give_up_stops_the_program(check: Check, source: str) -> None:
    """Nothing else in it was looked at."""
    report = await check(f"{source}\n{WRONG}")

    assert "unreadable" in [error.code for error in report.errors]


NEVER = "is not checked: the type checker takes this for code that never runs"
AS_VALUE = "is not checked: the type checker does not know which server this is"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (f"import sys\nif sys.platform == 'nowhere':\n    {WRONG}", 3, f"'crm.get_contact' {NEVER}"),
        (f"c = crm.list_contacts()\nif isinstance(c, list):\n    {WRONG}", 3, f"'crm.get_contact' {NEVER}"),
        (f"from tools import crm as c\nif False:\n    {WRONG.replace('crm', 'c')}", 3, f"'c.get_contact' {NEVER}"),
        ("from tools.crm import find\nassert False\nfind(1)", 3, f"'find' {NEVER}"),
        (f"from typing import NoReturn\ndef f() -> NoReturn: ...\nf()\n{WRONG}", 4, f"'crm.get_contact' {NEVER}"),
        (f"from typing import no_type_check as n\n@n\ndef f():\n    {WRONG}", 4, f"'crm.get_contact' {NEVER}"),
        ("(c := crm).get_contact('x')", 1, f"'(c := crm).get_contact' {AS_VALUE}"),
        ("for c in (crm,):\n    c.get_contact('x')", 2, f"'c.get_contact' {AS_VALUE}"),
        ("class A:\n    def __init__(self): self.c = crm\nA().c.find(1)", 3, f"'A().c.find' {AS_VALUE}"),
        ("def f(c): c.find(1)\nf(crm)", 2, "'crm' is not checked: nothing that is called of it there is checked"),
    ],
)
async def test_a_call_that_was_not_looked_at_is_named(check: Check, source: str, line: int, said: str) -> None:
    report = await check(source)

    assert (line, said) in [(warning.line, warning.message) for warning in report.warnings]


@pytest.mark.parametrize(
    "source",
    [
        "c = crm\nc.get_contact(1)",
        "hasattr(crm, 'find') and crm.find('x')",
        "def f():\n    return crm.get_contact(1)\n\ndef g():\n    return f()",
        "from contextlib import suppress\nwith suppress(Exception):\n    raise ValueError\ncrm.get_contact(1)",
        "print(f'{crm.get_contact(1)} {crm.get_contact(2)}')",
        "get = crm.get_contact\nlist(map(get, [1]))",
        "if False:\n    print(len('x'))",
        "x = [crm.get_contact(n) for n in range(3) if crm.find('x') is None]\nlambda: crm.find('x')",
        "import asyncio\nawait asyncio.gather(crm.get_contact(1), crm.get_contact(2))",
    ],
)
async def test_a_call_that_was_looked_at_is_not_named(check: Check, source: str) -> None:
    assert "unchecked" not in [each.code for each in (await check(source)).diagnostics]


async def test_a_process_that_holds_other_stubs_gives_no_verdict() -> None:
    desk = Desk(Boot(modules={"crm": CRM}, runtime=runtime_stub("sync"), cache=None, python=None, stubs="these"))

    assert desk.check(CheckRequest(source="crm.get_contact(1)", face="sync", aliases={}, stubs="these")).remarks == ()
    with pytest.raises(RuntimeError, match="not the stubs"):
        desk.check(CheckRequest(source="crm.get_contact(1)", face="sync", aliases={}, stubs="others"))


async def test_an_earlier_program_changes_nothing_for_a_later_one(check: Check) -> None:
    later = "import tools\ntools.ghost.x()\nimport ghost2\nreveal_type(1)"
    alone = await check(later)
    for earlier in ("import tools.ghost", "import ghost2", "def get_contact(x: int): ...", "class str: ...", "1 +"):
        await check(earlier)

    assert (await check(later)).diagnostics == alone.diagnostics


async def test_what_lies_on_the_disk_cannot_be_imported(checker: Checker, tmp_path: Path) -> None:
    (tmp_path / "config_of_the_host.py").write_text("PASSWORD: int = 'swordfish'\n")
    code = textwrap.dedent(
        """
        import asyncio, pathlib, sys
        from ptc_cli.check.checker import Checker
        from ptc_cli.core.program import Program
        from tests.unit.check.views import CRM_VIEW, runtime_stub
        async def main():
            checker = Checker(cache=pathlib.Path(sys.argv[1]), runtime_stub=runtime_stub)
            report = await checker.check(Program.of("import config_of_the_host as c\\nc.PASSWORD.x"), CRM_VIEW)
            print([remark.code for remark in report.diagnostics])
            await checker.close()
        asyncio.run(main())
        """
    )

    done = await _python(code, str(tmp_path / "cache"), cwd=tmp_path)

    assert done == "['import-not-found']\n"


async def test_many_remarks_are_cut_and_still_stop_the_program(check: Check) -> None:
    report = await check(
        "\n".join(["import nosuchmodule"] + [f"crm.list_contacts(status=str({n}))" for n in range(300)])
    )

    assert len(report.diagnostics) <= 101
    assert [error.code for error in report.errors] == ["too-many"]


async def test_two_thousand_lines_are_checked(check: Check) -> None:
    lines = [f"v{n} = crm.get_contact({n})['name'].splitlines()" for n in range(2000)]

    report = await check("\n".join([*lines, WRONG]))

    assert [error.line for error in report.errors] == [2001]


async def test_a_check_that_hangs_costs_its_own_caller_only(check: Check) -> None:
    slow = "\n".join(f"x{n} = " + "1 if x else " * 900 + "2" for n in range(6))
    other = view_of(server("other", "def ping() -> str: ...\n"))
    await check("other.ping()", other)

    hung = asyncio.ensure_future(check(f"x = 1\n{slow}"))
    elsewhere = await check("other.ping()", other)
    behind = await check("crm.get_contact(1)")

    assert elsewhere.passed
    assert behind.passed
    assert [error.code for error in (await hung).errors] == ["check-timeout"]


async def test_a_host_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    code = textwrap.dedent(
        """
        import asyncio, pathlib, sys
        from ptc_cli.check.checker import Checker
        from ptc_cli.core.program import Program
        from tests.unit.check.views import CRM_VIEW, runtime_stub
        async def main():
            checker = Checker(cache=pathlib.Path(sys.argv[1]), runtime_stub=runtime_stub)
            await checker.check(Program.of("x = 1"), CRM_VIEW)
            print(*checker.pids, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
        """
    )
    host = await _start(code, str(tmp_path / "cache"), cwd=tmp_path)
    assert host.stdout is not None
    pids = [int(pid) for pid in (await host.stdout.readline()).split()]
    assert pids

    host.send_signal(signal.SIGKILL)
    await host.wait()

    async with asyncio.timeout(20):
        while any(_is_running(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def test_a_checker_process_is_given_no_secret(
    checker: Checker, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "swordfish")
    await check("new.ping()", view_of(server("new", "def ping() -> str: ...\n")))

    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in checker.pids]

    assert environments
    assert not [each for each in environments if b"swordfish" in each or b"HOME=" in each]


async def test_the_host_never_imports_mypy(tmp_path: Path) -> None:
    code = "import sys, ptc_cli.check.checker, ptc_cli.check.text; print('mypy' in sys.modules)"

    assert await _python(code, cwd=tmp_path) == "False\n"


async def test_a_stub_that_is_no_python_costs_its_own_server_only(check: Check) -> None:
    good, broken = server("good", "def ping() -> str: ...\n"), server("broken", "")
    view = view_of(good, replace(broken, stub=replace(broken.stub, source="def (:")))

    assert (await check("good.ping()", view)).passed
    assert not (await check("broken.ping()", view)).passed
    assert (await check("crm.get_contact(1)", CRM_VIEW)).passed


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def _start(code: str, *arguments: str, cwd: Path, **variables: str) -> asyncio.subprocess.Process:
    root = Path(__file__).parents[3]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *arguments,
        cwd=cwd,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root), **variables},
    )


async def _python(code: str, *arguments: str, cwd: Path) -> str:
    process = await _start(code, *arguments, cwd=cwd)
    async with asyncio.timeout(60):
        return (await process.communicate())[0].decode()


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ("import sqlite3\nsqlite3.connekt('x')", ["attr-defined"]),
        ("import xml.dom.minidom\nxml.dom.minidom.parseString('<a/>').toxml()", []),
        ("import argparse, logging\nargparse.ArgumentParser(3)\nlogging.info('x')", ["arg-type"]),
    ],
)
async def test_a_module_that_no_program_imported_before_is_checked(check: Check, source: str, codes: list[str]) -> None:
    first, second = await check(source), await check(f"{source}\n")

    assert [error.code for error in first.errors] == codes
    assert second.diagnostics == first.diagnostics


@pytest.mark.parametrize(
    "source",
    [
        "x = ' ' * 10**10",
        "x = 2**10**10",
        "x = 'a' * 10**9 * 2",
        "x = 1 << 10**11",
        "x = 9**9**9**9",
        "x = (0, 1) * 10_000_000_000",
        "t = (0, 1)\nx = t * 5000 * 5000",
        "x = 10**400 / 3",
        "x = 1.0 * 10**400",
        "x = '%s' * 10**10 % 3",
        "class A:\n    x = -2**10**10",
        "from typing import Final\na: Final = 10**9\nb: Final[str] = 'x' * a\nc: Final = b * a",
        "x = " + " * ".join(["4096"] * 500),
    ],
)
async def test_a_number_that_no_machine_could_hold_is_not_worked_out(check: Check, source: str) -> None:
    assert (await check(source)).diagnostics == ()


async def test_of_a_large_number_type_and_place_are_known(check: Check) -> None:
    report = await check("x = 'é' * 10**10; x.foo\ny = 10**4000 + 'a'\nz: str = 1 << 10**100\n'{} {}'.format(1)")

    assert [(e.line, e.column, e.end_column, e.code) for e in report.errors] == [
        (1, 19, 24, "attr-defined"),
        (2, 16, 19, "operator"),
        (3, 10, 22, "assignment"),
        (4, 1, 18, "str-format"),
    ]


async def test_those_who_wait_behind_a_check_that_hangs_are_served_by_one_process(tmp_path: Path) -> None:
    slow = "x = 1\n" + "\n".join(f"x{n} = " + "1 if x else " * 900 + "2" for n in range(6))
    checker = Checker(cache=tmp_path, runtime_stub=runtime_stub)
    await checker.check(Program.of("x = 1"), CRM_VIEW)
    before = checker.pids

    programs = [slow, *(f"crm.get_contact({n})" for n in range(6))]
    reports = await asyncio.gather(*(checker.check(Program.of(source), CRM_VIEW) for source in programs))
    after = checker.pids
    await checker.close()

    assert [report.passed for report in reports] == [False] + [True] * 6
    assert len(after) == 1
    assert after != before


async def test_checks_are_answered_in_the_order_they_came(checker: Checker) -> None:
    order: list[int] = []

    async def one(number: int) -> None:
        await checker.check(Program.of(f"crm.get_contact({number})"), CRM_VIEW)
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(20)))

    assert order == list(range(20))


async def test_nothing_is_written_but_the_cache(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    code = textwrap.dedent(
        """
        import asyncio, pathlib, sys
        from ptc_cli.check.checker import Checker
        from ptc_cli.core.program import Program
        from ptc_cli.core.session import Entry, History
        from tests.unit.check.views import CRM_VIEW, runtime_stub
        async def main():
            checker = Checker(cache=pathlib.Path(sys.argv[1]), runtime_stub=runtime_stub)
            entry = Entry(program=Program.of("x = 'swordfish'"), ended_well=True)
            history = History(session="s", entries=(entry,))
            for source in ("x.upper()", "import xml.dom.minidom", "crm.get_contact('swordfish')"):
                await checker.check(Program.of(source), CRM_VIEW, history=history)
            await checker.close()
        asyncio.run(main())
        """
    )
    before = set(tmp_path.rglob("*"))
    process = await _start(code, str(tmp_path / "cache"), cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    async with asyncio.timeout(60):
        await process.wait()
    await written_caches(tmp_path / "cache")

    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]
    assert written
    assert {path.relative_to(tmp_path).parts[0] for path in written} == {"cache"}
    assert not [path for path in written if b"swordfish" in path.read_bytes()]
