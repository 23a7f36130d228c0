"""MCP as over stdio, on a socket: each connection is one client's conversation."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ptc_cli.core.catalog import Caller
from ptc_cli.daemon.peer import is_ours
from ptc_cli.engine import Engine
from ptc_cli.serve.activity import Activity

if TYPE_CHECKING:
    from ptc_cli.serve.mcp import Gateway, Mode

logger = logging.getLogger(__name__)

LINE_BYTES = 64 << 20
"""A longer line is not a message, and ends the connection."""

_FIRST_LINE_SECONDS = 10.0

_MODES = ("catalog", "filesystem", "sidecar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a client says in its first line, before its conversation begins."""

    mode: Mode | None
    """None: as configured."""

    servers: tuple[str, ...]
    """Globs over the names of servers."""

    @classmethod
    def of(cls, line: bytes) -> Wanted:
        """Return what a first line says.

        Raises:
            ValueError: It is no such line.
        """
        said = json.loads(line)
        mode, servers = (said.get("mode"), said.get("servers")) if isinstance(said, dict) else (None, None)
        if (
            mode not in (None, *_MODES)
            or not isinstance(servers, list)
            or not all(isinstance(each, str) for each in servers)
        ):
            raise ValueError("not what a conversation begins with")
        return cls(mode=mode, servers=tuple(servers))


class Attached:
    """The conversations of a daemon. Those of one mode over the same servers share a gateway."""

    def __init__(self, engine: Engine, activity: Activity) -> None:
        self._engine = engine
        self._activity = activity
        self._gateways: dict[Wanted, asyncio.Future[Gateway]] = {}
        self._going: set[asyncio.Task[None]] = set()
        self.conversations = 0
        """How many go on."""

    @asynccontextmanager
    async def listening(self, listener: socket.socket) -> AsyncIterator[None]:
        """Take connections."""
        server = await asyncio.start_unix_server(self._begin, sock=listener, limit=LINE_BYTES)
        try:
            yield
        finally:
            server.close()
            self.close()
            await asyncio.gather(*self._going, return_exceptions=True)

    def close(self) -> None:
        """End all conversations."""
        for task in self._going:
            task.cancel()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_ours(writer.get_extra_info("socket")):
            writer.transport.abort()
            return
        self._keep(asyncio.create_task(self._converse(reader, writer)))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.conversations += 1
        with self._activity.one():
            try:
                async with asyncio.timeout(_FIRST_LINE_SECONDS):
                    wanted = Wanted.of(await reader.readline())
                await self._serve(wanted, reader, writer)
            except (ValueError, TimeoutError, OSError) as error:
                logger.warning("a conversation ended badly: %s", error)
            except Exception:  # its failure must not end the conversations beside it
                logger.exception("a conversation failed")
            finally:
                self.conversations -= 1
                writer.transport.abort() if writer.is_closing() else writer.close()

    async def _serve(self, wanted: Wanted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gateway = await self._gateway(wanted)
        from ptc_cli.serve.mcp import serve_connection

        await serve_connection(gateway, reader, writer)

    async def _gateway(self, wanted: Wanted) -> Gateway:
        if wanted not in self._gateways:
            self._gateways[wanted] = ready = asyncio.get_running_loop().create_future()
            self._keep(asyncio.create_task(self._hold(wanted, ready)))
        return await asyncio.shield(self._gateways[wanted])

    async def _hold(self, wanted: Wanted, ready: asyncio.Future[Gateway]) -> None:
        """Have a gateway follow the catalog for as long as the daemon lives: it may have clients at any time."""
        from ptc_cli.serve.mcp import Gateway  # mcp costs 0.7 s to import

        gateway = Gateway(
            self._engine,
            wanted.mode or self._engine.settings.serve.mode,
            caller=Caller(door="mcp", servers=wanted.servers),
        )
        try:
            async with gateway.watching():
                ready.set_result(gateway)
                await asyncio.Event().wait()
        finally:
            # Whoever waits for it, or comes later, is not to wait for one that is gone.
            del self._gateways[wanted]
            ready.cancel()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._going.add(task)
        task.add_done_callback(self._going.discard)
