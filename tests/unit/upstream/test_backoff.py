from __future__ import annotations

from ptc_cli.upstream.backoff import FIRST_SECONDS, LONGEST_SECONDS, Backoff


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_attempt_may_be_made_at_once() -> None:
    assert Backoff().wait_seconds == 0


def test_waits_double_with_jitter_up_to_five_minutes() -> None:
    backoff = Backoff(clock=Clock())
    waits = []
    for _ in range(30):
        backoff.failed()
        waits.append(backoff.wait_seconds)

    for attempt, wait in enumerate(waits):
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2**attempt)
        assert longest / 2 <= wait <= longest
    assert len(set(waits[-10:])) > 1


def test_time_passes() -> None:
    clock = Clock()
    backoff = Backoff(clock=clock)
    backoff.failed()
    clock.now += FIRST_SECONDS

    assert backoff.wait_seconds == 0


def test_a_final_failure_waits_until_it_is_cleared() -> None:
    clock = Clock()
    backoff = Backoff(clock=clock)
    backoff.failed(is_final=True)
    clock.now += 1e9
    assert backoff.wait_seconds == float("inf")

    backoff.clear()

    assert backoff.wait_seconds == 0


def test_the_first_death_costs_no_wait_the_next_does() -> None:
    backoff = Backoff(clock=Clock())
    backoff.died()
    assert backoff.wait_seconds == 0

    backoff.died()

    assert backoff.wait_seconds > 0
