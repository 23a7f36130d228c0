"""Completion at a shell's prompt, as the shells ask for it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from ptc_cli.cli.completing import Typed, typed
from ptc_cli.cli.main import invoke
from tests.homes import home

Complete: TypeAlias = Callable[..., list[str]]

ROOT = Path(__file__).parents[3]
BREAKS = " \t\n\"'@><=;|&(:"
CONFIGURATION = "".join(
    f"[servers.{name}]\ncommand = {json.dumps(sys.executable)}\nargs = ['-m', 'ptc_cli.demo.{module}']\n"
    f"env = {{ PYTHONPATH = {json.dumps(str(ROOT))} }}\n"
    for name, module in (("tickets", "tickets"), ("team", "team"))
)


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of somebody whose servers have been listed."""
    folder = tmp_path_factory.mktemp("completing")
    (folder / "ptc.toml").write_text(CONFIGURATION)
    variables = {"PATH": os.environ["PATH"], "PTC_HOME": home(folder / "home"), "PTC_CONFIG": str(folder / "ptc.toml")}
    command = [sys.executable, "-m", "ptc_cli", "tools", "list"]
    subprocess.run(command, env={**variables, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, timeout=60)
    return variables


@pytest.fixture
def complete(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    def answer(line: str, shell: str = "bash") -> list[str]:
        for name, value in {**environ, "_PTC_COMPLETE": shell, "_PTC_LINE": line, "_PTC_BREAKS": BREAKS}.items():
            monkeypatch.setenv(name, value)
        assert invoke([]) == 0
        return capsys.readouterr().out.splitlines()

    return answer


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ptc too", ["tools"]),
        ("ptc tools sh", ["show"]),
        ("ptc tools show t", ["tickets.", "team."]),
        ("ptc tools show tickets.s", ["tickets.search_tickets"]),
        ("ptc tools show tick", [f"tickets.{name}" for name in ("list_tickets", "get_ticket", "search_tickets")]),
        ("ptc tools call tickets.list_tickets ", ["status=", "limit="]),
        ("ptc tools call tickets.list_tickets limit=3 ", ["status="]),
        ("ptc tools call tickets.list_tickets limit:=3 st", ["status="]),
        ("ptc tools call tickets.list_tickets status=", ["open", "waiting", "closed"]),
        ("ptc tools call tickets.list_tickets 'status=wa", ["status=waiting"]),
        ("ptc tools call tickets.list_tickets status='wa", ["waiting"]),
        ("ptc tools call tickets.list_tickets 'status='wa", ["status=waiting"]),
        ("ptc tools call tickets.list_tickets status=wa\\", ["waiting"]),
        ("ptc tools call tickets.nothing st", []),
        ("ptc tools call nobody.nothing st", []),
        ("ptc servers test te", ["team"]),
        ("ptc tools list te", ["team"]),
        ("ptc run ", [":file"]),
        ("ptc stubs export ", [":file"]),
        ("ptc check --output-format s", ["sarif"]),
        ("ptc check --output-format=s", ["sarif"]),
        ("ptc --config ", [":file"]),
        ("ptc tools list --ref", ["--refresh"]),
        ("", ["tools"]),
    ],
)
def test_what_bash_completes(complete: Complete, line: str, expected: list[str]) -> None:
    assert complete(line)[: len(expected)] == expected if expected else complete(line) == []


def test_zsh_and_fish_are_told_what_it_is(complete: Complete) -> None:
    expected = ["tickets.get_ticket\tReturn one ticket with its comments."]

    assert complete("ptc tools show tickets.ge", "zsh") == complete("ptc tools show tickets.ge", "fish") == expected
    assert complete("ptc tools call tickets.list_tickets status=o", "fish") == ["status=open"]


def test_a_configuration_that_cannot_be_read_completes_nothing(complete: Complete, tmp_path: Path) -> None:
    broken = tmp_path / "ptc.toml"
    broken.write_text("[")

    assert complete(f"ptc --config {broken} tools show t") == []


def test_completion_starts_nothing_and_imports_nothing_heavy(environ: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from ptc_cli.cli.main import invoke\n"
        "assert invoke([]) == 0\n"
        "heavy = {'mcp', 'mypy', 'prompt_toolkit', 'rich', 'pydantic', 'asyncio', 'ptc_cli.engine.engine'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    asked = {
        "_PTC_COMPLETE": "bash",
        "_PTC_LINE": "ptc tools call tickets.list_tickets status=",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run([sys.executable, "-c", code], env={**environ, **asked}, capture_output=True, text=True)

    assert done.stdout == "status=open\nstatus=waiting\nstatus=closed\n"
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("line", "words", "incomplete", "kept", "quote"),
    [
        ("", [], "", 0, ""),
        ("ptc ", ["ptc"], "", 0, ""),
        ("ptc a=b", ["ptc"], "a=b", 2, ""),
        (r"ptc a\=b\ c", ["ptc"], "a=b c", 0, ""),
        ("ptc 'a b", ["ptc"], "a b", 0, "'"),
        ("ptc a='b c", ["ptc"], "a=b c", 2, "'"),
        (r"""ptc a="b\"c'd""", ["ptc"], "a=b\"c'd", 2, '"'),
        ("ptc 'a='b", ["ptc"], "a=b", 0, ""),
        ("ptc '' \"\" x", ["ptc", "", ""], "x", 0, ""),
        ("ptc x\\", ["ptc"], "x", 0, ""),
    ],
)
def test_a_line_is_read_as_bash_reads_it(line: str, words: list[str], incomplete: str, kept: int, quote: str) -> None:
    assert typed(line, BREAKS) == Typed(words=words, incomplete=incomplete, kept=kept, quote=quote)
