"""Start and end of an application behind our HTTP server."""

from __future__ import annotations

from starlette.types import Receive, Send

GRACE_SECONDS = 3.0
"""How long a request that is being answered may still take when the server is asked to end."""


async def live(receive: Receive, send: Send) -> None:
    """Answer the server's start and end: what is to be done at either is done around the server."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
