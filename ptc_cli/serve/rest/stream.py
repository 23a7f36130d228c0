"""Answers that outlast a moment: results that are waited for, and events as they come (SSE, WHATWG HTML 9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import anyio
from starlette.types import Receive, Scope, Send

from ptc_cli.core.codec import to_json
from ptc_cli.core.event import Event

T = TypeVar("T")

HEARTBEAT_SECONDS = 15.0
"""A comment so often shows both ends, and what is between them, that the connection lives."""

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """The answer that sends events as they come."""

    def __init__(
        self, events: AsyncIterator[Event], *, run: str, gone: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Send events; `gone` is called when the client goes away before their end."""
        self._events = events
        self._run = run
        self._gone = gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        headers = [*STREAM_HEADERS, (b"ptc-run", self._run.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        is_whole = False
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_cancelled_once_gone, receive, group.cancel_scope)
                group.start_soon(beat, send)
                async for event in self._events:
                    await send({"type": "http.response.body", "body": _encoded(event), "more_body": True})
                is_whole = True
                group.cancel_scope.cancel()
        finally:
            if not is_whole and self._gone is not None:
                with anyio.CancelScope(shield=True):
                    await self._gone()
        if is_whole:
            await send({"type": "http.response.body", "body": b""})


async def unless_gone(receive: Receive, work: Awaitable[T], *, gone: Callable[[], Awaitable[object]]) -> T | None:
    """Wait for something while the client does; None when it has gone away, after `gone`."""
    done: list[T] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_cancelled_once_gone, receive, group.cancel_scope)
            done.append(await work)
            group.cancel_scope.cancel()
    finally:
        if not done:
            with anyio.CancelScope(shield=True):
                await gone()
    return done[0] if done else None


async def until_disconnected(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def beat(send: Send) -> None:
    """Show again and again that the connection lives."""
    while True:
        await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
        await anyio.sleep(HEARTBEAT_SECONDS)


async def _cancelled_once_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    await until_disconnected(receive)
    scope.cancel()


def _encoded(event: Event) -> bytes:
    data = json.dumps(to_json(event), ensure_ascii=True, separators=(",", ":"))
    return f"id: {event.sequence}\nevent: {type(event.what).__name__}\ndata: {data}\n\n".encode()
