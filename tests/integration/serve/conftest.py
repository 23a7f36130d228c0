"""A real engine in front of a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ptc_cli.engine import Engine
from tests.integration.serve.clients import CONFIGURATION, engine_of


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with engine_of(tmp_path, CONFIGURATION) as engine:
        yield engine
