"""Programs of the kind that agents write: the wrong ones are rejected where they are wrong, the right ones pass."""

from __future__ import annotations

import json

import pytest

from tests.unit.check.conftest import Check
from tests.unit.check.views import DATA

pytestmark = pytest.mark.asyncio(loop_scope="module")


def programs(name: str) -> list[tuple[str, str]]:
    """Return titles and texts of a file of programs."""
    parts = (DATA / name).read_text().split("### ")[1:]
    return [(title, text) for title, _, text in (part.partition("\n") for part in parts)]


SEEDED = [json.loads(line) for line in (DATA / "programs.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", SEEDED, ids=[case["id"] for case in SEEDED])
async def test_a_seeded_program_gets_its_verdict(check: Check, case: dict[str, str]) -> None:
    report = await check(case["code"])

    assert report.passed is (case["verdict"] == "accept"), report.diagnostics


@pytest.mark.parametrize(("title", "text"), programs("right.txt"), ids=[each[0] for each in programs("right.txt")])
async def test_a_right_program_passes(check: Check, title: str, text: str) -> None:
    report = await check(text)

    assert report.errors == ()


@pytest.mark.parametrize(("title", "text"), programs("wrong.txt"), ids=[each[0] for each in programs("wrong.txt")])
async def test_a_wrong_program_is_rejected_where_it_is_wrong(check: Check, title: str, text: str) -> None:
    line, code = title.partition(": ")[2].split()

    report = await check(text)

    assert not report.passed
    assert (int(line), code) in [(error.line, error.code) for error in report.errors]
