"""The one path that any call takes, from any door: look up, validate, judge, ask, count, record, carry.

Nothing switches it off. A call that does not pass has a failure for an answer, and is recorded like any other.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ptc_cli import policy
from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.errors import ConfigError, QuarantinedError, ToolNotFoundError
from ptc_cli.core.event import CallFinished, CallStarted, Warned
from ptc_cli.core.held import HeldBack
from ptc_cli.core.inquiry import Requester
from ptc_cli.core.labels import resource_labels, tool_labels
from ptc_cli.core.server import Label, ServerConfig
from ptc_cli.core.settings import PolicySettings
from ptc_cli.engine.asking import Asking, Doubt
from ptc_cli.engine.exposure import Exposure
from ptc_cli.engine.requester import RunRequester
from ptc_cli.engine.run import Run
from ptc_cli.policy import Approvals, Verdict


class Carrier(Protocol):
    """The way from the gate to a tool."""

    async def __call__(
        self, call: ToolCall, tool: Tool | None, config: ServerConfig, requester: Requester, /
    ) -> ToolResult:
        """Carry a call that passed; every failure is in the result."""
        ...


class Held(Protocol):
    """The way to know what is held back now, which may be more than when the run was checked."""

    def __call__(self, server: str, tool: str, /) -> HeldBack | None:
        """Return why a tool may not be called; None if it may."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a call is of, in the caller's view."""

    tool: Tool | None
    """None for a resource."""

    config: ServerConfig


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
        approvals: Approvals,
        asking: Asking,
        exposure: Exposure,
        held: Held,
    ) -> None:
        self._view = view
        self._run = run
        self._settings = settings
        self._carry = carry
        self._secrets = secrets
        self._approvals = approvals
        self._asking = asking
        self._exposure = exposure
        self._spending = policy.Spending(settings.budgets)
        self._requester = RunRequester(run, timeout_seconds=settings.ask_timeout_seconds)
        self._held = held
        self._is_program = run.execution.kind == "program"
        self._numbers: Counter[str] = Counter()
        self._made: Counter[tuple[str, str]] = Counter()
        """Calls so far, by server and tool."""

        self._labels_of: dict[tuple[str, str], tuple[Label, ...]] = {}
        self._calls = 0
        self._result_bytes = 0
        self.exceeded: tuple[str, float] | None = None
        """The limit that a call ran into, with its value."""

    async def call(self, call: ToolCall) -> ToolResult:
        """Carry one call, or say why not. Raises nothing but cancellation."""
        found = self._found(call)
        call = self._numbered(call if isinstance(found, ToolResult) else _named(call, found))
        self._made[call.server, call.tool] += 1
        started = time.monotonic()
        self._run.emit(CallStarted(call=call))
        result = ToolResult.failed("cancelled", "the run ended first")
        try:
            result = self._clean(await self._answer(call, found))
        finally:
            seconds = time.monotonic() - started
            self._run.emit(
                CallFinished(call=call.id, server=call.server, tool=call.tool, seconds=seconds, result=result)
            )
            for warning in result.warnings:
                self._run.emit(Warned(message=warning))
        return result

    async def _answer(self, call: ToolCall, found: Found | ToolResult) -> ToolResult:
        # jsonschema costs 60 ms to import; a command that only reads must not pay it.
        from ptc_cli.engine.validation import argument_problem, unknown_argument

        if over := self._over_limit():
            return over
        if isinstance(found, ToolResult):
            return found
        tool, config = found.tool, found.config
        if held := self._held_back(call):
            return held
        if tool is not None and (problem := argument_problem(tool, call.arguments)):
            return ToolResult.failed("invalid", problem)
        if tool is not None and self._is_program and (problem := unknown_argument(tool, call.arguments)):
            return ToolResult.failed("invalid", problem)
        if over := self._over_budget_of(call):
            return over
        labels = self._labels(call, tool, config)
        if refusal := await self._refusal(call, tool, config, labels) or self._note_reading(call, labels):
            return refusal
        return self._judged(await self._carry(call, tool, config, self._requester), tool, config)

    def _numbered(self, call: ToolCall) -> ToolCall:
        key = f"{call.site} {call.arguments_digest}"
        self._numbers[key] += 1
        return call.numbered(run=self._run.id, ordinal=self._numbers[key] - 1)

    def _found(self, call: ToolCall) -> Found | ToolResult:
        """Return what a call is of; why there is nothing, if there is not."""
        try:
            return self._looked_up(call)
        except ToolNotFoundError as error:
            return ToolResult.failed("not-found", error.message, hint=error.hint)
        except QuarantinedError as error:
            return ToolResult.failed("denied", error.message, hint=error.hint)

    def _looked_up(self, call: ToolCall) -> Found:
        entry = self._view.server(call.server)
        if call.method != "tools/call":
            self._demand_seen(call, entry)
            return Found(tool=None, config=entry.config)
        return Found(tool=self._view.tool(entry.name, call.tool), config=entry.config)

    def _demand_seen(self, call: ToolCall, entry: ServerEntry) -> None:
        if not policy.sees_tool(self._view.caller, entry.name, call.tool):
            what = "resource" if call.method == "resources/read" else "prompt"
            raise ToolNotFoundError(f"server '{entry.name}': no {what} '{call.tool}'")

    def _held_back(self, call: ToolCall) -> ToolResult | None:
        """Refuse a tool that changed under way: it is no longer what the run was checked against."""
        held = self._held(call.server, call.tool) if call.method == "tools/call" else None
        return None if held is None else ToolResult.failed("denied", held.message, hint=held.hint)

    def _over_limit(self) -> ToolResult | None:
        limits = self._run.execution.limits
        self._calls += 1
        if self._calls > limits.calls:
            return self._exceeded("calls", limits.calls, f"this run may make {limits.calls} calls, and made them")
        if self._result_bytes > limits.result_bytes:
            said = f"the results of this run's calls are over {limits.result_bytes:,} bytes"
            return self._exceeded("result_bytes", limits.result_bytes, said)
        return None

    def _over_budget_of(self, call: ToolCall) -> ToolResult | None:
        if (budget := self._spending.take(_path(call))) is None:
            return None
        said = f"'{_path(call)}' is over its budget: this run may make {budget.calls} calls of '{budget.glob}'"
        self.exceeded = (f"policy.budgets '{budget.glob}'", budget.calls)
        hint = f"The budget is {budget}: only whoever configures ptc can raise it. Call less, or take several at once."
        return ToolResult.failed("budget", said, hint=hint)

    def _exceeded(self, name: str, value: float, message: str) -> ToolResult:
        self.exceeded = (name, value)
        return ToolResult.failed("budget", message, hint=f"The limit is '{name}'; raise it, or call less.")

    async def _refusal(
        self, call: ToolCall, tool: Tool | None, config: ServerConfig, labels: Collection[Label]
    ) -> ToolResult | None:
        verdict = self._verdict(call, tool, config)
        if verdict.word == "deny":
            return ToolResult.failed("denied", f"'{_path(call)}' is denied: {verdict.reason}")
        at_stake = policy.stakes(self._exposure.readings, self._settings.taint) if "sends" in labels else ()
        if verdict.word == "allow" and not at_stake:
            return None
        spec, made = (None if tool is None else tool.spec), self._made[call.server, call.tool]
        doubt = Doubt(call=call, config=config, spec=spec, verdict=verdict, at_stake=at_stake, made=made)
        return await self._asking.refusal(doubt)

    def _verdict(self, call: ToolCall, tool: Tool | None, config: ServerConfig) -> Verdict:
        execution = self._run.execution
        if tool is None:
            # A resource or a prompt has no annotations: only what is said of its server, and of its name, counts.
            return policy.judge_resource(call, config, policy=self._settings, execution=execution)
        return policy.judge(
            call, tool.spec, config, policy=self._settings, execution=execution, approvals=self._approvals
        )

    def _labels(self, call: ToolCall, tool: Tool | None, config: ServerConfig) -> tuple[Label, ...]:
        if tool is not None:
            key = (call.server, call.tool)
            if key not in self._labels_of:
                self._labels_of[key] = tool_labels(tool.spec, config)
            return self._labels_of[key]
        return resource_labels(call.tool, config, self._view.server(call.server).listing.tools)

    def _note_reading(self, call: ToolCall, labels: Collection[Label]) -> ToolResult | None:
        """Note what a call is about to bring in, before it does: progress and errors bring it in as well."""
        try:
            self._exposure.add(labels, _path(call), line=call.site)
        except ConfigError as error:
            message = f"'{_path(call)}' was not called, as it could not be recorded what it reads: {error.message}"
            return ToolResult.failed("unavailable", message, hint=error.hint)
        return None

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


def _named(call: ToolCall, found: Found) -> ToolCall:
    """Return a call by the names that policy knows and the server hears: a program may use Python's for either."""
    name = call.tool if found.tool is None else found.tool.spec.name
    server = found.config.name
    return call if (call.server, call.tool) == (server, name) else replace(call, server=server, tool=name)


def _path(call: ToolCall) -> str:
    return f"{call.server}.{call.tool}"


def _without(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
