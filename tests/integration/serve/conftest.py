"""A real engine in front of a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ptc_cli.engine import Engine
from tests.integration.serve.clients import CONFIGURATION, engine_of


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """One for all tests of a module: starting a checker and a server for each would take most of their time."""
    async with engine_of(tmp_path_factory.mktemp("engine"), CONFIGURATION) as engine:
        yield engine
