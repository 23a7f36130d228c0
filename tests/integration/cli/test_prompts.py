import json

import pytest

from tests.integration.cli.conftest import Ptc


def test_the_shell_explores_the_stubs(ptc: Ptc) -> None:
    done = ptc("shell", "-c", "cd docs; ls")

    assert done.returncode == 0
    assert "plain" in done.stdout.split()


@pytest.mark.parametrize(("command", "status"), [("cat nothing", 1), ("false", 1), ("no_such_command", 127)])
def test_the_shell_ends_with_the_commands_status(ptc: Ptc, command: str, status: int) -> None:
    assert ptc("shell", "-c", command).returncode == status


def test_commands_in_a_pipe_share_their_folder(anywhere: Ptc) -> None:
    done = anywhere("shell", stdin="cd docs\npwd\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "/docs\n", "")


def test_entries_in_a_pipe_are_checked_and_run_one_by_one(anywhere: Ptc) -> None:
    done = anywhere("repl", stdin="plain.add(a=1, b=2)['sum']\nplain.ad()\nfor x in [7]:\n    print(x)\n\nplain.add?\n")

    assert done.returncode == 0
    assert done.stdout.startswith("3\n7\n# plain.add")
    assert "Did you mean 'add'?" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_entries_share_their_variables_until_they_are_reset(anywhere: Ptc) -> None:
    done = anywhere("repl", stdin="rows = plain.add(a=1, b=2)\nrows['sum']\nrows['summ']\n%reset\nrows\n")

    assert done.returncode == 3
    assert done.stdout == "3\n"
    assert 'no key "summ"' in done.stderr or "summ" in done.stderr
    assert "rows" in done.stderr.split("summ")[-1]


def test_commands_of_the_prompt_work_in_a_pipe_too(anywhere: Ptc) -> None:
    entries = [
        "plain.add(a=1, b=2)",
        "_['sum'] + 1",
        "_calls[0]['tool']",
        "%calls",
        "rows = plain.add(a=2, b=2)",
        "rows?",
        "plain.add??",
        "!cd docs && ls",
        "%check rows['summ']",
        "%time rows['sum']",
        "%save saved.py",
        "%save saved.py",
        "%reset",
        "%load saved.py",
        "%tols",
    ]
    (anywhere.project / "saved.py").unlink(missing_ok=True)
    done = anywhere("repl", stdin="\n".join(entries))
    saved = anywhere("run", "saved.py")

    assert done.stdout.startswith('{\n  "sum": 3\n}\n4\n"add"\nplain.add  ')
    assert "rows: AddResult\n\nclass AddResult(TypedDict):\n    sum: int\n" in done.stdout
    assert "def add(a: int, b: int) -> AddResult: ..." in done.stdout
    assert "\nplain\n" in done.stdout
    assert "<entry>:1:6: error:" in done.stdout
    assert "tool calls, one by one 0.0 ms" in done.stderr
    assert "Overwrite it with: %save -f saved.py" in done.stderr
    assert (done.returncode, "Did you mean 'tools'?" in done.stderr) == (2, True)
    assert (anywhere.project / "saved.py").read_text() == (
        "_ = (plain.add(a=1, b=2))\n_['sum'] + 1\nrows = plain.add(a=2, b=2)\nrows['sum']\n"
    )
    assert (saved.returncode, saved.stdout) == (0, "4\n")
    assert done.stdout.endswith("4\n")


def test_the_last_entry_in_a_pipe_picks_the_exit_code(ptc: Ptc) -> None:
    assert ptc("repl", stdin="1\n1/0\n").returncode == 1


def test_a_question_about_nothing_is_answered(anywhere: Ptc) -> None:
    done = anywhere("repl", stdin="plian?\n")

    assert done.returncode == 2
    assert "Did you mean 'plain'?" in done.stderr


def test_a_prompt_completes_a_tool_and_runs_an_entry(ptc: Ptc) -> None:
    with ptc.on_a_terminal("repl") as screen:
        screen.expect("ptc>")
        assert "%help lists commands" in screen.seen
        screen.type("plain.ec\t")
        screen.expect("ho")
        screen.type("(text='x' * 3)\r")
        screen.expect("xxx")
        screen.expect("ptc>")
        screen.type("\x04")
        screen.rest()
        assert screen.exit_code() == 0


def test_an_interrupt_ends_the_entry_and_not_the_session(anywhere: Ptc) -> None:
    with anywhere.on_a_terminal("repl") as screen:
        screen.expect("ptc>")
        screen.type("plain.sleep(seconds=50)\r")
        screen.expect("1 in flight")
        screen.interrupt()
        screen.expect("cancelled")
        screen.expect("ptc>")
        screen.type("\x04")
        screen.rest()
        assert screen.exit_code() == 0


def test_the_shell_completes_paths_from_where_it_stands(anywhere: Ptc) -> None:
    with anywhere.on_a_terminal("shell") as screen:
        screen.expect("$")
        screen.type("cd docs\r")
        screen.expect("$")
        screen.type("ls pla\t")
        screen.expect("in/")
        screen.type("\r")
        screen.expect("echo.md")
        screen.expect("$")
        screen.type("\x04")
        screen.rest()
        assert screen.exit_code() == 0


def test_the_shell_answers_one_command_in_json(ptc: Ptc) -> None:
    done = ptc("shell", "-c", "echo out; echo err >&2; false", "--json")

    assert (done.returncode, json.loads(done.stdout)) == (
        1,
        {"schema_version": 1, "stdout": "out\n", "stderr": "err\n", "exit_code": 1},
    )
    assert ptc("shell", "--json").returncode == 2


def test_a_file_is_checked_again_when_it_changes(ptc: Ptc) -> None:
    program = ptc.project / "watched.py"
    program.write_text("plain.ad(a=1, b=2)\n")
    with ptc.on_a_terminal("check", "--watch", "watched.py") as screen:
        screen.expect("Did you mean 'add'?")
        screen.expect("1 error")
        program.write_text("plain.add(a=1, b=2)\n")
        screen.expect("0 errors")
        screen.interrupt()
        screen.rest()
        assert screen.exit_code() == 130
    assert ptc("check", "--watch", "-c", "1").returncode == 2
