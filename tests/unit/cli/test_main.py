import subprocess
import sys
from collections.abc import Sequence

import pytest

from ptc_cli import __version__
from ptc_cli.cli.main import commands, invoke


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


@pytest.mark.parametrize(("shell", "part"), [("bash", "_PTC_COMPLETE"), ("zsh", "#compdef ptc"), ("fish", "complete")])
def test_completion_scripts_are_printed(shell: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["completion", shell]) == 0
    assert part in capsys.readouterr().out
