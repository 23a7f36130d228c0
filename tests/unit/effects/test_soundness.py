"""No program calls a tool that was not foreseen, nor more often: compared with what programs do when they run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.effects.programs import programs, sessions
from tests.unit.effects.world import surprises

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

_QUICK = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_QUICK
@given(programs())
def test_no_call_is_a_surprise(source: str) -> None:
    assert surprises([source]) == []


@_QUICK
@given(sessions())
def test_no_call_of_a_sessions_last_program_is_a_surprise(sources: list[str]) -> None:
    assert surprises(sources) == []
