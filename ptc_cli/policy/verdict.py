"""Who may call what, and who is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from ptc_cli.core.call import ToolCall
from ptc_cli.core.catalog import Caller
from ptc_cli.core.execution import Execution
from ptc_cli.core.globs import first_match, matches
from ptc_cli.core.server import ServerConfig, ToolSpec
from ptc_cli.core.settings import PolicySettings, PolicyWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What policy says of one call."""

    word: PolicyWord
    reason: str
    """Why, and for a refusal what to do about it."""


Standing = Literal["none", "approved", "changed"]
"""`changed`: a person approved the tool for good, and it is not what it was then."""


class Approvals(Protocol):
    """What persons have approved for good."""

    def __call__(self, config: ServerConfig, spec: ToolSpec, /) -> Standing:
        """Return how a tool stands."""
        ...


def judge(
    call: ToolCall,
    spec: ToolSpec,
    config: ServerConfig,
    *,
    policy: PolicySettings,
    execution: Execution | None,
    approvals: Approvals,
) -> Verdict:
    """Return what policy says of a call. Denials come first: nothing written elsewhere lifts one."""
    verdict = (
        _denied(call, config, policy)
        or (_narrowed(call, execution) if execution is not None else None)
        or _from_a_wrong_caller(call, config)
        or _listed(call, config)
        or _destructive(spec, policy)
        or Verdict(word=policy.default, reason=f"[policy] default = '{policy.default}'")
    )
    return _approved(verdict, approvals(config, spec)) if verdict.word == "ask" else verdict


def foreseen(
    spec: ToolSpec,
    config: ServerConfig,
    *,
    policy: PolicySettings,
    execution: Execution | None = None,
    approvals: Approvals,
) -> Verdict:
    """Return what policy will say of any call of a tool that a program makes: arguments do not count."""
    call = ToolCall(run="", server=spec.server, tool=spec.name, arguments={}, deadline=0)
    return judge(call, spec, config, policy=policy, execution=execution, approvals=approvals)


def judge_resource(call: ToolCall, config: ServerConfig, *, policy: PolicySettings, execution: Execution) -> Verdict:
    """Return what policy says of reading a resource: as for a tool that is named as its address is."""
    return (
        _denied(call, config, policy)
        or _narrowed(call, execution)
        or _listed(call, config)
        or Verdict(word=policy.default, reason=f"[policy] default = '{policy.default}'")
    )


def sees_server(caller: Caller, server: str) -> bool:
    """Say whether a caller may know that a server exists."""
    return matches(server, caller.servers)


def sees_tool(caller: Caller, server: str, tool: str) -> bool:
    """Say whether a caller may know that a tool exists, or a resource, by its address."""
    return matches(f"{server}.{tool}", caller.tools)


def _denied(call: ToolCall, config: ServerConfig, policy: PolicySettings) -> Verdict | None:
    if glob := first_match(call.tool, config.deny):
        return Verdict(word="deny", reason=f"server '{config.name}' denies '{glob}' ({config.origin})")
    if glob := first_match(_path(call), policy.deny):
        return Verdict(word="deny", reason=f"[policy] denies '{glob}'")
    return None


def _narrowed(call: ToolCall, execution: Execution) -> Verdict | None:
    if glob := first_match(_path(call), execution.deny):
        return Verdict(word="deny", reason=f"this run denies '{glob}'")
    if not matches(_path(call), execution.allow):
        return Verdict(word="deny", reason=f"this run allows only {', '.join(execution.allow)}")
    return None


def _from_a_wrong_caller(call: ToolCall, config: ServerConfig) -> Verdict | None:
    allowed = config.tool(call.tool).allowed_callers
    if call.via in allowed:
        return None
    how = "from a program" if call.via == "programmatic" else "directly"
    return Verdict(word="deny", reason=f"'{_path(call)}' may not be called {how} (allowed_callers)")


def _listed(call: ToolCall, config: ServerConfig) -> Verdict | None:
    if glob := first_match(call.tool, config.ask):
        return Verdict(word="ask", reason=f"server '{config.name}' asks before '{glob}'")
    if glob := first_match(call.tool, config.allow):
        return Verdict(word="allow", reason=f"server '{config.name}' allows '{glob}'")
    return None


def _destructive(spec: ToolSpec, policy: PolicySettings) -> Verdict | None:
    if not spec.annotations.destructive or policy.default == "deny":
        return None
    return Verdict(word=policy.destructive, reason="its server says that it destroys something (destructiveHint)")


def _approved(verdict: Verdict, standing: Standing) -> Verdict:
    """Return a verdict that would ask, in the light of what a person said before."""
    match standing:
        case "approved":
            return Verdict(word="allow", reason="a person approved it for good, as it is now")
        case "changed":
            return replace(verdict, reason=f"{verdict.reason}; it was approved before, and has changed since")
        case "none":
            return verdict


def _path(call: ToolCall) -> str:
    return f"{call.server}.{call.tool}"
