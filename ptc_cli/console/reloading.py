"""Noticing that the configuration changed, for commands that go on for long."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ptc_cli.console import talk
from ptc_cli.core.errors import ConfigError

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

_LOOK_SECONDS = 1.0
"""Looking takes 0.1 ms, and needs no library to be told."""


@asynccontextmanager
async def reloading(engine: Engine) -> AsyncIterator[None]:
    """Meanwhile apply what changes in the configuration files, and say so."""
    task = asyncio.create_task(_keep_looking(engine))
    try:
        yield
    finally:
        task.cancel()


async def _keep_looking(engine: Engine) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        reload(engine)


def reload(engine: Engine) -> None:
    """Apply the configuration files if they were touched; broken ones are told of and change nothing."""
    try:
        found = engine.reload()
    except ConfigError as error:
        talk.error(sys.stderr, f"the changed configuration is not applied: {error.message}", error.hint)
        return
    if found is not None:
        talk.note(sys.stderr, f"configuration applied: {found.summary}")
        for message in found.settings.warnings:
            talk.warning(sys.stderr, message)
