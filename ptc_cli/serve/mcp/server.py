"""One low-level MCP server for all modes and both protocol eras, over any transport."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TypeAlias

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import ListenHandler, ResourceUpdated
from mcp.shared.exceptions import MCPError

from ptc_cli import __version__
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.engine import Engine
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.content import text_result
from ptc_cli.serve.mcp.peer import Peer
from ptc_cli.serve.mcp.prompts import Prompts
from ptc_cli.serve.mcp.resources import Resources
from ptc_cli.serve.mcp.rounds import SEALED_SECONDS
from ptc_cli.serve.mcp.sessions import Sessions, new_key
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.surface import INPUT_SCHEMAS
from ptc_cli.serve.mcp.texts import Mode, Upstream, instructions, one_line, upstreams
from ptc_cli.serve.mcp.tools import Answered, Tools
from ptc_cli.serve.mcp.updates import News, Watched

logger = logging.getLogger(__name__)

INTRODUCE_SECONDS = 2.0
"""How long the first answer waits for servers that are not in the cache; after that they are named without counts."""

LISTEN_SECONDS = 20.0
"""How long a client that wants to hear of resources waits for their servers; the others are not heard of."""

Context: TypeAlias = ServerRequestContext[str]
"""What comes with a request; the lifespan's value is the name of the connection's session."""


class Gateway(Server[str]):
    """The engine behind an MCP server: who calls, which tool, and back."""

    def __init__(self, engine: Engine, mode: Mode, *, caller: Caller, names: Names = "prefixed") -> None:
        self.sessions = Sessions(engine)
        self._engine = engine
        self._mode: Mode = mode
        self._caller = caller
        self._tools = Tools(engine, mode, names)
        self._resources = Resources(engine, mode, names)
        self._prompts = Prompts(engine, mode, names)
        self._changed = asyncio.Event()
        self._listening = ListenHandler(self.sessions.bus)
        self._news = News(lambda address: self.sessions.bus.publish(ResourceUpdated(uri=address)))
        super().__init__(
            "ptc",
            version=__version__,
            instructions=instructions(mode, [Upstream(name=server.name) for server in engine.settings.servers]),
            lifespan=self._connection,
            get_tool_input_schema=INPUT_SCHEMAS.get,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
            on_completion=self._complete,
            on_subscriptions_listen=self._listen,
        )
        # By name, because the constructor's argument warns that 2026-07-28 drops it; older clients still send it.
        self.add_request_handler("logging/setLevel", types.SetLevelRequestParams, self._set_level)
        if mode == "sidecar":
            self.add_request_handler("resources/subscribe", types.SubscribeRequestParams, self._subscribe)
            self.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, self._unsubscribe)
        self.middleware.append(RequestStateBoundary(self._sealing(), default_audience="ptc"))
        engine.on_change(self._changed.set)
        engine.on_offers_change(self._changed.set)

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, object]] | None = None,
        extensions: dict[str, dict[str, object]] | None = None,
    ) -> InitializationOptions:
        """Return what a handshake tells. The HTTP transport calls this without arguments: what changes is said here."""
        changes = notification_options or NotificationOptions(
            tools_changed=True, resources_changed=True, prompts_changed=True
        )
        return super().create_initialization_options(changes, experimental_capabilities, extensions)

    def close(self) -> None:
        """Tell the clients that listen for changes that there will be no more."""
        self._listening.close()
        self._news.close()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Get ready to serve, and while serving follow the changes of the catalog."""
        introduced = anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch, introduced)
            with anyio.move_on_after(INTRODUCE_SECONDS):
                await introduced.wait()
            yield
            group.cancel_scope.cancel()

    @asynccontextmanager
    async def _connection(self, _: Server[str]) -> AsyncIterator[str]:
        """Name the session of one stdio connection; over HTTP clients have names, and one lifespan together."""
        key = new_key()
        try:
            yield key
        finally:
            self.sessions.forget(key)
            with anyio.CancelScope(shield=True):
                await self._end_sandboxes(replace(self._caller, session=key))

    async def _end_sandboxes(self, caller: Caller) -> None:
        """End what holds the names of a client's programs: it does not come back."""
        for name in self._engine.sessions(caller):
            await self._engine.end_session(caller, name)

    async def _watch(self, introduced: anyio.Event) -> None:
        """Keep the instructions true, and tell the clients whenever the catalog has changed."""
        await self._introduce()
        introduced.set()
        self._engine.warm_soon(self._caller)
        self._engine.refresh_soon()
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._introduce()
            await self.sessions.lists_changed()

    async def _introduce(self) -> None:
        try:
            self.instructions = instructions(self._mode, upstreams(await self._engine.describe(self._caller)))
        except PtcError as error:
            logger.warning("cannot describe the servers: %s", error)
        except Exception:  # its failure must not end the connection beside it
            logger.exception("cannot describe the servers")

    async def _list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        self.sessions.remember(context)
        return types.ListToolsResult(tools=await self._tools.list(self._caller_of(context), context.protocol_version))

    def _sealing(self) -> RequestStateSecurity:
        """Return how the names of suspended runs are sealed: for this gateway, and for the session that was told."""
        return RequestStateSecurity(
            keys=[secrets.token_bytes(32)],
            ttl=SEALED_SECONDS,
            bind_principal=lambda context: self.sessions.key(context),
        )

    async def _call_tool(self, context: Context, params: types.CallToolRequestParams) -> Answered:
        peer = Peer(context, level=self.sessions.level(context))
        try:
            given = params.input_responses or {}
            if params.request_state is not None and peer.comes_back:
                return await self._tools.resume(params.request_state, given, peer)
            return await self._tools.call(params.name, params.arguments or {}, self._caller_of(context), peer, given)
        except MCPError:
            raise
        except PtcError as error:
            return text_result(str(error), is_error=True)
        except Exception:  # a front door: a fault must end one call, not the connection
            logger.exception("a call of %r failed", params.name[:100])
            return text_result("ptc failed. This is a fault of ptc, not of the call; its log says more.", is_error=True)

    async def _list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        self.sessions.remember(context)
        with _told():
            return await self._resources.list(self._caller_of(context), params.cursor if params else None)

    async def _list_templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        with _told():
            return await self._resources.templates(self._caller_of(context))

    async def _read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult | types.InputRequiredResult:
        peer, given = Peer(context, level=self.sessions.level(context)), params.input_responses or {}
        with _told():
            if params.request_state is not None and peer.comes_back:
                return await self._resources.resume(params.request_state, given, peer)
            return await self._resources.read(params.uri, self._caller_of(context), peer, given)

    async def _subscribe(self, context: Context, params: types.SubscribeRequestParams) -> types.EmptyResult:
        caller = self._caller_of(context)
        with _told():
            home = await self._resources.source(params.uri, caller)
            await self._watched(context).add(params.uri, caller, home)
        return types.EmptyResult()

    async def _unsubscribe(self, context: Context, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        self._watched(context).remove(params.uri)
        return types.EmptyResult()

    def _watched(self, context: Context) -> Watched:
        watched = self.sessions.watched(context)
        if watched is None:
            raise MCPError(types.INVALID_REQUEST, "there is no session; ask with subscriptions/listen")
        return watched

    async def _listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Tell a client of what it wants to hear of, as far as somebody tells us, until it goes away."""
        watched = Watched(self._engine, self._news.put)
        try:
            asked = params.notifications.resource_subscriptions or []
            heard = await self._heard(watched, asked, self._caller_of(context))
            granted = params.notifications.model_copy(update={"resource_subscriptions": heard or None})
            return await self._listening(context, params.model_copy(update={"notifications": granted}))
        finally:
            watched.close()

    async def _heard(self, watched: Watched, addresses: Sequence[str], caller: Caller) -> list[str]:
        """Have resources watched, and return which are."""
        heard: list[str] = []
        with anyio.move_on_after(LISTEN_SECONDS):
            for address in dict.fromkeys(addresses):
                try:
                    await watched.add(address, caller, await self._resources.source(address, caller))
                    heard.append(address)
                except (PtcError, MCPError) as error:
                    logger.info("a client does not hear of %s: %s", one_line(address), one_line(str(error), 300))
        return heard

    async def _list_prompts(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        self.sessions.remember(context)
        with _told():
            return await self._prompts.list(self._caller_of(context))

    async def _get_prompt(
        self, context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult | types.InputRequiredResult:
        peer, given = Peer(context, level=self.sessions.level(context)), params.input_responses or {}
        with _told():
            if params.request_state is not None and peer.comes_back:
                return await self._prompts.resume(params.request_state, given, peer)
            return await self._prompts.get(params.name, params.arguments or {}, self._caller_of(context), peer, given)

    async def _complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        with _told():
            return await self._prompts.complete(params, self._caller_of(context))

    async def _set_level(self, context: Context, params: types.SetLevelRequestParams) -> types.EmptyResult:
        self.sessions.set_level(context, params.level)
        return types.EmptyResult()

    def _caller_of(self, context: Context) -> Caller:
        return replace(self._caller, session=self.sessions.key(context))


@contextmanager
def _told() -> Iterator[None]:
    """Have an error of ours reach the client in words."""
    try:
        yield
    except PtcError as error:
        raise MCPError(types.INVALID_PARAMS, sendable(str(error))) from error
