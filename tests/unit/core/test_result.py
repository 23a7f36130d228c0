from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.result import ProgramError, Result, Status, cut_text


@pytest.mark.parametrize(
    ("status", "code"),
    [("ok", 0), ("failed", 1), ("killed", 1), ("rejected", 3), ("timeout", 5), ("limit", 5), ("cancelled", 130)],
)
def test_every_outcome_has_its_exit_code(status: Status, code: int) -> None:
    assert Result(run="r", status=status).exit_code == code


def test_a_denial_that_nobody_caught_has_an_exit_code_of_its_own() -> None:
    error = ProgramError(type="ToolDenied", message="no")

    assert Result(run="r", status="failed", error=error).exit_code == 6


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_a_cut_text_keeps_head_and_tail_and_says_how_much_is_missing(text: str, most: int) -> None:
    cut = cut_text(text, most)
    head, _, rest = cut.partition("\n[... ")

    if len(text.encode("utf-8", "replace")) <= most:
        assert cut == text
    else:
        missing, _, tail = rest.partition(" bytes cut ...]\n")
        kept = len(head.encode()) + len(tail.encode())
        assert kept <= most
        assert kept + int(missing.replace(",", "")) == len(text.encode("utf-8", "replace"))
