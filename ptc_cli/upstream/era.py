"""Which of two protocols a server speaks: the handshake, or the stateless one, which begins with `server/discover`."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from mcp import ClientSession, MCPError
from mcp_types import UNSUPPORTED_PROTOCOL_VERSION, DiscoverResult
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_MODERN_VERSION, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

PATIENCE_SECONDS = 1.5
"""How long a server may be silent about `server/discover` before the handshake is sent after it.

Some old servers ignore what they do not know, and nothing tells them from a server that starts slowly. So both are
asked, in this order, and the first to be answered decides: a slow server of the new protocol answers the first one.
"""


async def negotiate(session: ClientSession, *, remembered: str | None) -> None:
    """Agree with a server on a protocol; begin with the handshake where it is remembered.

    Raises:
        MCPError: The server refused both, or the connection ended.
        RuntimeError: It speaks a revision that we do not.
    """
    if remembered not in HANDSHAKE_PROTOCOL_VERSIONS:
        await _first_contact(session)
        return
    try:
        await session.initialize()
    except MCPError:
        await _first_contact(session)


async def _first_contact(session: ClientSession) -> None:
    probe = asyncio.create_task(_discover(session))
    handshake: asyncio.Task[object] | None = None
    try:
        await asyncio.wait({probe}, timeout=PATIENCE_SECONDS)
        if not probe.done():
            handshake = asyncio.create_task(session.initialize())
            await asyncio.wait({probe, handshake}, return_when=asyncio.FIRST_COMPLETED)
        if not probe.done() and handshake is not None and not _is_refused(handshake):
            await handshake
            return
        found = await probe
        if found is not None:
            session.adopt(found)
            return
        await (handshake or session.initialize())
    finally:
        await _drop(probe, handshake)


async def _discover(session: ClientSession) -> DiscoverResult | None:
    """Return what a server of the new protocol says of itself, or None for another.

    Raises:
        MCPError: The server speaks only revisions that we do not. Any other error speaks for the handshake: old
            servers answer with what they like, also with the code of a connection that ended.
    """
    try:
        found = DiscoverResult.model_validate(await session.send_discover(LATEST_MODERN_VERSION))
    except MCPError as error:
        if _is_too_new(error):
            raise
        return None
    except ValidationError:
        return None
    return found if set(found.supported_versions) & set(MODERN_PROTOCOL_VERSIONS) else None


def _is_too_new(error: MCPError) -> bool:
    supported = error.data.get("supported") if isinstance(error.data, dict) else None
    if error.code != UNSUPPORTED_PROTOCOL_VERSION or not isinstance(supported, list):
        return False
    return not any(version in HANDSHAKE_PROTOCOL_VERSIONS for version in supported)


def _is_refused(handshake: asyncio.Task[object]) -> bool:
    """Say whether a server refused the handshake because it speaks the new protocol."""
    error = handshake.exception() if handshake.done() and not handshake.cancelled() else None
    return isinstance(error, MCPError) and error.code == UNSUPPORTED_PROTOCOL_VERSION


async def _drop(*tasks: asyncio.Task[object] | asyncio.Task[DiscoverResult | None] | None) -> None:
    for task in tasks:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, MCPError, RuntimeError, ValidationError):
                await task
