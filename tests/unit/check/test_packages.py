"""Programs that import packages of the environment that they will run in."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from ptc_cli.check.checker import Checker
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program
from tests.unit.check.views import CRM_VIEW, runtime_stub


def environment(folder: Path) -> Path:
    """Return the interpreter of a virtual environment with a typed and an untyped package."""
    site = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    (site / "rates").mkdir(parents=True)
    (site / "rates" / "__init__.py").write_text("def convert(amount: float, to: str) -> float:\n    return amount\n")
    (site / "rates" / "py.typed").write_text("")
    (site / "ledger").mkdir()
    (site / "ledger" / "__init__.py").write_text("def total(rows):\n    return len(rows)\n")
    (site / "sheets").mkdir()
    (site / "sheets" / "__init__.py").write_text("def rows():\n    return []\n")
    (site / "sheets-stubs").mkdir()
    (site / "sheets-stubs" / "__init__.pyi").write_text("def rows() -> list[str]: ...\n")
    (site / "broken").mkdir()
    (site / "broken" / "py.typed").write_text("")
    (site / "broken" / "__init__.py").write_text("")
    (site / "broken" / "crm.py").write_text("print 'of another version of Python'\n")
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.symlink_to(Path(sys.executable).resolve())
    return python


@pytest_asyncio.fixture
async def packages(tmp_path: Path, cache: Path) -> AsyncIterator[Checker]:
    checker = Checker(cache=cache, runtime_stub=runtime_stub, python=str(environment(tmp_path / "venv")))
    yield checker
    await checker.close()


async def check(checker: Checker, source: str) -> CheckReport:
    return await checker.check(Program.of(source), CRM_VIEW)


async def test_a_package_of_the_environment_is_checked_by_its_types_or_stubs(packages: Checker) -> None:
    right = "import rates, sheets\nrates.convert(2, to='EUR') + 1\nsheets.rows()[0].upper()\ncrm.get_contact(1)"
    wrong = "import rates\nfrom sheets import rows\nrates.convert('2', to='EUR')\nrows()[0] + 1\nrates.covert(1)"

    assert (await check(packages, right)).diagnostics == ()
    assert [(e.line, e.code) for e in (await check(packages, wrong)).errors] == [
        (3, "arg-type"),
        (4, "operator"),
        (5, "attr-defined"),
    ]


async def test_a_module_that_is_no_python_costs_nobody_the_check(packages: Checker) -> None:
    right = "import broken.crm\nbroken.crm.anything\ncrm.get_contact(1)"

    assert (await check(packages, right)).errors == ()
    assert [error.code for error in (await check(packages, right.replace("(1)", "('x')"))).errors] == ["arg-type"]


async def test_a_package_without_types_is_a_warning(packages: Checker) -> None:
    report = await check(packages, "import ledger\nledger.total([1]).anything")

    assert report.passed
    assert [(each.line, each.code, each.message) for each in report.warnings] == [
        (1, "import-untyped", "the package 'ledger' has no types: what it gives is not checked")
    ]


async def test_a_package_that_is_not_there_is_a_warning(packages: Checker) -> None:
    report = await check(packages, "import ledgr\nledgr.total([1])")

    assert report.passed
    assert [(each.line, each.code) for each in report.warnings] == [(1, "import-not-found")]


async def test_a_package_cannot_stand_in_for_the_tools(tmp_path: Path, cache: Path) -> None:
    python = environment(tmp_path / "venv")
    site = next((tmp_path / "venv").rglob("site-packages"))
    (site / "tools").mkdir()
    (site / "tools" / "__init__.py").write_text("crm: int = 1\n")
    (site / "tools" / "py.typed").write_text("")
    checker = Checker(cache=cache, runtime_stub=runtime_stub, python=str(python))

    report = await check(checker, "from tools import crm\ncrm.get_contact('x')")
    await checker.close()

    assert [error.code for error in report.errors] == ["arg-type"]


async def test_a_package_that_takes_too_long_to_read_is_known_by_its_name_only(tmp_path: Path, cache: Path) -> None:
    python = environment(tmp_path / "venv")
    site = next((tmp_path / "venv").rglob("site-packages"))
    # As numpy: a megabyte of it.
    (site / "rates" / "many.pyi").write_text(
        "".join(f"def f{n}(a: int, b: str = '') -> list[int]: ...\n" for n in range(25_000))
    )
    checker = Checker(cache=cache, runtime_stub=runtime_stub, python=str(python))

    report = await check(
        checker, "import rates, rates.many as m\nrates.convert('2', to=1).anything\nm.f1('x')\ncrm.get_contact('x')"
    )
    await checker.close()

    assert [(each.line, each.code) for each in report.diagnostics] == [(4, "arg-type")]
