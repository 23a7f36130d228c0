from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ptc_cli.core.settings import SandboxSettings
from tests.adversarial.attacks import Attacks, World, world
from tests.sandboxes import KINDS, Sandbox, started


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with started(SandboxSettings(backend=request.param)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def aims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("w")) as found:
        yield found


@pytest.fixture
def attacks(sandbox: Sandbox, aims: World) -> Attacks:
    return Attacks(sandbox=sandbox, world=aims)


@pytest.fixture
def zygote(attacks: Attacks) -> Attacks:
    """The attacks that only namespaces hold, or whose target only they have."""
    if attacks.backend != "zygote":
        pytest.skip("only namespaces hold this; the threat model says so")
    return attacks
