"""A real engine in front of a real server, and clients of every kind in front of the engine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client._memory import InMemoryTransport
from mcp.client._transport import Transport
from mcp.client.session import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Engine, open_engine
from ptc_cli.serve.front import serve_http
from ptc_cli.serve.mcp import Mode
from ptc_cli.serve.mcp.server import Gateway
from tests.homes import home as made

DESK = Path(__file__).parents[2] / "servers" / "desk.py"

CONFIGURATION = f"""
[servers.desk]
command = {str(sys.executable)!r}
args = [{str(DESK)!r}]
"""

Era = Literal["legacy", "auto"]
"""What a client speaks: the handshake era, or whatever is newest, which is 2026-07-28."""

Wire = Literal["memory", "http"]


@asynccontextmanager
async def engine_of(home: Path, configuration: str) -> AsyncIterator[Engine]:
    path = home / "ptc.toml"
    path.write_text(configuration)
    environ = {"PTC_HOME": made(home / "home"), "PATH": "/usr/bin:/bin"}
    async with open_engine(config=str(path), cwd=home, environ=environ) as engine:
        yield engine


@dataclass
class Heard:
    """What a client was told and asked, and what its person answers."""

    progress: list[tuple[float, float | None, str | None]] = field(default_factory=list)
    logs: list[tuple[str, object]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    answer: types.ElicitResult | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))

    async def on_log(self, params: types.LoggingMessageNotificationParams) -> None:
        self.logs.append((params.level, params.data))

    async def on_message(self, message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self.changed.set()

    async def on_question(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        self.questions.append(params.message)
        return self.answer or types.ElicitResult(action="cancel")


@asynccontextmanager
async def connected(
    engine: Engine,
    mode: Mode,
    *,
    era: Era = "legacy",
    wire: Wire = "memory",
    heard: Heard | None = None,
    asks: bool = True,
) -> AsyncIterator[Client]:
    """Serve the engine in a mode, and connect a client to it."""
    heard = heard or Heard()
    async with _transport(engine, mode, wire) as transport:
        client = Client(
            transport,
            mode=era,
            logging_callback=heard.on_log,
            message_handler=heard.on_message,
            elicitation_callback=heard.on_question if asks else None,
        )
        async with client:
            yield client


@asynccontextmanager
async def _transport(engine: Engine, mode: Mode, wire: Wire) -> AsyncIterator[Transport]:
    if wire == "memory":
        gateway = Gateway(engine, mode, caller=Caller(door="mcp"))
        async with gateway.watching():
            yield InMemoryTransport(gateway)
        return
    async with served(engine, mode) as url, httpx2.AsyncClient(timeout=60) as http:
        yield streamable_http_client(url, http_client=http)


@asynccontextmanager
async def served(engine: Engine, mode: Mode, *, token: str | None = None) -> AsyncIterator[str]:
    """Serve the engine over HTTP on a free port of this machine; yield the address."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_http(engine, mode, port=0, token=token, on_ready=ready.set_result))
    try:
        yield await asyncio.wait_for(ready, 30)
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=30)


def text(result: types.CallToolResult) -> str:
    """Return the texts of a result."""
    return "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))
