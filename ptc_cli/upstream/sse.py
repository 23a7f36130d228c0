"""Messages over the older HTTP transport: one event stream in, one POST per message out.

Not the SDK's transport: that one ends at results over 1 MiB, and a POST that is refused leaves its caller waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import anyio
import httpx2
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import INTERNAL_ERROR, ErrorData, JSONRPCError, JSONRPCRequest, jsonrpc_message_adapter

from ptc_cli.upstream.http import MAX_BODY_BYTES

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]
Arrived = MemoryObjectSendStream[SessionMessage | Exception]


@asynccontextmanager
async def sse_streams(client: httpx2.AsyncClient, url: str) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """Give the streams; the incoming one ends when the event stream does.

    Raises:
        HTTPError: The event stream was refused.
        ValueError: The server names an endpoint on another origin, or none.
    """
    arrived, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](64)
    outgoing, waiting = anyio.create_memory_object_stream[SessionMessage](0)
    async with client.stream("GET", url, headers={"accept": "text/event-stream"}) as response:
        response.raise_for_status()
        events = aiter(httpx2.EventSource(response, max_event_size=MAX_BODY_BYTES))
        endpoint = await _endpoint(events, url)
        reader = asyncio.create_task(_read(events, arrived))
        writer = asyncio.create_task(_write(client, endpoint, waiting, arrived))
        try:
            yield incoming, outgoing
        finally:
            incoming.close()
            outgoing.close()
            reader.cancel()
            writer.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)


async def _endpoint(events: AsyncIterator[httpx2.ServerSentEvent], url: str) -> str:
    """Return where messages are to be posted, which must be where the configuration points."""
    async for event in events:
        if event.event == "endpoint":
            endpoint = urljoin(url, event.data)
            if urlsplit(endpoint)[:2] != urlsplit(url)[:2]:
                raise ValueError("the server sends its messages to another host")
            return endpoint
    raise ValueError("the event stream ended before it named an endpoint")


async def _read(events: AsyncIterator[httpx2.ServerSentEvent], arrived: Arrived) -> None:
    async with arrived:
        async for event in events:
            if event.event != "message" or not event.data:
                continue
            try:
                message = SessionMessage(jsonrpc_message_adapter.validate_json(event.data, by_name=False))
            except ValueError as error:
                await arrived.send(error)
            else:
                await arrived.send(message)


async def _write(
    client: httpx2.AsyncClient,
    endpoint: str,
    waiting: MemoryObjectReceiveStream[SessionMessage],
    arrived: Arrived,
) -> None:
    async with waiting, asyncio.TaskGroup() as posts:
        async for item in waiting:
            posts.create_task(_post(client, endpoint, item, arrived))


async def _post(client: httpx2.AsyncClient, endpoint: str, item: SessionMessage, arrived: Arrived) -> None:
    body = item.message.model_dump(by_alias=True, mode="json", exclude_unset=True)
    response = await client.post(endpoint, json=body)
    if response.status_code < 400 or not isinstance(item.message, JSONRPCRequest):
        return
    why = ErrorData(code=INTERNAL_ERROR, message=f"the server answered HTTP {response.status_code}")
    try:
        await arrived.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=item.message.id, error=why)))
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        return
