"""Rows at the width of a terminal."""

from __future__ import annotations

import io

import pytest

from ptc_cli.console.tables import listing, table


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")


def test_a_signature_is_broken_between_words_and_the_rest_stands_below_it() -> None:
    screen = Screen()
    listing(screen, ("tool", "flags", "summary"), [("t.list(status: str, limit: int = 50) -> list[T]", "-", "List.")])

    assert screen.getvalue() == "t.list(status: str, limit: int = 50) ->\n    list[T]\n    List.\n"


def test_a_pipe_gets_one_line_a_row() -> None:
    pipe = io.StringIO()
    listing(pipe, ("tool", "summary"), [("t.a()", "First."), ("t.long()", "Second.")])

    assert pipe.getvalue() == "t.a()     First.\nt.long()  Second.\n"


def test_what_names_a_row_stays_whole_beside_long_cells() -> None:
    screen = Screen()
    table(screen, ("run", "program"), [("1a1fc14a2500dbbf3e17e", "a" * 200)])

    assert "1a1fc14a2500dbbf3e17e" in screen.getvalue()


def test_no_rows_are_no_table() -> None:
    screen = Screen()
    table(screen, ("run", "program"), [])

    assert screen.getvalue() == ""
