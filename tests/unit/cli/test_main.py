import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from ptc_cli import __version__
from ptc_cli.cli.examples import EXAMPLES
from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.main import commands, invoke
from tests.pages.answers import ASKED, FAILED, WITHOUT


def test_help_imports_none_of_the_heavy_packages() -> None:
    code = (
        "import sys\n"
        "from ptc_cli.cli.main import invoke\n"
        "assert invoke(['--help']) == 0\n"
        "heavy = {'mcp', 'mypy', 'prompt_toolkit', 'pyfakefs', 'bashkit', 'rich', 'pydantic', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"
    assert "Type-check programs without running them." in done.stdout


def test_every_command_of_the_help_is_there_and_says_what_it_does() -> None:
    with commands.make_context("ptc", [], resilient_parsing=True) as context:
        for name in commands.list_commands(context):
            command = commands.get_command(context, name)
            assert command is not None
            assert command.name == "command" or command.name == name
            assert command.help, name


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["tols"], 2, "no command 'tols'. Did you mean 'tools'?"),
        (["tools", "lst"], 2, "no command 'lst'. Did you mean 'list'?"),
        (["tools", "xyzzy"], 2, "no command 'xyzzy'. Commands: list, show, search, call, pin-output, forget-output."),
        (["run"], 2, "give one program"),
        (["run", "a.py", "-c", "1"], 2, "give one program"),
        (["run", "-", "--input", "-"], 2, "stdin cannot be both"),
        (["run", "/no/such/file.py"], 2, "/no/such/file.py: No such file or directory"),
        (["run", "-c", "1", "--timeout", "0"], 2, "--timeout"),
        (["run", "-c", "1", "--input", "{"], 2, "--input: not JSON"),
        (["check"], 2, "give programs: FILE..., - for stdin, or -c CODE"),
        (["check", "a.py", "-c", "1"], 2, "give programs"),
        (["check", "/"], 2, "/: Is a directory"),
        (["--config"], 2, "requires an argument"),
        (["mcp", "start", "--mode", "odd"], 2, "'odd' is not one of"),
        (["mcp", "start", "--port", "80"], 2, "are for --transport http"),
        (["tools", "show", "a.b", "--schema", "--stub"], 2, "exclude each other"),
        (["servers", "add", "x"], 2, "give either --url URL, or a command"),
        (["servers", "add", "x", "--url", "http://x", "--", "cmd"], 2, "give either --url URL, or a command"),
        (["servers", "add", "x", "--env", "A", "--", "cmd"], 2, "--env wants NAME=VALUE, not 'A'"),
    ],
)
def test_wrong_usage_is_named_and_exits_2(
    arguments: Sequence[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(arguments) == code

    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--version"]) == 0
    assert capsys.readouterr().out == f"ptc {__version__}\n"


@pytest.mark.parametrize(
    ("shell", "part"), [("bash", "complete -F _ptc_completion ptc"), ("zsh", "#compdef ptc"), ("fish", "--command ptc")]
)
def test_completion_scripts_are_printed(shell: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["completion", shell]) == 0
    assert part in capsys.readouterr().out


def leaves() -> dict[str, click.Command]:
    """Return every command that does something, by the words after `ptc`."""
    found: dict[str, click.Command] = {}
    with commands.make_context("ptc", [], resilient_parsing=True) as context:
        for name in commands.list_commands(context):
            command = commands.get_command(context, name)
            if isinstance(command, click.Group):
                found |= {f"{name} {each}": leaf for each, leaf in command.commands.items() if not leaf.hidden}
            elif command is not None:
                found[name] = command
    return found


LEAVES = leaves()


@pytest.mark.parametrize("path", LEAVES)
def test_every_command_has_examples_that_it_understands(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([*path.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    for example in EXAMPLES[path]:
        assert f"  {example}\n" in shown
        words = shlex.split(example.rpartition("| ")[2].partition(" > ")[0].partition(" >> ")[0])
        arguments = words[words.index("ptc") + 1 + len(path.split()) :]
        with LEAVES[path].make_context(path, arguments, obj=Invocation()):
            pass


def test_every_command_that_answers_answers_in_json_too_and_the_page_says_what() -> None:
    answering = {path for path, command in LEAVES.items() if any("--json" in each.opts for each in command.params)}

    assert answering == {*ASKED} - {FAILED}
    assert set(LEAVES) - answering == {*WITHOUT}


@pytest.mark.parametrize("arguments", [["--config", "FILE", "config", "path"], ["config", "path", "--config", "FILE"]])
def test_the_configuration_is_named_before_the_command_or_after_it(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.touch()

    assert invoke([str(file) if each == "FILE" else each for each in arguments]) == 0
    assert capsys.readouterr().out.startswith(f"file           {file}\n")


@pytest.mark.parametrize("arguments", [["--debug", "config", "path"], ["config", "path", "--debug"]])
def test_a_traceback_is_shown_where_it_is_asked_for(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTC_CONFIG", str(tmp_path / "nothing.toml"))

    assert invoke(arguments) == 4
    assert "Traceback" in capsys.readouterr().err
    assert invoke(["config", "path"]) == 4
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_ours_has_an_exit_code_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def broken() -> None:
        raise RuntimeError("oops")

    # No command is known to have one.
    monkeypatch.setattr(commands, "get_command", lambda context, name: broken if name == "broken" else None)

    assert invoke(["broken"]) == 70
    said = capsys.readouterr().err
    assert "a fault of ours: RuntimeError: oops" in said
    assert "Traceback" not in said
