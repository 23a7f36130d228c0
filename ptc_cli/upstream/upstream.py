"""One upstream: its tools as a listing, its calls as results, whatever goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.errors import PtcError
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.server import SecretResolver, ServerConfig, ServerListing, ServerStatus, ToolSpec
from ptc_cli.upstream import answers, reasons
from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.failures import AnsweredError, LoginError, LostError, SessionGoneError
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.owner import Owner

if TYPE_CHECKING:
    from ptc_cli.upstream.connection import Connection

Progress = Callable[[float, float | None, str], None]

_TEXTS = frozenset({"description", "title", "default", "examples", "$comment"})
"""What a schema says to readers."""

_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})

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
        changed: Callable[[], None],
    ) -> None:
        self.config = config
        self.owner = Owner(config, resolver=resolver, log=log, logins=logins, era=era, changed=changed)
        self._log = log

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

    async def call(self, call: ToolCall, *, spec: ToolSpec | None, progress: Progress | None) -> ToolResult:
        """Carry a call to the server and its answer back."""
        if (refusal := self._refusal()) is not None:
            return ToolResult.failed("unavailable", refusal[1])
        configured = self.config.tool(call.tool).timeout_seconds or self.config.timeout_seconds
        seconds = max(0.0, min(configured, call.deadline - time.time()))
        try:
            async with asyncio.timeout(seconds):
                return await self._sent(call, spec, progress)
        except TimeoutError:
            return self._late(call, seconds)
        except PtcError as error:
            return ToolResult.failed("unavailable", error.message, hint=error.hint)
        except AnsweredError as error:
            return ToolResult.failed("error", self._log.redacted(str(error)))
        except LoginError:
            return self._login()
        except LostError as error:
            return await self._lost(call, error)

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
            tools=tuple(_without_secrets(tool, self._log.redacted) for tool in found.tools.values()),
            rejected=tuple(found.rejected),
            instructions=self._log.redacted(connection.instructions),
            protocol_version=connection.protocol_version,
            server_version=connection.server_version,
            listed_at=time.time(),
        )

    def _without_tools(self, status: ServerStatus, reason: str) -> ServerListing:
        return ServerListing(server=self.config.name, status=status, reason=reason, listed_at=time.time())

    async def _sent(self, call: ToolCall, spec: ToolSpec | None, progress: Progress | None) -> ToolResult:
        try:
            result = await _ask(await self.owner.connection(), call, spec, progress)
        except SessionGoneError:
            # The only failure after which a call is sent again: the server has refused it unread.
            result = await _ask(await self.owner.connection(), call, spec, progress)
        self.owner.served()
        return result

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

    async def _lost(self, call: ToolCall, error: LostError) -> ToolResult:
        how = await self.owner.obituary() or reasons.quoted(self._log.redacted(str(error)), mark="")
        return ToolResult.failed(
            "unavailable",
            f"{self._place}: was lost while '{reasons.quoted(call.tool, mark='')}' ran: {how}",
            hint=f"It may have done its work all the same: the call is not repeated. Its log is {self._log.path}",
        )


def _without_secrets(tool: ToolSpec, redacted: Callable[[str], str]) -> ToolSpec:
    """Return a tool without what its server should not have said: it stands in stubs, for everyone to read."""
    schema, output = _said(tool.input_schema, redacted), _said(tool.output_schema, redacted)
    assert isinstance(schema, dict)
    return replace(
        tool,
        description=redacted(tool.description),
        title=None if tool.title is None else redacted(tool.title),
        input_schema=schema,
        output_schema=output if isinstance(output, dict) else None,
    )


def _said(schema: JsonValue, redacted: Callable[[str], str], *, is_text: bool = False) -> JsonValue:
    """Return a schema with its texts redacted, but not the values that it allows: those have to be sent as they are."""
    if isinstance(schema, str):
        return redacted(schema) if is_text else schema
    if isinstance(schema, list):
        return [_said(each, redacted, is_text=is_text) for each in schema]
    if isinstance(schema, dict):
        return {key: _member(key, each, redacted, is_text=is_text) for key, each in schema.items()}
    return schema


def _member(key: str, value: JsonValue, redacted: Callable[[str], str], *, is_text: bool) -> JsonValue:
    if key in _NAMES and not is_text and isinstance(value, dict):
        # What stands in here is called as its author likes, `default` too.
        return {name: _said(each, redacted) for name, each in value.items()}
    return _said(value, redacted, is_text=is_text or key in _TEXTS)


async def _ask(connection: Connection, call: ToolCall, spec: ToolSpec | None, progress: Progress | None) -> ToolResult:
    if call.method == "resources/read":
        return answers.read(await connection.read_resource(call.tool))
    schema = None if spec is None else spec.input_schema
    answer = await connection.call_tool(call.tool, call.arguments, schema=schema, progress=progress)
    return answers.called(answer, None if spec is None else spec.output_schema)
