"""One open connection to a server, and what can be asked over it. The home of the SDK's client session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cached_property

import httpx2
import mcp_types as types
from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from mcp import ClientSession, MCPError
from mcp.client import Transport
from mcp.client.session import IncomingMessage
from mcp.client.subscriptions import SubscriptionLost, listen
from mcp.shared.dispatcher import CallOptions, OnNotify, OnNotifyIntercept, OnRequest, ProgressFnT
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    encode_header_value,
    find_invalid_x_mcp_header,
    mcp_param_headers,
    x_mcp_header_map,
)
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ptc_cli import __version__
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.upstream.era import negotiate
from ptc_cli.upstream.failures import AnsweredError, LoginError, LostError, SessionGoneError
from ptc_cli.upstream.http import CURRENT, Exchange
from ptc_cli.upstream.listing import ToolList
from ptc_cli.upstream.logfile import ServerLog

CLIENT = types.Implementation(name="ptc", version=__version__)
_MAX_ROUNDS = 20
"""How often a server may answer a call with "ask again later"."""

_ROUND_SECONDS = 0.1

_CLOSED = "Connection closed"
"""The SDK's words for a connection that ended. Its code for it, -32000, is what any server answers with."""

Progress = Callable[[float, float | None, str], None]


class _Dispatcher(JSONRPCDispatcher):
    """Tells when the connection ended."""

    @cached_property
    def ended(self) -> asyncio.Event:
        """Set once no answer can come any more."""
        return asyncio.Event()

    async def run(
        self,
        on_request: OnRequest,
        on_notify: OnNotify,
        on_notify_intercept: OnNotifyIntercept | None = None,
        *,
        task_status: TaskStatus[None] = TASK_STATUS_IGNORED,
    ) -> None:
        try:
            await super().run(on_request, on_notify, on_notify_intercept, task_status=task_status)
        finally:
            self.ended.set()


class Connection:
    """One open connection.

    Requests go past the SDK's typed methods: those raise on a result that a schema of the protocol does not allow,
    which for a call is after its side effect and for a listing costs all tools for one.
    """

    def __init__(self, session: ClientSession, dispatcher: _Dispatcher) -> None:
        self.ended = dispatcher.ended
        self._session = session
        self._dispatcher = dispatcher

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent."""
        return not self.ended.is_set()

    @property
    def protocol_version(self) -> str:
        """The MCP revision that is spoken."""
        return self._session.protocol_version or ""

    @property
    def instructions(self) -> str:
        """What the server says of how to use it."""
        return self._session.instructions or ""

    @property
    def server_version(self) -> str | None:
        """The version that the server gives itself."""
        return None if self._session.server_info is None else self._session.server_info.version

    async def list_tools(self, server: str) -> ToolList:
        """Ask for all tools, page by page.

        Raises:
            AnsweredError, LostError: The first page was not to be had.
        """
        found = ToolList(server=server, refuse=find_invalid_x_mcp_header if self._is_modern else lambda schema: None)
        cursor = found.add_page(await self._first_page())
        while cursor is not None:
            try:
                page = await self.request("tools/list", {"cursor": cursor})
            except AnsweredError as error:
                found.stop(f"the server failed at the next page: {error}")
                return found
            cursor = found.add_page(page)
        return found

    async def call_tool(
        self, name: str, arguments: JsonObject, *, schema: JsonObject | None, progress: Progress | None
    ) -> JsonObject:
        """Call a tool and return the answer as it came.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        params: JsonObject = {"name": name, "arguments": arguments}
        mirrored = mcp_param_headers(x_mcp_header_map(schema), arguments) if schema and self._is_modern else {}
        return await self._settled("tools/call", params, headers=mirrored, progress=progress)

    async def read_resource(self, uri: str) -> JsonObject:
        """Read a resource and return the answer as it came.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        return await self._settled("resources/read", {"uri": uri})

    async def request(
        self,
        method: str,
        params: JsonObject,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> JsonObject:
        """Send a request and return what was answered, unchecked. Cancelling tells the server.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        exchange = Exchange()
        token = CURRENT.set(exchange)
        try:
            return await self._dispatcher.send_raw_request(
                method, self._enveloped(params), self._options(method, params, headers, progress)
            )
        except MCPError as error:
            if error.message == _CLOSED:
                # The waiters are told a moment before the dispatcher is done.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.ended.wait(), 1.0)
            raise self._failure(error, exchange) from error
        finally:
            CURRENT.reset(token)

    @property
    def _is_modern(self) -> bool:
        return self._session.protocol_version in MODERN_PROTOCOL_VERSIONS

    async def _first_page(self) -> JsonObject:
        try:
            return await self.request("tools/list", {})
        except AnsweredError:
            offered = self._session.server_capabilities
            if offered is not None and offered.tools is None:
                return {"tools": []}
            raise

    async def _settled(
        self,
        method: str,
        params: JsonObject,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> JsonObject:
        """Ask again as long as a server of the new protocol says "later"."""
        answer = await self.request(method, params, headers=headers, progress=progress)
        for _ in range(_MAX_ROUNDS):
            if not self._is_modern or answer.get("resultType") != "input_required":
                return answer
            if answer.get("inputRequests"):
                raise AnsweredError("it asks for input in the middle of the call, and there is nobody to answer")
            await asyncio.sleep(_ROUND_SECONDS)
            again = {**params, "requestState": answer.get("requestState")}
            answer = await self.request(method, again, headers=headers, progress=progress)
        raise AnsweredError("it put the answer off too often")

    def _enveloped(self, params: JsonObject) -> JsonObject:
        """Return parameters as the protocol spoken wants them."""
        if not self._is_modern:
            return params
        meta = {
            types.PROTOCOL_VERSION_META_KEY: self.protocol_version,
            types.CLIENT_INFO_META_KEY: CLIENT.model_dump(by_alias=True, mode="json", exclude_none=True),
            types.CLIENT_CAPABILITIES_META_KEY: {},
        }
        return {**params, "_meta": meta}

    def _options(
        self, method: str, params: JsonObject, mirrored: Mapping[str, str] | None, progress: Progress | None
    ) -> CallOptions:
        headers = {MCP_PROTOCOL_VERSION_HEADER: self.protocol_version, **(mirrored or {})}
        if self._is_modern:
            headers[MCP_METHOD_HEADER] = method
            if (key := NAME_BEARING_METHODS.get(method)) is not None:
                headers[MCP_NAME_HEADER] = encode_header_value(str(params[key]))
        options = CallOptions(headers=headers)
        if progress is not None:
            options["on_progress"] = _reporting(progress)
        return options

    def _failure(self, error: MCPError, exchange: Exchange) -> AnsweredError | LostError:
        """Return what an error of the SDK means: an answer, a lost connection, a lost session."""
        if not self.is_open:
            return LostError("the connection ended")
        if exchange.error is not None:
            # Nobody listens any more. Other breaks concern one request only.
            if isinstance(exchange.error, httpx2.ConnectError):
                self._dispatcher.ended.set()
            return LostError(str(exchange.error) or type(exchange.error).__name__)
        if exchange.status in (401, 403):
            return LoginError(f"the server answered HTTP {exchange.status}")
        if exchange.status == 404 and not self._is_modern:
            self._dispatcher.ended.set()
            return SessionGoneError("the server no longer knows the session")
        if error.code == types.CONNECTION_CLOSED and exchange.status:
            return LostError(error.message)
        if exchange.status >= 400 and error.code == types.INTERNAL_ERROR:
            return LostError(f"the server answered HTTP {exchange.status}")
        return AnsweredError(error.message)


def _reporting(tell: Progress) -> ProgressFnT:
    async def report(progress: float, total: float | None, message: str | None) -> None:
        tell(progress, total, message or "")

    return report


@asynccontextmanager
async def connect(
    streams: Transport, *, era: str | None, log: ServerLog, changed: Callable[[], None]
) -> AsyncIterator[Connection]:
    """Open a connection over a transport, and call `changed` whenever the server's tools do.

    Raises:
        MCPError, RuntimeError, ValidationError: The server does not speak MCP as it should.
    """

    async def logged(params: types.LoggingMessageNotificationParams) -> None:
        log.note(f"{params.level} {params.logger or ''}: {params.data}")

    async def received(message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            changed()

    async with streams as (incoming, outgoing):
        dispatcher = _Dispatcher(incoming, outgoing)
        async with ClientSession(
            dispatcher=dispatcher, logging_callback=logged, message_handler=received, client_info=CLIENT
        ) as session:
            await negotiate(session, remembered=era)
            listening = asyncio.create_task(_listen(session, changed))
            try:
                yield Connection(session, dispatcher)
            finally:
                listening.cancel()


async def _listen(session: ClientSession, changed: Callable[[], None]) -> None:
    """Hear of changed tools from a server of the new protocol; one of the old sends notifications by itself."""
    offered = session.server_capabilities
    if session.protocol_version not in MODERN_PROTOCOL_VERSIONS or offered is None or offered.tools is None:
        return
    if not offered.tools.list_changed:
        return
    with suppress(MCPError, SubscriptionLost):
        async with listen(session, tools_list_changed=True) as subscription:
            async for _ in subscription:
                changed()
