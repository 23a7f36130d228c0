import json
import subprocess
import sys

import pytest

from tests.integration.cli.conftest import Ptc


@pytest.fixture(scope="module", autouse=True)
def _listed(ptc: Ptc) -> None:
    ptc("tools", "list")


def test_tools_are_listed_one_a_line_and_what_is_missing_is_said_beside(ptc: Ptc) -> None:
    done = ptc("tools", "list")

    assert done.returncode == 0
    echo, add = [line.split("  ")[0] for line in done.stdout.splitlines()][:2]
    # What echo returns is learned from whichever tests called it before.
    assert echo.startswith("plain.echo(text: str) -> ")
    assert add == "plain.add(a: int, b: int) -> AddResult"
    assert "server 'gone' failed" in done.stderr
    assert "/no/such/command" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_server_that_failed_and_was_asked_for_by_name_is_a_failure(ptc: Ptc) -> None:
    done = ptc("tools", "list", "gone")

    assert (done.returncode, done.stdout) == (4, "")
    assert "/no/such/command" in done.stderr


def test_a_list_from_the_cache_imports_no_mcp(ptc: Ptc) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ptc_cli", "tools", "list", "plain"],
        capture_output=True,
        text=True,
        env=ptc.environ,
        cwd=ptc.project,
        timeout=60,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "plain.add" in done.stdout
    assert imported.isdisjoint({"mcp", "mypy", "rich", "prompt_toolkit", "pydantic"})


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("tools", "list"), "tools"),
        (("tools", "show", "plain.add"), "tool"),
        (("tools", "search", "numbers"), "tools"),
        (("tools", "call", "plain.add", "a=1", "b=2"), "value"),
        (("servers", "list"), "servers"),
        (("runs", "list"), "runs"),
        (("config", "path"), "files"),
        (("config", "show"), "settings"),
        (("run", "-c", "1 + 1"), "value"),
    ],
)
def test_json_is_one_document_with_its_version(ptc: Ptc, arguments: tuple[str, ...], key: str) -> None:
    document = json.loads(ptc(*arguments, "--json").stdout)

    assert next(iter(document)) == "schema_version"
    assert document["schema_version"] == 1
    assert key in document


def test_an_error_is_part_of_the_json_too(ptc: Ptc) -> None:
    done = ptc("tools", "show", "plain.ad", "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == {
        "message": "server 'plain': no tool 'ad'",
        "hint": "Did you mean 'add'?",
        "exit_code": 2,
    }


def test_a_tool_is_shown_in_full(ptc: Ptc) -> None:
    shown = ptc("tools", "show", "plain.add").stdout

    assert "plain.add(a: int, b: int) -> AddResult" in shown
    assert "class AddResult(TypedDict):" in ptc("tools", "show", "plain.add", "--stub").stdout
    assert json.loads(ptc("tools", "show", "plain.add", "--schema").stdout)["input_schema"]["type"] == "object"


def test_search_finds_a_tool_by_what_it_does(ptc: Ptc) -> None:
    assert ptc("tools", "search", "adding", "numbers", "--limit", "1").stdout.startswith("plain.add(")


@pytest.mark.parametrize(
    ("arguments", "code", "out", "said"),
    [
        (("plain.add", "a=1", "b=2"), 0, '{\n  "sum": 3\n}\n', ""),
        (("plain.echo", "text=5"), 0, "5\n", ""),
        (("plain.echo", "--args", '{"text": "é"}'), 0, "é\n", ""),
        (("plain.fail", "message=No luck."), 1, "", "error: No luck."),
        (("plain.add", "a=1", "b=x"), 3, "", "b: 'x' is not an integer"),
        (("plain.add", "a=1"), 3, "", "missing 'b'"),
        (("plain.add", "a=1", "c=2"), 3, "", "no parameter 'c'"),
        (("plain.add", "--args", '{"a": 1, "b": "x"}'), 3, "", "b"),
        (("plain.ad",), 2, "", "Did you mean 'add'?"),
        (("nobody.add",), 2, "", "no server 'nobody'"),
        (("gone.add",), 4, "", "/no/such/command"),
        (("plain.sleep", "seconds=30", "--timeout", "0.3"), 5, "", "plain"),
        (("plain.nothing",), 6, "", "approv"),
        (("plain.nothing", "--yes"), 0, "", ""),
    ],
)
def test_a_call_says_what_came_of_it(ptc: Ptc, arguments: tuple[str, ...], code: int, out: str, said: str) -> None:
    done = ptc("tools", "call", *arguments)

    assert (done.returncode, done.stdout) == (code, out), done.stderr
    assert said in done.stderr


def test_arguments_come_from_stdin_too(ptc: Ptc) -> None:
    assert ptc("tools", "call", "plain.echo", "--args", "-", stdin='{"text": "hi"}').stdout == "hi\n"


def test_binary_content_is_saved_under_names_of_ours(ptc: Ptc) -> None:
    first = ptc("tools", "call", "plain.image", "--save", "pictures").stdout
    second = ptc("tools", "call", "plain.image", "--save", "pictures").stdout

    assert (first, second) == ("pictures/image-1.png\n", "pictures/image-2.png\n")
    assert (ptc.project / "pictures/image-1.png").read_bytes().startswith(b"\x89PNG")
    assert "--save" in ptc("tools", "call", "plain.image").stderr


def test_no_configuration_is_no_failure(fresh: Ptc) -> None:
    done = fresh("tools", "list")

    assert (done.returncode, done.stdout) == (0, "")
    assert "ptc servers add" in done.stderr
