"""Warm and cold mypy give the same answers, before and after their stubs change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ptc_cli.check.inside.build import Change
from ptc_cli.check.inside.cold import Cold
from ptc_cli.check.inside.desk import Desk, TypeChecker
from ptc_cli.check.inside.outline import Outline
from ptc_cli.check.inside.passing import Pass, PastModule
from ptc_cli.check.inside.planted import PlantedFiles
from ptc_cli.check.inside.seen import Examined
from ptc_cli.check.inside.selftest import self_test
from ptc_cli.check.inside.warm import Warm
from ptc_cli.check.wire import Boot, Check, Update
from tests.unit.check.conftest import written
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


def test_what_one_program_imports_is_not_there_for_the_next(tmp_path: Path) -> None:
    # `urllib.request` imports `urllib.error`: who imports the one may use the other.
    right, wrong = "import urllib.request\nurllib.error.URLError\n", "import urllib\nurllib.error.URLError\n"
    for order in ([right, wrong, right], [wrong, right, wrong]):
        one = warm(tmp_path)

        assert [bool(one.check(text)) for text in order] == [text is wrong for text in order]


class Vanishing(PlantedFiles):
    """Files during whose use somebody takes the cache away, whole or in part, after it has been verified."""

    def __init__(self, place: Path, *, is_whole: bool) -> None:
        super().__init__({"crm": CRM}, runtime=SYNC_RUNTIME)
        self._lost = [place] if is_whole else sorted(place.rglob("*time*.data.ff"))

    def write_module(self, module: str, text: str) -> str:
        for path in getattr(self, "_lost", []):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        self._lost = []
        return super().write_module(module, text)


@pytest.mark.parametrize("is_whole", [False, True])
async def test_a_cache_that_is_taken_away_while_it_is_read_costs_time_only(tmp_path: Path, *, is_whole: bool) -> None:
    warm(tmp_path)
    (place,) = await written(tmp_path)
    files = Vanishing(place, is_whole=is_whole)

    one = Warm(files, folder=tmp_path, python=None)

    assert not one.used_cache
    assert [bool(one.check(text)) for text in PROGRAMS[:2]] == [False, True]
    assert await written(tmp_path) == [place]
    assert warm(tmp_path).used_cache


class Scrambled(PlantedFiles):
    """Files during whose use somebody damages the cache, after it has been verified, in a way that can be read."""

    def __init__(self, place: Path) -> None:
        super().__init__({"crm": CRM}, runtime=SYNC_RUNTIME)
        self._damaged = sorted(place.rglob("typing.meta.ff"))

    def write_module(self, module: str, text: str) -> str:
        for path in getattr(self, "_damaged", []):
            path.write_bytes(path.read_bytes() + b"x")
        self._damaged = []
        return super().write_module(module, text)


async def test_nothing_is_believed_of_a_cache_that_is_damaged_while_it_is_read(tmp_path: Path) -> None:
    warm(tmp_path)
    (place,) = await written(tmp_path)

    one = Warm(Scrambled(place), folder=tmp_path, python=None)

    assert not one.used_cache
    assert self_test(one) == ()
    assert await written(tmp_path) == [place]


def test_a_cold_checker_says_what_it_does_not_look_at(tmp_path: Path) -> None:
    one = cold(tmp_path)
    wrong = "from tools import crm\ncrm.get_contact('x')\n"

    given_up = one.examine(f"x: list[[print('a', 2, 3)]] = []\n{wrong}", has_open=False, uses_learned=False)
    left = one.examine("def f(x): return x\nf(1)\n", has_open=True, uses_learned=False)

    assert not given_up.is_read
    assert [(each.code, each.basis) for each in left.findings] == [("unchecked", "doubtful")]


class Blind:
    """A checker that finds nothing."""

    is_outdated = False
    is_broken = False

    def check(self, text: str) -> tuple[()]:
        return ()

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> Examined:
        return Examined(findings=(), seen={})

    def add(self, entry: PastModule, *, deadline: float) -> Outline:
        return Outline(symbols={})

    def learn(self, entry: PastModule, *, deadline: float) -> None:
        pass

    def holds(self, module: str) -> bool:
        return True

    def update(self, update: Update) -> None:
        pass

    def tidy(self) -> None:
        pass


def test_no_program_passes_whose_servers_stub_was_not_read() -> None:
    """As when mypy takes a module for one that is not there: all that is done with it would be right."""
    desk = Desk(Boot(modules={"crm": CRM}, learned={}, runtime=SYNC_RUNTIME, cache=None, python=None))
    wrong = Check(source="crm.get_contact(id='x', nonsense=1)", face="sync", aliases={})
    assert desk.check(wrong).remarks

    desk._files._plant_absence("crm")
    desk.checker._build.forget(["tools.crm"])  # type: ignore[attr-defined]  # nothing else has mypy lose a module
    desk.checker.tidy()

    with pytest.raises(RuntimeError, match=r"the module tools\.crm was not read"):
        desk.check(wrong)


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


class Stuck(Warm):
    """A checker in which mypy does not survive inference."""

    def run(self, module: str, text: str, *changes: Change) -> Pass:
        assert not changes
        return super().run(module, text, *changes)


def test_inference_that_breaks_costs_the_process_and_not_the_program(tmp_path: Path) -> None:
    checker = Stuck(PlantedFiles({"crm": CRM}, runtime=SYNC_RUNTIME), folder=None, python=None)
    text = "def f(x): return x\nf(1)\n1 + ''\n"

    found = checker.examine(text, has_open=True, uses_learned=False).findings

    assert [(each.line, each.code, each.basis) for each in found] == [
        (3, "operator", "written"),
        (1, "unchecked", "doubtful"),
    ]
    assert checker.is_broken


def test_inference_that_takes_too_long_is_left() -> None:
    checker = warm(Path("/nowhere"))
    helpers = [f"def f{n}(c):\n    return [f{n + 1}(c), f{n + 1}([c])]\n" for n in range(150)]
    text = "".join([*helpers, "def f150(c):\n    return [c]\n", "f0(1)\nf0('')\n"])

    found = checker.examine(text, has_open=True, uses_learned=False).findings

    assert {each.basis for each in found} <= {"doubtful"}
    assert not checker.is_broken


def test_warm_and_cold_know_the_same_of_an_entry(tmp_path: Path) -> None:
    entry = "x = 1\nx = 'a'\nif x:\n    y = 2\nz = 3\ndel z\nclass Box: pass\n_ptc_end_x = x; _ptc_end_y = y; _ptc_end_z = z\n"
    module = PastModule(name="ptc_entry_1", text=entry, lines=7, has_open=False)
    use = "from ptc_entry_1 import _ptc_end_x as x, Box\nx.uper()\nBox().a\n"
    answers = []
    for make in (warm, cold):
        checker = make(tmp_path / make.__name__)
        answers.append((checker.add(module, deadline=0), checker.check(use)))

    (known, found), _ = answers
    assert answers[0] == answers[1]
    assert (set(known.uncertain), set(known.gone), known.symbols["x"].end_type) == ({"y"}, {"z"}, "str")
    assert [finding.line for finding in found] == [2, 3]
