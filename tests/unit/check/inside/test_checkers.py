"""Warm and cold mypy give the same answers, before and after their stubs change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ptc_cli.check.inside.cold import Cold
from ptc_cli.check.inside.desk import TypeChecker
from ptc_cli.check.inside.planted import PlantedFiles
from ptc_cli.check.inside.selftest import self_test
from ptc_cli.check.inside.warm import Warm
from ptc_cli.check.wire import Update
from tests.unit.check.views import CRM, SYNC_RUNTIME

PROGRAMS = [
    "from tools import crm\ncrm.get_contact(1)['name']\n",
    "from tools import crm\ncrm.get_contact('x')\n",
    "from tools import crm\ncrm.get_contact('y')\n",
    "from tools import crm\ncrm.get_contact(1)['nmae']\n",
    "import tools.ghost\n",
    "import tools\ntools.ghost.x()\n",
    "class B(B): pass\n",
    "s = '日本語'; s.lowr()\n",
    "import asyncio\nasync with asyncio.timeout(1):\n    pass\n",
    "x: int = ''\nimport ptc\nptc.progress('x')\n",
    "import nosuch\nimport xml.dom.minidom as m\nm.nope\n",
]


def warm(folder: Path) -> Warm:
    """Return a warm checker. Two builds in one process do not mix: only the newest may be used."""
    files = PlantedFiles({"crm": CRM}, runtime=SYNC_RUNTIME)
    return Warm(files, folder=folder, python=None)


def cold(folder: Path) -> Cold:
    files = PlantedFiles({"crm": CRM}, runtime=SYNC_RUNTIME)
    return Cold(files, folder=folder, python=None)


def test_warm_and_cold_find_the_same(tmp_path: Path) -> None:
    found = [warm(tmp_path / "warm").check(text) for text in PROGRAMS]

    assert [len(each) for each in found] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]
    one = cold(tmp_path / "cold")
    assert [one.check(text) for text in PROGRAMS] == found


@pytest.mark.parametrize("make", [warm, cold])
def test_the_self_test_passes_and_leaves_no_trace(make: Callable[[Path], TypeChecker], tmp_path: Path) -> None:
    checker = make(tmp_path)

    assert self_test(checker) == ()
    assert self_test(checker) == ()
    assert checker.check("from tools import crm\ncrm.get_contact(1)\n") == ()


def test_one_warm_checker_finds_the_same_as_a_fresh_one_each_time(tmp_path: Path) -> None:
    fresh = [warm(tmp_path).check(text) for text in PROGRAMS]
    one = warm(tmp_path)

    assert [one.check(text) for text in PROGRAMS] == fresh
    assert [one.check(text) for text in reversed(PROGRAMS)] == fresh[::-1]


class Blind:
    """A checker that finds nothing."""

    is_outdated = False

    def check(self, text: str) -> tuple[()]:
        return ()

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> tuple[()]:
        return ()

    def update(self, update: Update) -> None:
        pass


def test_the_self_test_notices_a_checker_that_finds_nothing() -> None:
    assert "a wrong program is accepted" in self_test(Blind())


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("text", ["def (:", "x: int = \0", "class A(A): ...\n" * 3 + "break"])
def test_a_stub_that_mypy_cannot_read_costs_its_own_tools_only(text: str, *, is_known: bool) -> None:
    files = PlantedFiles({"crm": CRM, "other": "def ping() -> str: ...\n"}, runtime=SYNC_RUNTIME)
    checker = Warm(files, folder=None, python=None)
    if is_known:
        checker.check(PROGRAMS[0])
    checker.update(Update(changed={"crm": text}))

    assert [each.code for each in checker.check(PROGRAMS[0])] == ["attr-defined"]
    assert [each.code for each in checker.check("from tools import other\nother.ping() + 1\n")] == ["operator"]
    checker.update(Update(changed={"crm": CRM}))
    assert checker.check(PROGRAMS[0]) == ()
