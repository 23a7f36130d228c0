"""One upstream: its tools as a listing, its calls as results, whatever goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ptc_cli.core.call import ToolCall, ToolFailure, ToolResult
from ptc_cli.core.errors import PtcError, UpstreamError
from ptc_cli.core.inquiry import InquiryKind, Requester
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.offers import Offers
from ptc_cli.core.server import SecretResolver, ServerConfig, ServerListing, ServerStatus, ToolSpec
from ptc_cli.upstream import answers, reasons
from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.failures import AnsweredError, IncapableError, LoginError, LostError, SessionGoneError, VisitError
from ptc_cli.upstream.host import Guest, Host
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.owner import Owner
from ptc_cli.upstream.patience import Patience
from ptc_cli.upstream.queue import Queue
from ptc_cli.upstream.redaction import without_secrets
from ptc_cli.upstream.visit import visit_fault
from ptc_cli.upstream.watching import Watching

if TYPE_CHECKING:
    from ptc_cli.upstream.connection import Connection

_NOT_REPEATED = "It may have done its work all the same: the call is not repeated."

_FAREWELL_SECONDS = 60.0
"""How long a server that is configured no more may take over the calls that it still has."""

_PAGES_SECONDS = 60.0
"""How long a server may take over its whole list, beside connecting."""


class Upstream:
    """One server, as the rest of us sees it: nothing here raises but cancellation."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        resolver: Callable[[ServerConfig], SecretResolver],
        log: ServerLog,
        logins: Logins,
        era: str | None,
        answers: frozenset[InquiryKind],
        changed: Callable[[], None],
        offers_changed: Callable[[], None],
    ) -> None:
        self.config = config
        self.watching = Watching(config.name, self._asked)
        self._host = Host(
            config,
            answers=answers,
            log=log,
            changed=changed,
            offers_changed=offers_changed,
            updated=self.watching.updated,
            cannot_tell=self._take_turns,
        )
        self.owner = Owner(config, resolver=resolver, log=log, logins=logins, era=era, host=self._host)
        self._log = log
        self._places = Queue(config.concurrent_calls)
        self._tool_places = {name: Queue(tool.concurrent_calls) for name, tool in config.tools.items()}

    def is_reached_as(self, config: ServerConfig) -> bool:
        """Say whether a changed configuration leaves the connection as it is."""
        return _as_reached(self.config) == _as_reached(config)

    def adopt(self, config: ServerConfig) -> None:
        """Take over a configuration under which the server is reached as before."""
        self.config = self.owner.config = self._host.config = config

    async def retire(self) -> None:
        """End the connection once the calls that are on their way are back, or at the latest after a while."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._host.quiet.wait(), _FAREWELL_SECONDS)
        finally:
            await self.close()

    async def close(self) -> None:
        """End the connection at once."""
        self.watching.close()
        await self.owner.close()

    @property
    def stray(self) -> str:
        """What the server wrote to its standard output that is no message, if it did."""
        return reasons.quoted(self._log.stray) if self._log.stray else ""

    async def list_tools(self) -> ServerListing:
        """Ask for the tools; a server that fails is a listing that says why."""
        if (refusal := self._refusal()) is not None:
            return self._without_tools(*refusal)
        try:
            async with asyncio.timeout(self.config.connect_timeout_seconds + _PAGES_SECONDS):
                return await self._listed()
        except PtcError as error:
            return self._without_tools("failed", str(error))
        except TimeoutError:
            return self._without_tools("failed", f"{self._place}: does not come to an end of its tools")
        except LoginError:
            return self._without_tools("failed", str(reasons.http_status(self.config, 401, "")))
        except (AnsweredError, LostError) as error:
            said = reasons.quoted(self._log.redacted(str(error)))
            return self._without_tools("failed", f"{self._place}: could not list its tools: {said}")

    async def offers(self) -> Offers:
        """Ask for resources and prompts.

        Raises:
            UpstreamError: They cannot be had.
        """
        async with self._asked() as connection:
            return await connection.offers(self.config.name)

    async def complete(self, params: JsonObject) -> JsonObject:
        """Ask how an argument of a prompt or a template may go on.

        Raises:
            UpstreamError: There is no answer.
        """
        async with self._asked() as connection:
            return await connection.request("completion/complete", params)

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[Connection]:
        """Give the connection for a question of ours; whatever goes wrong is one kind of error."""
        if (refusal := self._refusal()) is not None:
            raise UpstreamError(refusal[1])
        try:
            async with asyncio.timeout(self.config.connect_timeout_seconds + _PAGES_SECONDS):
                yield await self.owner.connection()
        except (AnsweredError, LostError, LoginError, TimeoutError) as error:
            said = reasons.quoted(self._log.redacted(str(error))) if str(error) else "no answer in time"
            raise UpstreamError(f"{self._place}: {said}") from error

    async def call(self, call: ToolCall, *, spec: ToolSpec | None, requester: Requester | None) -> ToolResult:
        """Carry a call to the server and its answer back."""
        if (refusal := self._refusal()) is not None:
            return ToolResult.failed("unavailable", refusal[1])
        async with AsyncExitStack() as places:
            try:
                async with asyncio.timeout(max(0.0, call.deadline - time.time())):
                    # First at the tool: who waits there must not take up a place at the server.
                    if (tool_places := self._tool_places.get(call.tool)) is not None:
                        await places.enter_async_context(tool_places.place(call.run))
                    await places.enter_async_context(self._places.place(call.run))
            except TimeoutError:
                return self._crowded(call)
            return await self._carried(call, spec, requester)

    async def _carried(self, call: ToolCall, spec: ToolSpec | None, requester: Requester | None) -> ToolResult:
        configured = self.config.tool(call.tool).timeout_seconds or self.config.timeout_seconds
        seconds = max(0.0, min(configured, call.deadline - time.time()))
        try:
            async with Patience(seconds) as patience, self._host.entertain(call, requester, patience) as guest:
                return await self._answered(guest, spec)
        except TimeoutError:
            return self._late(call, seconds)

    async def _answered(self, guest: Guest, spec: ToolSpec | None) -> ToolResult:
        result = await self._sent_or_failed(guest, spec)
        return replace(result, warnings=(*result.warnings, *guest.warnings)) if guest.warnings else result

    async def _sent_or_failed(self, guest: Guest, spec: ToolSpec | None) -> ToolResult:
        try:
            return await self._sent(guest, spec)
        except PtcError as error:
            return ToolResult.failed("unavailable", error.message, hint=error.hint)
        except VisitError as error:
            return ToolResult.failed("error", self._log.redacted(str(error)), hint=_pages(error))
        except IncapableError as error:
            said = self._log.redacted(str(error))
            return ToolResult(failure=ToolFailure(kind="error", message=said, lacks=error.lacks))
        except AnsweredError as error:
            return ToolResult.failed("error", self._log.redacted(str(error)))
        except LoginError:
            return self._login()
        except LostError as error:
            return await self._lost(guest.call, error, spec)

    @property
    def _place(self) -> str:
        return f"server '{self.config.name}'"

    def _refusal(self) -> tuple[ServerStatus, str] | None:
        """Return why the configuration keeps us from connecting at all, if it does."""
        if not self.config.enabled:
            return "disabled", f"{self._place}: is switched off in {self.config.origin}"
        if self.config.transport == "local":
            return "failed", f"{self._place}: is made of functions of this program, and not reached over MCP"
        if not self.config.is_trusted:
            return "untrusted", (
                f"{self._place}: {self.config.origin.path} is not trusted\nRun `ptc servers trust` after reading it."
            )
        return None

    async def _listed(self) -> ServerListing:
        connection = await self.owner.connection()
        found = await connection.list_tools(self.config.name)
        self.owner.served()
        return ServerListing(
            server=self.config.name,
            status="ok",
            tools=tuple(without_secrets(tool, self._log.redacted) for tool in found.tools.values()),
            rejected=tuple(found.rejected),
            instructions=self._log.redacted(connection.instructions),
            protocol_version=connection.protocol_version,
            server_version=connection.server_version,
            listed_at=time.time(),
        )

    def _without_tools(self, status: ServerStatus, reason: str) -> ServerListing:
        return ServerListing(server=self.config.name, status=status, reason=reason, listed_at=time.time())

    async def _sent(self, guest: Guest, spec: ToolSpec | None) -> ToolResult:
        try:
            result = await _ask(await self.owner.connection(), guest, spec)
        except LoginError:
            raise
        except LostError as error:
            # A server that refused the session has not read the call; what is harmless may be done twice.
            if not isinstance(error, SessionGoneError) and not _may_be_repeated(guest.call, spec):
                raise
            result = await _ask(await self.owner.connection(), guest, spec)
        self.owner.served()
        return result

    def _take_turns(self) -> None:
        """Have runs wait for each other: this server asks, and does not say during which call."""
        self._places.is_one_run_at_a_time = True

    def _crowded(self, call: ToolCall) -> ToolResult:
        return ToolResult.failed(
            "timeout",
            f"{self._place}: '{reasons.quoted(call.tool, mark='')}' got no turn before the time of its run was up",
            hint="It was not called. Call less at once, or raise `concurrent_calls` in the server's configuration.",
        )

    def _late(self, call: ToolCall, seconds: float) -> ToolResult:
        return ToolResult.failed(
            "timeout",
            f"{self._place}: no answer to '{reasons.quoted(call.tool, mark='')}' within {seconds:.3g} s",
            hint="The server was told to stop. It may have done its work all the same: the call is not repeated.",
        )

    def _login(self) -> ToolResult:
        why = reasons.http_status(self.config, 401, "")
        assert why is not None
        return ToolResult.failed("unavailable", why.message, hint=why.hint)

    async def _lost(self, call: ToolCall, error: LostError, spec: ToolSpec | None) -> ToolResult:
        how = await self.owner.obituary() or reasons.quoted(self._log.redacted(str(error)), mark="")
        repeated = "It was repeated once, as that does no harm." if _may_be_repeated(call, spec) else _NOT_REPEATED
        return ToolResult.failed(
            "unavailable",
            f"{self._place}: was lost while '{reasons.quoted(call.tool, mark='')}' ran: {how}",
            hint=f"{repeated} Its log is {self._log.path}",
        )


async def _ask(connection: Connection, guest: Guest, spec: ToolSpec | None) -> ToolResult:
    match guest.call.method:
        case "resources/read":
            return answers.read(await connection.read_resource(guest))
        case "prompts/get":
            return ToolResult(value=await connection.get_prompt(guest))
        case "tools/call":
            return await _call_tool(connection, guest, spec)


async def _call_tool(connection: Connection, guest: Guest, spec: ToolSpec | None) -> ToolResult:
    answer = await connection.call_tool(guest, schema=None if spec is None else spec.input_schema)
    return answers.called(answer, None if spec is None else spec.output_schema)


def _may_be_repeated(call: ToolCall, spec: ToolSpec | None) -> bool:
    """Say whether a call does no harm when it is done twice, by its server's own word."""
    if call.method != "tools/call":
        return True
    return spec is not None and bool(spec.annotations.read_only or spec.annotations.idempotent)


def _pages(error: VisitError) -> str:
    pages = ", ".join(str(visit.get("url")) for visit in error.visits if visit_fault(visit.get("url")) is None)
    return f"Somebody must first visit: {pages}" if pages else "It wants a page visited first, and does not say which."


def _as_reached(config: ServerConfig) -> ServerConfig:
    """Return a configuration without what the connection has nothing to do with."""
    place = replace(config.origin, line=None)
    return replace(config, origin=place, allow=(), ask=(), deny=(), learn=True)
