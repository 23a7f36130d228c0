"""Whether a person lets a call of one run pass: what they are shown, and what they have said so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.effects import Effects
from ptc_cli.core.event import Question, Warned
from ptc_cli.core.server import Label, ServerConfig, ToolSpec
from ptc_cli.engine.foresight import asked_for, calls_foreseen
from ptc_cli.engine.run import Run
from ptc_cli.policy import Reading, Verdict, told


class Remember(Protocol):
    """The way to make an answer a policy from now on."""

    def __call__(self, config: ServerConfig, spec: ToolSpec, /) -> str:
        """Write that a tool is allowed; return a sentence that says where, or why not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A call that does not pass without a person's word."""

    call: ToolCall
    config: ServerConfig
    spec: ToolSpec | None
    """None for a resource."""

    verdict: Verdict
    """`ask`, or `allow` where only what was read makes it a question."""

    at_stake: tuple[Reading, ...]
    """What was read that makes it a question."""

    made: int
    """How many calls of the tool the run has made, with this one."""

    @property
    def path(self) -> str:
        """The tool that is called, as `server.tool`."""
        return f"{self.call.server}.{self.call.tool}"

    @property
    def stakes(self) -> tuple[Label, ...]:
        """The labels of what was read."""
        return tuple(each.label for each in self.at_stake)

    @property
    def reason(self) -> str:
        """Why a person is asked."""
        read = [told(self.at_stake, self.path, run=self.call.run)] if self.at_stake else []
        return "; ".join([*read, self.verdict.reason] if self.verdict.word == "ask" else read)


class Asking:
    """The questions of one run. What was said of a tool before something was read is not said of it after."""

    def __init__(self, run: Run, *, effects: Effects | None, remember: Remember, timeout_seconds: float) -> None:
        self._run = run
        self._effects = effects
        self._remember = remember
        self._timeout_seconds = timeout_seconds

    async def refusal(self, doubt: Doubt) -> ToolResult | None:
        """Return why a call may not pass; None where a person lets it."""
        if self._run.is_approved(doubt.path, doubt.stakes):
            return None
        if not self._run.can_ask:
            return _unasked(doubt)
        decision = await self._run.ask(self._question(doubt), timeout_seconds=self._timeout_seconds)
        if decision == "no":
            return ToolResult.failed("denied", f"'{doubt.path}' was not approved: {doubt.reason}", hint=_WHAT_TO_DO)
        if decision == "remember":
            self._run.emit(Warned(message=self._remembered(doubt)))
        return None

    def _remembered(self, doubt: Doubt) -> str:
        if doubt.spec is None:
            return f"allowed for this run; to allow it always, add it to allow of [servers.{doubt.config.name}]"
        if doubt.verdict.word == "allow":
            return f"'{doubt.path}' is allowed for this run; what was read before it sends is asked for in every run"
        return self._remember(doubt.config, doubt.spec)

    def _question(self, doubt: Doubt) -> Question:
        call, program = doubt.call, self._run.execution.program
        lines = program.source.splitlines()
        listed = asked_for(self._effects)
        return Question(
            id=call.id,
            program=program.name,
            call=call,
            reason=doubt.reason,
            line=lines[call.site - 1].strip() if 0 < call.site <= len(lines) else "",
            foreseen=calls_foreseen(self._effects, call.server, call.tool, made=doubt.made),
            stakes=doubt.stakes,
            listed=tuple(
                each for each in listed if not self._run.is_approved(each, doubt.stakes) and each != doubt.path
            ),
        )


_WHAT_TO_DO = "Leave the call out, and return what it was to do: a person can decide on that."


def _unasked(doubt: Doubt) -> ToolResult:
    call = doubt.call
    always = "" if doubt.stakes else f" To allow it always, add '{call.tool}' to allow of [servers.{call.server}]."
    message = f"'{doubt.path}' needs approval, and there is nobody to ask here: {doubt.reason}"
    return ToolResult.failed("denied", message, hint=f"{_WHAT_TO_DO}{always}")
