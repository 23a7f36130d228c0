import io
from dataclasses import replace

import pytest

from ptc_cli.console import results, talk
from ptc_cli.console.diagnostics import report
from ptc_cli.console.tables import facts, table
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.program import Program
from ptc_cli.core.result import CallSummary, LimitHit, ProgramError, Result
from tests.unit.console.test_terminal import Screen

RESULT = Result(run="r1", status="ok", seconds=0.5)
CALL = CallSummary(id="1", server="s", tool="t", seconds=0.1, ok=True, bytes=12_345)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (RESULT, ""),
        (replace(RESULT, value_kind="json", value=None), ""),
        (replace(RESULT, value_kind="json", value={"a": "é"}), '{\n  "a": "é"\n}\n'),
        (replace(RESULT, value_kind="json", value="x"), '"x"\n'),
        (replace(RESULT, value_kind="json", value=0), "0\n"),
        (replace(RESULT, value_kind="repr", value="<object>"), "<object>\n"),
        (replace(RESULT, value_kind="json", value=5, stdout="no newline"), "\n5\n"),
        (replace(RESULT, stdout="no newline"), ""),
    ],
)
def test_a_value_is_shown_as_json_and_none_is_not_shown(result: Result, text: str) -> None:
    stream = io.StringIO()
    results.value(stream, result)

    assert stream.getvalue() == text


@pytest.mark.parametrize(("given", "text"), [("a\nb", "a\nb\n"), ([1], "[\n  1\n]\n"), (None, ""), (0, "0\n")])
def test_what_a_tool_answers_is_shown_as_text_where_it_is_text(given: JsonValue, text: str) -> None:
    stream = io.StringIO()
    results.answer(stream, given)

    assert stream.getvalue() == text


def test_a_run_is_summed_up_in_one_line() -> None:
    stream = io.StringIO()
    results.summary(stream, replace(RESULT, calls=(CALL, replace(CALL, ok=False, bytes=0)), stdout="x" * 45))

    assert stream.getvalue() == "ok · 2 calls, 1 failed · 0.50 s · 12.3 kB kept out of the context · run r1\n"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (5 * 10**13, "50000 GB")]
)
def test_sizes_read_well(count: int, text: str) -> None:
    assert results.size(count) == text


def test_a_failure_is_its_traceback_and_its_hint() -> None:
    stream = io.StringIO()
    error = ProgramError(
        type="KeyError", message="'x'", line=2, traceback="Traceback\n  line 2\nKeyError: 'x'", hint="Look."
    )
    results.failure(stream, replace(RESULT, status="failed", error=error))

    assert stream.getvalue() == "Traceback\n  line 2\nKeyError: 'x'\n  help: Look.\n"


def test_a_limit_is_named_with_its_value_and_what_raises_it() -> None:
    stream = io.StringIO()
    results.failure(stream, replace(RESULT, status="timeout", limit=LimitHit(name="wall_seconds", value=1.5)))

    assert stream.getvalue() == (
        "error: the program reached its limit of 1.5 (wall_seconds)\n"
        "  help: Raise it with --timeout, or [sandbox.limits] wall_seconds in the configuration.\n"
    )


def test_a_table_in_a_pipe_is_one_plain_line_a_row() -> None:
    stream = io.StringIO()
    table(stream, ("a", "b"), [("x", "long one"), ("longer", "y\nz\x1b[2J")])

    assert stream.getvalue() == "x       long one\nlonger  y z\\x1b[2J\n"


def test_a_table_on_a_terminal_has_a_head_and_obeys_nothing() -> None:
    screen = Screen()
    table(screen, ("name", "text"), [("[bold]x[/bold]", "\x1b[2J")])

    assert "name" in screen.getvalue()
    assert "[bold]x[/bold]" in screen.getvalue()
    assert "\\x1b[2J" in screen.getvalue()


def test_a_table_of_nothing_is_nothing() -> None:
    stream = io.StringIO()
    table(stream, ("a",), [])
    facts(stream, [])

    assert stream.getvalue() == ""


def test_an_error_is_said_with_what_to_do() -> None:
    stream = io.StringIO()
    talk.error(stream, "server 'x': \x1b gone", "Do this.\nThen that.")

    assert stream.getvalue() == "error: server 'x': \\x1b gone\n  help: Do this.\n  help: Then that.\n"


def test_diagnostics_are_coloured_by_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    remark = Diagnostic(
        line=1, column=5, end_line=1, end_column=6, severity="error", message="wrong", code="x", hint="Mend it."
    )
    stream = io.StringIO()
    report(stream, CheckReport(face="sync", diagnostics=(remark,)), Program.of("a = b\n", name="p.py"))

    assert stream.getvalue() == (
        "\x1b[1mp.py:1:5:\x1b[0m \x1b[1;31merror:\x1b[0m wrong [x]\n"
        "    a = b\n"
        "\x1b[1;31m        ^\x1b[0m\n"
        "    \x1b[36mhelp:\x1b[0m Mend it.\n"
    )
