"""Completion in real shells, of what a hostile server offers."""

import json
import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.integration.cli.conftest import ROOT, made
from tests.integration.cli.prompts import Prompt

EVIL = "$(touch pwned)"
VALUES = (EVIL, "`touch pwned`", "a;touch pwned", "it's", "a:b", "*", "!!", "back\\slash", "dark red", "[x]", "日本")
UNTYPABLE = ("two\nlines", "esc\x1b]0;title\x07", "tab\there", "left\u202eright")
DESCRIPTION = f"A: [b] 'c' \"d\" {EVIL} `touch pwned` \\e[31m \x1b[31m %F{{red}} %d\nsecond line"
TOOLS = [
    {
        "name": "pick",
        "description": DESCRIPTION,
        "inputSchema": {
            "type": "object",
            "properties": {
                "value": {"enum": [*VALUES, *UNTYPABLE], "description": DESCRIPTION},
                "flag": {"type": "boolean", "description": DESCRIPTION},
                EVIL: {"type": "string", "description": DESCRIPTION},
                "esc\x1b[31m": {"type": "string"},
                "new\nline": {"type": "string"},
            },
        },
    },
    {"name": EVIL, "description": DESCRIPTION, "inputSchema": {"type": "object", "properties": {}}},
]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of somebody whose servers have been listed."""
    folder = tmp_path_factory.mktemp("shells")
    (folder / "tools.json").write_text(json.dumps({"tools": TOOLS}))
    server = [str(ROOT / "tests" / "servers" / "recorded.py"), str(folder / "tools.json")]
    ptc = made(folder, f"[servers.hostile]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps(server)}\n")
    assert ptc("tools", "list").returncode == 0
    return ptc.environ


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def prompt(
    request: pytest.FixtureRequest, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prompt]:
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    with Prompt(shell, environ=environ, home=tmp_path_factory.mktemp(shell)) as prompt:
        yield prompt


def test_commands_tools_arguments_and_values_are_completed(prompt: Prompt) -> None:
    assert prompt.completed("ptc to") == "ptc tools "
    assert prompt.completed("ptc tools call hos") == "ptc tools call hostile."
    assert prompt.completed("ptc tools call hostile.pick fl") == "ptc tools call hostile.pick flag="
    assert prompt.completed("ptc tools call hostile.pick flag=t") == "ptc tools call hostile.pick flag=true "
    assert prompt.completed("ptc tools call hostile.pick 'flag=t") == "ptc tools call hostile.pick 'flag=true' "
    assert prompt.completed("ptc check --output-format=s") == "ptc check --output-format=sarif "


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (r"value=\$", EVIL),
        ("value='$", EVIL),
        (r'"value=\$', EVIL),
        (r"value=a\;", "a;touch pwned"),
        ("value=ba", "back\\slash"),
        ("value=dark", "dark red"),
        ("'value=it", "it's"),
        ("value=a:", "a:b"),
        ("value='!", "!!"),
    ],
)
def test_a_completed_value_means_itself_whatever_it_is(prompt: Prompt, line: str, value: str) -> None:
    prompt.completed(f"ptc tools call hostile.pick {line}")

    assert prompt.run() == f"<tools><call><hostile.pick><value={value}>"
    assert list(prompt.folder.iterdir()) == []


def test_a_completed_name_means_itself_whatever_it_is(prompt: Prompt) -> None:
    prompt.completed(r"ptc tools call hostile.pick \$")

    assert prompt.run() == f"<tools><call><hostile.pick><{EVIL}=>"
    assert list(prompt.folder.iterdir()) == []


@pytest.mark.parametrize(
    "line", ["ptc tools show hostile.", "ptc tools call hostile.pick ", "ptc tools call hostile.pick value="]
)
def test_what_is_offered_runs_nothing_and_moves_no_cursor(prompt: Prompt, line: str) -> None:
    offered = prompt.offered(line)

    assert "\x1b[31m" not in offered
    assert "\x1b]0;title" not in offered
    assert "\u202e" not in offered
    assert list(prompt.folder.iterdir()) == []
