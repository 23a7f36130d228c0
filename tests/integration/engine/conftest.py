from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ptc_cli.engine import Engine
from tests.engines import engine_over, plain_server


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    log = ("--log", str(tmp_path / "received.jsonl"))
    async with engine_over(tmp_path, plain_server("plain", *log)) as opened:
        yield opened


@pytest.fixture
def received(tmp_path: Path) -> Path:
    """Where the server of `engine` writes what reaches it."""
    return tmp_path / "received.jsonl"
