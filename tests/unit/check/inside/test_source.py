"""What mypy is given in place of a program: nothing shifts, and nothing in it switches the check off."""

from __future__ import annotations

import tokenize

from hypothesis import given
from hypothesis import strategies as st
from mypy.util import find_python_encoding

from ptc_cli.check.inside.source import UnreadableError, checkable, read_source

LINES = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "x = 1  # type: ignore",
            "# mypy: ignore-errors",
            "'''",
            "y = '# type: ignore'",
            "s = '日本語🎉'  # type: ignore[arg-type]",
            "if x:",
            "    pass  #type:ignore",
            "\tpass",
            "# -*- coding: utf-16 -*-",
            "\f",
            "f(",
            ")",
            "z = 2 \\",
            "# plain",
        ]
    ),
    max_size=8,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_and_columns_stay_where_the_author_has_them(lines: list[str], ending: str) -> None:
    try:
        source = read_source(ending.join(lines))
    except UnreadableError:
        return
    given_lines = checkable(source, {"crm": "crm"}).split("\n")

    assert given_lines[-2] == "from tools import crm"
    for line, author in zip(given_lines, source.text.split("\n"), strict=False):
        code, author_code = line.partition("#")[0], author.partition("#")[0]
        assert code == author_code


@given(LINES)
def test_no_comment_is_left_that_mypy_would_obey(lines: list[str]) -> None:
    try:
        source = read_source("\n".join(lines))
    except UnreadableError:
        return
    text = checkable(source, {})

    comments = [
        token.string
        for token in tokenize.generate_tokens(iter(text.splitlines(True)).__next__)
        if token.type == tokenize.COMMENT
    ]
    assert not [comment for comment in comments if "type:" in comment]
    assert find_python_encoding(text.encode()) == ("utf8", -1)
    assert not [line for line in text.split("\n") if line.startswith("# mypy: ")]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        source = read_source(text)
    except UnreadableError:
        return
    assert "\r" not in source.text
