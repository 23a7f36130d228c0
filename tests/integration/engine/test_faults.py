"""A fault of our own ends a run like anything else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from ptc_cli.core.catalog import View
from ptc_cli.core.event import Finished
from ptc_cli.core.settings import JournalSettings, PolicySettings
from ptc_cli.engine.run import Run
from ptc_cli.engine.runner import Runner
from ptc_cli.journal import Journal
from tests.engines import CALLER, execution


async def broken() -> View:
    raise RuntimeError("a bug")


async def test_who_follows_the_events_of_a_run_that_met_a_bug_sees_its_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path, settings=JournalSettings(), secrets=frozenset)
    unused = cast("Any", None)
    runner = Runner(
        checker=unused, backend=unused, layers=unused, sessions=unused, suspicion=unused, news=unused, held=unused, carry=unused, journal=journal, policy=PolicySettings,
        secrets=frozenset, approvals=unused, exposures=unused,
    )  # fmt: skip
    run = Run(execution("1", caller=CALLER), journal=journal, can_ask=False)

    with pytest.raises(RuntimeError):
        await runner.program(run, broken())
    events = [event.what async for event in run.events()]
    journal.close()

    assert isinstance(events[-1], Finished)
    assert events[-1].result.status == "failed"
    assert "a bug" in str(events[-1].result.error)
