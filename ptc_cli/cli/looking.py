"""What commands that only look start from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ptc_cli.cli.invocation import Invocation, perform
from ptc_cli.console import talk

if TYPE_CHECKING:
    from ptc_cli.engine.known import Known


def known(invocation: Invocation, *, refresh: bool = False) -> Known:
    """Return what there is to know of the servers; those that are not in the cache are asked, with `refresh` all."""
    from ptc_cli.engine.known import cached  # `ptc tools call` has no 30 ms for it

    found = None if refresh else cached(invocation.caller, config=invocation.config)
    if found is None:
        return perform(_asked(invocation, refresh=refresh))
    for message in found.settings.warnings:
        talk.warning(sys.stderr, message)
    return found


async def _asked(invocation: Invocation, *, refresh: bool) -> Known:
    from ptc_cli.engine.known import asked

    async with invocation.engine() as engine:
        return await asked(engine, invocation.caller, refresh=refresh)
