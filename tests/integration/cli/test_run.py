import json
import shlex
import signal
import subprocess

import pytest

from tests.integration.cli.conftest import Ptc

PROGRAM = """\
import sys
total = plain.add(a=1, b=2)
print("out")
print("err", file=sys.stderr)
total
"""


def test_a_program_gives_its_output_then_its_value_and_one_line_about_it(ptc: Ptc) -> None:
    done = ptc("run", "-", stdin=PROGRAM)

    assert (done.returncode, done.stdout) == (0, 'out\n{\n  "sum": 3\n}\n')
    err, summary = done.stderr.splitlines()
    assert err == "err"
    assert summary.startswith("ok · 1 call · ")


def test_what_tools_gave_beyond_what_is_shown_is_counted(ptc: Ptc) -> None:
    done = ptc("run", "-c", "len(plain.big(bytes=50000))")

    assert done.stdout == "50000\n"
    assert "· 50.0 kB kept out of the context ·" in done.stderr


@pytest.mark.parametrize(
    ("code", "out"),
    [
        ("None", ""),
        ("x = 1", ""),
        ("'é'", '"é"\n'),
        ("{1, 2}", "{1, 2}\n"),
        ("print('x', end='')", "x"),
        ("print('x', end='')\n5", "x\n5\n"),
    ],
)
def test_a_value_is_json_where_it_can_be(ptc: Ptc, code: str, out: str) -> None:
    assert ptc("run", "-c", code).stdout == out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-c", "plain.add(a=1)"), 3, "help: "),
        (("-c", "1 +"), 3, "<command>:1:"),
        (("-c", "1/0"), 1, "ZeroDivisionError: division by zero"),
        (("-c", "while True: pass", "--timeout", "0.5"), 5, "--timeout"),
        (("-c", "[plain.echo(text='x') for _ in range(3)]", "--max-calls", "2"), 5, "--max-calls"),
        (("-c", "plain.echo(text='x')", "--deny", "plain.*"), 3, "this run denies 'plain.*'"),
        (("-c", "plain.echo(text='x')", "--allow", "other.*"), 3, "this run allows only other.*"),
        (("-c", "plain.nothing()"), 6, "--yes"),
        (("-c", "plain.nothing()", "--yes"), 0, "ok · 1 call"),
        (("-c", "import os; os._exit(3)"), 1, "failed"),
        (("-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"), 1, "killed"),
        (("-c", ""), 0, "ok · 0 calls"),
        (("-c", "x = '\0'"), 3, "<command>:1:"),
        (("/dev/zero",), 3, "/dev/zero"),
    ],
)
def test_each_way_to_end_has_its_exit_code(ptc: Ptc, arguments: tuple[str, ...], code: int, said: str) -> None:
    if "\0" in "".join(arguments):
        done = ptc("run", "-", stdin=arguments[1])
        said = said.replace("<command>", "<stdin>")
    else:
        done = ptc("run", *arguments)

    assert done.returncode == code, done.stderr
    assert said in done.stderr


def test_a_rejected_program_calls_nothing_and_shows_where_it_is_wrong(ptc: Ptc) -> None:
    done = ptc("run", "-", stdin="plain.echo(text='first')\nplain.echo(txt='x')\n")

    assert (done.returncode, done.stdout) == (3, "")
    assert "<stdin>:2:" in done.stderr
    assert "    plain.echo(txt='x')\n" in done.stderr
    assert "^~~" in done.stderr
    assert "rejected · 0 calls" in done.stderr


def test_the_program_finds_its_input(ptc: Ptc) -> None:
    done = ptc("run", "-c", "import ptc\nptc.input['a'] + 1", "--input", "-", stdin='{"a": 4}')

    assert done.stdout == "5\n"


def test_json_has_the_whole_result_and_stdout_is_only_that(ptc: Ptc) -> None:
    done = ptc("run", "-", "--json", stdin=PROGRAM)
    document = json.loads(done.stdout)

    assert (document["status"], document["value"], document["exit_code"]) == ("ok", {"sum": 3}, 0)
    assert (document["stdout"], document["stderr"]) == ("out\n", "err\n")
    assert [call["tool"] for call in document["calls"]] == ["add"]


def test_a_file_that_is_not_text_is_refused(ptc: Ptc) -> None:
    done = ptc("run", "-", stdin=b"\x7fELF\xff\xfe")

    assert done.returncode == 2
    assert "not UTF-8 text" in done.stderr


def test_a_check_runs_nothing_and_says_as_much(ptc: Ptc) -> None:
    (ptc.project / "right.py").write_text("plain.add(a=1, b=2)['sum']\n")
    (ptc.project / "wrong.py").write_text("plain.add(a=1, b=2)['summ']\n")
    right, wrong = ptc("check", "right.py"), ptc("check", "right.py", "wrong.py")

    assert (right.returncode, right.stdout) == (0, "")
    assert (wrong.returncode, wrong.stdout.splitlines()[0].split(" ")[0]) == (3, "wrong.py:1:21:")
    assert "2 programs, 1 error, 0 warnings" in wrong.stderr
    annotated = ptc("check", "wrong.py", "--output-format", "github").stdout
    assert annotated.startswith("::error file=wrong.py,line=1,")


def test_a_program_on_the_command_line_is_checked_too(ptc: Ptc) -> None:
    done = ptc("check", "-c", "plain.add(a=1, b=2)['summ']")

    assert (done.returncode, done.stdout.splitlines()[0].split(" ")[0]) == (3, "<command>:1:21:")
    assert "1 program, 1 error, 0 warnings" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_interrupted_ends_in_order(ptc: Ptc, number: signal.Signals, code: int) -> None:
    running = ptc.start("run", "-c", "print('begun', flush=True)\nplain.sleep(seconds=50)")
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"

    running.send_signal(number)
    _, said = running.communicate(timeout=30)

    assert running.returncode == code
    assert "Traceback" not in said
    if number == signal.SIGINT:
        assert "cancelled · " in said
    latest = json.loads(ptc("runs", "list", "--json").stdout)["runs"][0]
    assert latest["state"] == "cancelled"


def test_a_pipe_that_closes_is_no_complaint(ptc: Ptc) -> None:
    running = ptc.start("run", "-c", "for n in range(100000): print('x' * 100)")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()

    assert running.wait(timeout=60) == 141
    assert running.stderr.read() == ""
    running.stderr.close()


def test_output_is_shown_as_it_comes(ptc: Ptc) -> None:
    running = ptc.start("run", "-c", "print('early', flush=True)\nplain.sleep(seconds=50)")
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == "early\n"
        assert running.poll() is None
    finally:
        running.kill()
        running.communicate(timeout=30)


@pytest.mark.parametrize(("answer", "code"), [("o\r", 0), ("n\r", 6), ("\r", 6), ("what\ra\r", 0), ("\x04", 6)])
def test_a_person_at_the_terminal_decides(ptc: Ptc, answer: str, code: int) -> None:
    with ptc.on_a_terminal("run", "-c", "plain.nothing()\n") as screen:
        screen.expect("[N]o: ")
        assert "plain.nothing" in screen.seen
        assert "line 1: plain.nothing()" in screen.seen
        screen.type(answer)
        if answer.startswith("what"):
            screen.expect("[N]o: ")
            screen.type("a\r")
        screen.rest()

        assert screen.exit_code() == code


def test_a_runs_record_is_shown(ptc: Ptc) -> None:
    ptc("run", "-", stdin=PROGRAM)
    shown = ptc("runs", "show", "last")

    assert shown.returncode == 0
    assert "total = plain.add(a=1, b=2)" in shown.stdout
    assert '2  plain.add  {"a": 1, "b": 2}  {"sum": 3}' in shown.stdout
    assert ptc("runs", "show", "nothing-like-it").returncode == 4


def test_a_second_door_shut_by_the_reader_leaves_no_process(ptc: Ptc) -> None:
    done = subprocess.run(
        f"{' '.join(ptc.command('tools', 'list'))} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        env=ptc.environ,
        cwd=ptc.project,
        timeout=60,
    )

    assert done.stdout.startswith("plain.echo(")
    assert "Broken" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_done_without(ptc: Ptc, closed: str) -> None:
    command = shlex.join(ptc.command("run", "-c", "print(plain.add(a=1, b=2))"))
    done = subprocess.run(
        ["sh", "-c", f"{command} {closed}"],
        env=ptc.environ,
        cwd=ptc.project,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0
    assert done.stdout == ("" if ">&-" in closed.replace("2>&-", "") else "{'sum': 3}\n")
    assert "Traceback" not in done.stderr


def test_output_that_finds_no_room_is_said_to(ptc: Ptc) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            ptc.command("run", "-c", "1 + 1"),
            stdout=full, stderr=subprocess.PIPE, env=ptc.environ, cwd=ptc.project, text=True, timeout=60,
        )  # fmt: skip

    assert done.returncode == 4
    assert "error: the output could not be written: No space left on device" in done.stderr
    assert "fault of ours" not in done.stderr
