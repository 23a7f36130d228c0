"""One open connection to a server, and what can be asked over it. The home of the SDK's client session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cached_property

import httpx2
import mcp_types as types
from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from mcp import ClientSession, MCPError
from mcp.client import Transport
from mcp.client.session import IncomingMessage
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
from ptc_cli.core.inquiry import Requester
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.offers import Offers
from ptc_cli.upstream.era import negotiate
from ptc_cli.upstream.failures import (
    AnsweredError,
    IncapableError,
    LoginError,
    LostError,
    RefusedError,
    SessionGoneError,
    VisitError,
)
from ptc_cli.upstream.hearing import ResourceNews, hear_of_lists
from ptc_cli.upstream.host import MAX_INQUIRIES, METHODS, Guest, Host
from ptc_cli.upstream.http import CURRENT, Exchange
from ptc_cli.upstream.listing import ToolList
from ptc_cli.upstream.offering import listed
from ptc_cli.upstream.requests import capabilities, request_callbacks

CLIENT = types.Implementation(name="ptc", version=__version__)
_MAX_ROUNDS = 20
"""How often a server may answer a call with "ask again later"."""

_ROUND_SECONDS = 0.1

_LOG_LEVEL = "info"
"""From which severity on a server of the new protocol is asked to log. One of the old decides itself."""

_CLOSED = "Connection closed"
"""The SDK's words for a connection that ended. Its code for it, -32000, is what any server answers with."""


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

    def __init__(self, session: ClientSession, dispatcher: _Dispatcher, host: Host) -> None:
        self.ended = dispatcher.ended
        self._host = host
        self._session = session
        self._dispatcher = dispatcher
        self.news = ResourceNews(session, self.request)

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

    async def call_tool(self, guest: Guest, *, schema: JsonObject | None) -> JsonObject:
        """Call a tool and return the answer as it came.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        call = guest.call
        params: JsonObject = {"name": call.tool, "arguments": call.arguments}
        mirrored = mcp_param_headers(x_mcp_header_map(schema), call.arguments) if schema and self._is_modern else {}
        return await self._visited("tools/call", params, guest, mirrored)

    async def read_resource(self, guest: Guest) -> JsonObject:
        """Read a resource and return the answer as it came.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        return await self._visited("resources/read", {"uri": guest.call.tool}, guest, {})

    async def get_prompt(self, guest: Guest) -> JsonObject:
        """Get a prompt and return the answer as it came.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        params: JsonObject = {"name": guest.call.tool, "arguments": guest.call.arguments}
        return await self._visited("prompts/get", params, guest, {})

    async def offers(self, server: str) -> Offers:
        """Ask for all resources and prompts, as far as the server says that it has any.

        Raises:
            AnsweredError, LostError: A list was not to be had.
        """
        has = self._session.server_capabilities or types.ServerCapabilities()
        return Offers(
            server=server,
            resources=await listed("resources/list", self.request) if has.resources else (),
            templates=await self._templates() if has.resources else (),
            prompts=await listed("prompts/list", self.request) if has.prompts else (),
        )

    async def _templates(self) -> tuple[JsonObject, ...]:
        try:
            return await listed("resources/templates/list", self.request)
        except AnsweredError:  # no capability says whether there are any
            return ()

    async def request(
        self,
        method: str,
        params: JsonObject,
        *,
        headers: Mapping[str, str] | None = None,
        guest: Guest | None = None,
    ) -> JsonObject:
        """Send a request and return what was answered, unchecked. Cancelling tells the server.

        Raises:
            AnsweredError, LostError: There is no result.
        """
        exchange = Exchange()
        token = CURRENT.set(exchange)
        try:
            return await self._dispatcher.send_raw_request(
                method, self._enveloped(params, guest), self._options(method, params, headers, guest)
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

    async def _visited(self, method: str, params: JsonObject, guest: Guest, headers: Mapping[str, str]) -> JsonObject:
        """Ask again if a person visited the pages that a server, which did nothing yet, wants visited first."""
        try:
            return await self._settled(method, params, guest, headers)
        except VisitError as error:
            for visit in error.visits:
                reply = await self._host.answer_for(guest, "elicitation/create", visit)
                if reply.get("action") != "accept":
                    raise
            if not error.visits:
                raise
        return await self._settled(method, params, guest, headers)

    async def _settled(self, method: str, params: JsonObject, guest: Guest, headers: Mapping[str, str]) -> JsonObject:
        """Ask again as long as a server of the new protocol says "later", or asks for something itself."""
        answer = await self.request(method, params, headers=headers, guest=guest)
        for _ in range(_MAX_ROUNDS):
            if not self._is_modern or answer.get("resultType") != "input_required":
                return answer
            responses = await self._responses(guest, answer.get("inputRequests"))
            if not responses:
                await asyncio.sleep(_ROUND_SECONDS)
            again = {**params, "requestState": answer.get("requestState"), **responses}
            answer = await self.request(method, again, headers=headers, guest=guest)
        raise AnsweredError("it put the answer off too often")

    async def _responses(self, guest: Guest, requests: JsonValue) -> JsonObject:
        """Return what is answered to what a server asks in the middle of a call.

        Raises:
            AnsweredError: It cannot be answered.
        """
        if not isinstance(requests, dict) or not requests:
            return {}
        # All at once: whoever is asked may answer them together.
        answers = await asyncio.gather(*(self._response(guest, key, asked) for key, asked in requests.items()))
        return {"inputResponses": dict(zip(requests, answers, strict=True))}

    async def _response(self, guest: Guest, key: str, asked: JsonValue) -> JsonObject:
        method, params = (asked.get("method"), asked.get("params")) if isinstance(asked, dict) else (None, None)
        try:
            return await self._host.answer_for(guest, str(method), params if isinstance(params, dict) else {}, key=key)
        except RefusedError as error:
            raise AnsweredError(f"it asks for {METHODS.get(str(method), 'something')}, but {error}") from error

    def _enveloped(self, params: JsonObject, guest: Guest | None) -> JsonObject:
        """Return parameters as the protocol spoken wants them."""
        if not self._is_modern:
            return params
        meta: JsonObject = {
            types.PROTOCOL_VERSION_META_KEY: self.protocol_version,
            types.CLIENT_INFO_META_KEY: CLIENT.model_dump(by_alias=True, mode="json", exclude_none=True),
            types.CLIENT_CAPABILITIES_META_KEY: capabilities(() if guest is None else self._host.answers_for(guest)),
            **({} if guest is None else {types.LOG_LEVEL_META_KEY: _LOG_LEVEL}),
        }
        return {**params, "_meta": meta}

    def _options(
        self, method: str, params: JsonObject, mirrored: Mapping[str, str] | None, guest: Guest | None
    ) -> CallOptions:
        headers = {MCP_PROTOCOL_VERSION_HEADER: self.protocol_version, **(mirrored or {})}
        if self._is_modern:
            headers[MCP_METHOD_HEADER] = method
            if (key := NAME_BEARING_METHODS.get(method)) is not None:
                headers[MCP_NAME_HEADER] = encode_header_value(str(params[key]))
        options = CallOptions(headers=headers)
        if guest is not None and guest.requester is not None:
            options["on_progress"] = _reporting(guest.requester)
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
        if error.code == types.URL_ELICITATION_REQUIRED:
            return VisitError(error.message, _visits(error.data))
        if error.code == types.MISSING_REQUIRED_CLIENT_CAPABILITY:
            data = error.data if isinstance(error.data, dict) else {}
            return IncapableError(error.message, {"requiredCapabilities": data.get("requiredCapabilities", {})})
        return AnsweredError(error.message)


def _visits(asked: object) -> tuple[JsonObject, ...]:
    listed = asked.get("elicitations") if isinstance(asked, dict) else None
    found = listed if isinstance(listed, list) else []
    return tuple({**each, "mode": "url"} for each in found[:MAX_INQUIRIES] if isinstance(each, dict))


def _reporting(requester: Requester) -> ProgressFnT:
    async def report(progress: float, total: float | None, message: str | None) -> None:
        requester.progress(progress, total, message or "")

    return report


@asynccontextmanager
async def connect(streams: Transport, *, era: str | None, host: Host) -> AsyncIterator[Connection]:
    """Open a connection over a transport, over which the server can turn to `host`.

    Raises:
        MCPError, RuntimeError, ValidationError: The server does not speak MCP as it should.
    """

    async def logged(params: types.LoggingMessageNotificationParams) -> None:
        host.logged(params.level, params.logger, params.data)

    async def received(message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            host.changed()
        elif isinstance(message, types.ResourceListChangedNotification | types.PromptListChangedNotification):
            host.offers_changed()
        elif isinstance(message, types.ResourceUpdatedNotification):
            host.updated(str(message.params.uri))

    async with streams as (incoming, outgoing):
        dispatcher = _Dispatcher(incoming, outgoing)
        asks = request_callbacks(host)
        async with ClientSession(
            dispatcher=dispatcher,
            logging_callback=logged,
            message_handler=received,
            client_info=CLIENT,
            elicitation_callback=asks.elicitation,
            sampling_callback=asks.sampling,
            list_roots_callback=asks.roots,
        ) as session:
            await negotiate(session, remembered=era)
            listening = asyncio.create_task(hear_of_lists(session, host))
            connection = Connection(session, dispatcher, host)
            try:
                yield connection
            finally:
                listening.cancel()
                connection.news.close()
