"""What the documentation shows is what happens.

In a fenced block of the language `console`, a line that begins with `$` is run, in order, in a copy of what a clone
has. It ends with 0, unless a comment on the line says `exits with N`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.homes import home

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"#.*\bexits with (\d+)")
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def commands(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with what the commands need, where `ptc` is this one."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("examples", "config"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "bin").mkdir()
    for name, words in (("python", ""), ("ptc", "-m ptc_cli")):
        script = folder / "bin" / name
        # The package may be run from a checkout, where it is found only by who is told where.
        script.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} {words} "$@"\n')
        script.chmod(0o755)
    return folder


def run(command: str, clone: Path) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": f"{clone / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(clone / "home"),
        "PTC_HOME": home(clone / "state"),
        "PTC_CONFIG": "examples/ptc.toml",
        "PTC_PYTHON": str(clone / "bin" / "python"),
        "PTC_DAEMON": "never",
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=clone, env=environ, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_pages_show_commands() -> None:
    assert len([line for page in PAGES for line in commands(page)]) > 30


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_every_command_that_a_page_shows_ends_as_it_says(page: str, clone: Path) -> None:
    for line in commands(page):
        said = _EXIT.search(line)
        done = run(line, clone)
        assert done.returncode == (int(said[1]) if said else 0), f"{line}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in _LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / page).parent.joinpath(target).exists(), target
