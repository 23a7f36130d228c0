"""A checker for the tests of a module, with a cache that all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from ptc_cli.check.checker import Checker
from ptc_cli.core.catalog import View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program
from tests.unit.check.views import CRM_VIEW, runtime_stub

Check = Callable[..., Awaitable[CheckReport]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds a cache: a process that started without gives way to another one later."""
    folder = tmp_path_factory.mktemp("cache")
    checker = Checker(cache=folder, runtime_stub=runtime_stub)
    await checker.self_test()
    await written(folder)
    await checker.close()
    return folder


async def written(cache: Path) -> list[Path]:
    """Return the caches in a folder, when all that are being written are there."""
    async with asyncio.timeout(100):
        while not (found := sorted(cache.glob("*"))) or any(place.name.startswith("draft-") for place in found):
            await asyncio.sleep(0.02)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def checker(cache: Path) -> AsyncIterator[Checker]:
    checker = Checker(cache=cache, runtime_stub=runtime_stub)
    yield checker
    await checker.close()


@pytest.fixture(scope="module")
def check(checker: Checker) -> Check:
    async def check(source: str, view: View = CRM_VIEW, *, strict: bool = False) -> CheckReport:
        return await checker.check(Program.of(source), view, strict=strict)

    return check
