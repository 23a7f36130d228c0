"""One process that checks many programs says of each what a fresh process says."""

from __future__ import annotations

import random
from pathlib import Path

from ptc_cli.check.checker import Checker
from ptc_cli.core.program import Program
from tests.unit.check.soak import random_programs, verdict
from tests.unit.check.views import CRM_VIEW, runtime_stub

SEED = 20260
COUNT, SAMPLED = 100, 10


async def test_a_process_that_has_checked_many_programs_says_what_a_fresh_one_says(cache: Path) -> None:
    programs = [Program.of(text) for text in random_programs(SEED, COUNT)]
    checker = Checker(cache=cache, runtime_stub=runtime_stub)
    warm = [verdict(await checker.check(program, CRM_VIEW)) for program in programs]
    await checker.close()

    assert 0.2 < sum(bool(said) for _, said in warm) / COUNT < 1
    for number in random.Random(SEED).sample(range(COUNT), SAMPLED):
        fresh = Checker(cache=cache, runtime_stub=runtime_stub)
        assert verdict(await fresh.check(programs[number], CRM_VIEW)) == warm[number], programs[number].source
        await fresh.close()
