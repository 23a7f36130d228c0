from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ptc_cli.core.settings import SandboxSettings
from tests.sandboxes import KINDS, Sandbox, started


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """Every backend in turn: one suite for all."""
    async with started(SandboxSettings(backend=request.param)) as sandbox:
        yield sandbox
