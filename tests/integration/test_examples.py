"""Everything under `examples/` and `stubs/` is what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ptc_cli.api import Engine, open_engine
from ptc_cli.core.catalog import Caller
from ptc_cli.core.event import Kept
from ptc_cli.engine import open_engine as open_whole_engine
from tests.homes import home as made

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VALUES = {
    "stale_bugs.py": {
        "T-102": "Export to CSV drops the last row",
        "T-110": "Attachments over 10 MB fail silently",
    },
    "in_parallel.py": ["Login page loops after password reset", "Invoice shows the wrong currency"],
    "handle_errors.py": ["T-999: Error executing tool get_ticket: There is no ticket T-999. The first is T-101."],
}


REVENUE = {"north": 4248.0, "south": 2987.5}


def variables(home: Path) -> dict[str, str]:
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    mine = {"PTC_HOME": made(home), "PTC_PYTHON": sys.executable, "PTC_DAEMON": "never"}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": path, **mine}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def engine(home: Path) -> AsyncIterator[Engine]:
    async with open_engine(str(EXAMPLES / "ptc.toml"), cwd=ROOT, environ=variables(home)) as opened:
        yield opened


def test_every_example_program_has_its_value_here() -> None:
    assert {path.name for path in (EXAMPLES / "programs").glob("*.py")} == set(VALUES)


@pytest.mark.parametrize("name", sorted(VALUES))
async def test_an_example_program_passes_the_check_and_gives_its_value(engine: Engine, name: str) -> None:
    source = (EXAMPLES / "programs" / name).read_text(encoding="utf-8")

    result = await engine.run(source)

    assert (result.status, result.diagnostics, result.error) == ("ok", (), None)
    assert result.value == VALUES[name]
    assert len(source.splitlines()) < 40


async def test_the_example_with_a_mounted_file_sums_it_up_and_leaves_a_table(engine: Engine) -> None:
    source = (EXAMPLES / "files" / "sales_summary.py").read_text(encoding="utf-8")

    result = await engine.run(source, mounts=[EXAMPLES / "files" / "sales_data.csv"], keep=["*"])

    assert (result.status, result.error, result.value) == ("ok", None, REVENUE)
    assert result.stdout == "north sold most: 4,248.00\n"
    assert [(file.path, file.bytes) for file in result.artifacts] == [("revenue.csv", 44)]


async def test_the_example_with_pandas_draws_a_chart_that_is_kept(home: Path, tmp_path: Path) -> None:
    python = os.environ.get("PTC_SCIENCE_PYTHON", "")
    modules = [python, "-c", "import pandas, matplotlib"]
    if not python or subprocess.run(modules, capture_output=True, check=False).returncode:
        pytest.skip("PTC_SCIENCE_PYTHON names no interpreter with pandas and matplotlib")
    (tmp_path / "ptc.toml").write_text(f'[sandbox]\npython = "{python}"\n')
    source = (EXAMPLES / "files" / "sales_chart.py").read_text(encoding="utf-8")

    async with open_engine(str(tmp_path / "ptc.toml"), cwd=ROOT, environ=variables(home)) as engine:
        run = await engine.start(source, mounts=[EXAMPLES / "files" / "sales_data.csv"], keep=["*.png"])
        result = await run.result()
        contents = [event.what.content async for event in run.events() if isinstance(event.what, Kept)]

    assert (result.status, result.error, result.value) == ("ok", None, REVENUE)
    assert [file.path for file in result.artifacts] == ["sales.png"]
    assert [content[:4] for content in contents] == [b"\x89PNG"]


def test_the_example_of_the_python_api_runs(home: Path, tmp_path: Path) -> None:
    script = EXAMPLES / "local_tools.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        env=variables(home),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    lines = done.stdout.splitlines()
    assert lines[:2] == ["ada pro", "jonas free"]
    assert lines[2].startswith("rejected - ")
    assert lines[2].endswith("Did you mean 'plan'?")


async def test_the_golden_tree_is_the_tree_of_the_demo_servers_byte_for_byte(home: Path) -> None:
    config = str(EXAMPLES / "ptc.toml")
    async with open_whole_engine(config=config, cwd=ROOT, environ=variables(home)) as engine:
        tree = await engine.tree(Caller(door="cli"))

    committed = {
        f"/{path.relative_to(ROOT / 'stubs')}": path.read_text(encoding="utf-8")
        for path in (ROOT / "stubs").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert committed == dict(tree.files), "run `make stubs` and look at the difference"


def test_the_golden_tree_passes_mypy_strict(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "tools", "ptc.pyi"]
    done = subprocess.run(command, cwd=ROOT / "stubs", capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout
