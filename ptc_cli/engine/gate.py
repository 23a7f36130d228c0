"""The one path that any call takes, from any door: look up, validate, judge, ask, count, record, carry.

Nothing switches it off. A call that does not pass has a failure for an answer, and is recorded like any other.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Protocol

from ptc_cli import policy
from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.effects import Effects
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.event import CallFinished, CallStarted, Decision, Question, Warned
from ptc_cli.core.inquiry import Requester
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import PolicySettings
from ptc_cli.engine.foresight import calls_foreseen
from ptc_cli.engine.requester import RunRequester
from ptc_cli.engine.run import Run


class Carrier(Protocol):
    """The way from the gate to a tool."""

    async def __call__(
        self, call: ToolCall, tool: Tool | None, config: ServerConfig, requester: Requester, /
    ) -> ToolResult:
        """Carry a call that passed; every failure is in the result."""
        ...


class Remember(Protocol):
    """The way to make an answer a policy from now on."""

    def __call__(self, config: ServerConfig, tool: str, /) -> str:
        """Write that a tool is allowed; return a sentence that says where, or why not."""
        ...


class Gate:
    """The gate of one run: it knows what its caller may see, and what the run used up."""

    def __init__(
        self,
        *,
        view: View,
        run: Run,
        settings: PolicySettings,
        carry: Carrier,
        secrets: Callable[[], Collection[str]],
        remember: Remember,
        effects: Effects | None,
    ) -> None:
        self._view = view
        self._run = run
        self._settings = settings
        self._carry = carry
        self._secrets = secrets
        self._remember = remember
        self._effects = effects
        self._requester = RunRequester(run, timeout_seconds=settings.ask_timeout_seconds)
        self._numbers: Counter[str] = Counter()
        self._made: Counter[tuple[str, str]] = Counter()
        """Calls so far, by server and tool."""

        self._calls = 0
        self._result_bytes = 0
        self._granted: set[tuple[str, str]] = set()
        self.exceeded: tuple[str, float] | None = None
        """The limit that a call ran into, with its value."""

    async def call(self, call: ToolCall) -> ToolResult:
        """Carry one call, or say why not. Raises nothing but cancellation."""
        call = self._named(self._numbered(call))
        self._made[call.server, call.tool] += 1
        started = time.monotonic()
        self._run.emit(CallStarted(call=call))
        result = ToolResult.failed("cancelled", "the run ended first")
        try:
            result = self._clean(await self._answer(call))
        finally:
            seconds = time.monotonic() - started
            self._run.emit(
                CallFinished(call=call.id, server=call.server, tool=call.tool, seconds=seconds, result=result)
            )
            for warning in result.warnings:
                self._run.emit(Warned(message=warning))
        return result

    async def _answer(self, call: ToolCall) -> ToolResult:
        # jsonschema costs 60 ms to import; a command that only reads must not pay it.
        from ptc_cli.engine.validation import argument_problem

        if over := self._over_budget():
            return over
        try:
            tool, config = self._looked_up(call)
        except ToolNotFoundError as error:
            return ToolResult.failed("not-found", error.message, hint=error.hint)
        if tool is not None and (problem := argument_problem(tool, call.arguments)):
            return ToolResult.failed("invalid", problem)
        if refusal := await self._refusal(call, tool, config):
            return refusal
        return self._judged(await self._carry(call, tool, config, self._requester), tool, config)

    def _numbered(self, call: ToolCall) -> ToolCall:
        key = f"{call.site} {call.arguments_digest}"
        self._numbers[key] += 1
        return replace(call, run=self._run.id, ordinal=self._numbers[key] - 1)

    def _named(self, call: ToolCall) -> ToolCall:
        """Return a call by the names that policy knows and the server hears: a program may use Python's for either."""
        try:
            tool, config = self._looked_up(call)
        except ToolNotFoundError:
            return call
        return replace(call, server=config.name, tool=call.tool if tool is None else tool.spec.name)

    def _looked_up(self, call: ToolCall) -> tuple[Tool | None, ServerConfig]:
        entry = self._view.server(call.server)
        if call.method != "tools/call":
            self._demand_seen(call, entry)
            return None, entry.config
        return self._view.tool(entry.name, call.tool), entry.config

    def _demand_seen(self, call: ToolCall, entry: ServerEntry) -> None:
        if not policy.sees_tool(self._view.caller, entry.name, call.tool):
            what = "resource" if call.method == "resources/read" else "prompt"
            raise ToolNotFoundError(f"server '{entry.name}': no {what} '{call.tool}'")

    def _over_budget(self) -> ToolResult | None:
        limits = self._run.execution.limits
        self._calls += 1
        if self._calls > limits.calls:
            return self._exceeded("calls", limits.calls, f"this run may make {limits.calls} calls, and made them")
        if self._result_bytes > limits.result_bytes:
            said = f"the results of this run's calls are over {limits.result_bytes:,} bytes"
            return self._exceeded("result_bytes", limits.result_bytes, said)
        return None

    def _exceeded(self, name: str, value: float, message: str) -> ToolResult:
        self.exceeded = (name, value)
        return ToolResult.failed("budget", message, hint=f"The limit is '{name}'; raise it, or call less.")

    async def _refusal(self, call: ToolCall, tool: Tool | None, config: ServerConfig) -> ToolResult | None:
        if tool is None:
            # A resource or a prompt has no annotations: only what is said of its server, and of its name, counts.
            verdict = policy.judge_resource(call, config, policy=self._settings, execution=self._run.execution)
        else:
            verdict = policy.judge(call, tool.spec, config, policy=self._settings, execution=self._run.execution)
        if verdict.word == "allow":
            return None
        if verdict.word == "deny":
            return ToolResult.failed("denied", f"'{call.server}.{call.tool}' is denied: {verdict.reason}")
        return await self._asked(call, config, verdict.reason)

    async def _asked(self, call: ToolCall, config: ServerConfig, reason: str) -> ToolResult | None:
        what = (call.server, call.tool)
        if what in self._granted:
            return None
        if not self._run.can_ask:
            return _unasked(call, reason)
        decision = await self._run.ask(self._question(call, reason), timeout_seconds=self._settings.ask_timeout_seconds)
        if decision == "no":
            return ToolResult.failed("denied", f"'{call.server}.{call.tool}' was not approved: {reason}")
        self._grant(decision, config, call.tool)
        return None

    def _grant(self, decision: Decision, config: ServerConfig, tool: str) -> None:
        if decision in ("all", "remember"):
            self._granted.add((config.name, tool))
        if decision == "remember":
            self._run.emit(Warned(message=self._remember(config, tool)))

    def _question(self, call: ToolCall, reason: str) -> Question:
        program = self._run.execution.program
        lines = program.source.splitlines()
        line = lines[call.site - 1].strip() if 0 < call.site <= len(lines) else ""
        made = self._made[call.server, call.tool]
        foreseen = calls_foreseen(self._effects, call.server, call.tool, made=made)
        return Question(id=call.id, program=program.name, call=call, reason=reason, line=line, foreseen=foreseen)

    def _judged(self, result: ToolResult, tool: Tool | None, config: ServerConfig) -> ToolResult:
        """Return a result with a warning if it is not what was declared: by the configuration, or else the server."""
        from ptc_cli.engine.validation import configured_problem, result_problem

        self._result_bytes += result.bytes
        if tool is None or result.is_error:
            return result
        configured = config.tool(tool.spec.name)
        if configured.returns_nothing or configured.output_schema is not None:
            problem = configured_problem(tool.spec, configured, result)
        else:
            problem = result_problem(tool.spec, result.structured)
        return result if problem is None else replace(result, warnings=(*result.warnings, problem))

    def _clean(self, result: ToolResult) -> ToolResult:
        """Take secrets out of what failed: a server may quote the token that it was sent."""
        failure = result.failure
        if failure is None:
            return result
        message, hint = (
            _without(failure.message, self._secrets()),
            failure.hint and _without(failure.hint, self._secrets()),
        )
        return replace(result, failure=replace(failure, message=message, hint=hint))


def digests(view: View, modules: Collection[str]) -> Mapping[str, str]:
    """Return the digest of every tool of some modules, by `server.tool`."""
    return {f"{tool.spec.server}.{tool.spec.name}": tool.stub.digest for tool in view if tool.module in modules}


def _unasked(call: ToolCall, reason: str) -> ToolResult:
    path = f"{call.server}.{call.tool}"
    hint = f"Somebody must approve it. To allow it always, add '{call.tool}' to allow of [servers.{call.server}]."
    return ToolResult.failed("denied", f"'{path}' needs approval, and there is nobody to ask here: {reason}", hint=hint)


def _without(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
