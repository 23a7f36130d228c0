"""The contract of all backends: a test that takes `sandbox` is run by each, except those that `MONTY_LACKS` lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ptc_cli.core.settings import SandboxSettings
from tests.sandboxes import EVERY_KIND, Sandbox, started
from tests.unit.sandbox.monty_lacks import MONTY_LACKS


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=EVERY_KIND)
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """Every backend in turn: one suite for all."""
    async with started(SandboxSettings(backend=request.param)) as sandbox:
        yield sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect of monty that it lacks what is listed: a test that passes all the same fails the suite."""
    # It refuses sessions, of which there is a test.
    items[:] = [each for each in items if not (each.path.stem == "test_sessions" and "[monty" in each.name)]
    for item in items:
        reason = _reason(item) if isinstance(item, pytest.Function) and "[monty" in item.name else None
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _reason(item: pytest.Function) -> str | None:
    listed = MONTY_LACKS.get(item.path.stem, {})
    return listed.get(item.name.replace("[monty-", "["), listed.get(item.originalname))
