"""A report as text: the place, the line, a caret under it, and how to mend it."""

from __future__ import annotations

from ptc_cli.check.text import render
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.program import Program


def remark(
    line: int, column: int, end_column: int, *, hint: str | None = None, end_line: int | None = None
) -> Diagnostic:
    return Diagnostic(
        line=line,
        column=column,
        end_line=end_line or line,
        end_column=end_column,
        severity="error",
        message="it is wrong",
        code="arg-type",
        hint=hint,
    )


def shown(source: str, *remarks: Diagnostic) -> list[str]:
    return render(CheckReport(face="sync", diagnostics=remarks), Program.of(source)).split("\n")


def test_a_remark_is_shown_with_its_line_a_caret_and_the_way_out() -> None:
    report = CheckReport(
        face="sync",
        diagnostics=(remark(2, 17, 20, hint="Convert it: int('x')"),),
        signatures=("crm.get_contact(id: int) -> Contact",),
    )

    text = render(report, Program.of("from tools import crm\ncrm.get_contact('x')\n", name="job.py"))

    assert text == (
        "job.py:2:17: error: it is wrong [arg-type]\n"
        "    crm.get_contact('x')\n"
        "                    ^~~\n"
        "    help: Convert it: int('x')\n"
        "Signatures:\n"
        "  crm.get_contact(id: int) -> Contact"
    )


def test_indentation_is_left_out_and_the_caret_follows() -> None:
    assert shown("if x:\n\t\tf('x')", remark(2, 5, 8))[1:] == ["    f('x')", "      ^~~"]


def test_a_tab_within_a_line_takes_the_room_it_is_shown_with() -> None:
    assert shown("a\tb", remark(1, 3, 4))[1:] == ["    a    b", "         ^"]


def test_wide_and_combining_characters_take_the_room_they_are_shown_with() -> None:
    assert shown("'日本e\u0301' + x", remark(1, 10, 11))[1:] == ["    '日本e\u0301' + x", " " * 4 + " " * 10 + "^"]


def test_a_remark_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert shown("f(\n  1)", remark(1, 1, 5, end_line=2))[1:] == ["    f(", "    ^~"]


def test_a_place_beyond_the_line_still_has_a_caret() -> None:
    assert shown("x = (", remark(1, 99, 120))[1:] == ["    x = (", "         ^"]


def test_an_empty_line_is_not_shown() -> None:
    assert shown("\n", remark(1, 1, 2)) == ["program.py:1:1: error: it is wrong [arg-type]"]


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line, carets = shown("x = [" + "1, " * 1000 + "y]", remark(1, 3006, 3007))[1:]

    assert len(line) <= 170
    assert line[carets.index("^")] == "y"


def test_nothing_reaches_the_terminal_that_it_would_obey() -> None:
    text = "\n".join(shown("x = '\x1b[31m\u202e'", remark(1, 1, 2, hint="a\x1b[0m\nb")))

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "help: a\ufffd[0m b" in text


def test_a_line_ending_of_another_system_is_a_line_ending() -> None:
    assert shown("a\r\nb\rc", remark(3, 1, 2))[1:] == ["    c", "    ^"]
