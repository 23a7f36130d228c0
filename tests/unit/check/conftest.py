"""A checker for the tests of a module, with a cache that all of them share."""

from __future__ import annotations

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


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


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
