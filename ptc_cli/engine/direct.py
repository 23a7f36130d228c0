"""One direct call as a run: recorded and gated like a program's, with no sandbox."""

from __future__ import annotations

import json
from dataclasses import replace

from ptc_cli.core.call import CallMethod, FailureKind, ToolCall, ToolResult
from ptc_cli.core.catalog import Caller
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.limits import Limits
from ptc_cli.core.names import identifier
from ptc_cli.core.program import Program
from ptc_cli.core.result import Outcome, ProgramError, Status

_ERROR_TYPES: dict[FailureKind, str] = {"denied": "ToolDenied", "timeout": "ToolTimeout", "budget": "BudgetExceeded"}


def direct_execution(caller: Caller, server: str, tool: str, arguments: JsonObject, *, limits: Limits) -> Execution:
    """Return a run that is one call; its program is the call as a program would write it."""
    written = ", ".join(f"{identifier(name)}={_literal(value)}" for name, value in arguments.items())
    source = f"{identifier(server)}.{identifier(tool)}({written})"
    execution = Execution.of(Program.of(source, name=f"{server}.{tool}"), caller=caller, limits=limits)
    return replace(execution, kind="call")


def direct_call(execution: Execution, server: str, tool: str, arguments: JsonObject, *, method: CallMethod) -> ToolCall:
    """Return the call itself."""
    return ToolCall(
        run=execution.run,
        method=method,
        server=server,
        tool=tool,
        arguments=arguments,
        deadline=execution.started_at + execution.limits.wall_seconds,
        via="direct",
    )


def direct_outcome(returned: ToolResult) -> Outcome:
    """Return how a run ended that is one call."""
    failure = returned.failure
    if failure is None and returned.is_content:
        return Outcome(status="ok")
    if failure is None:
        return Outcome(status="ok", value_kind="json", value=returned.value)
    error = ProgramError(type=_ERROR_TYPES.get(failure.kind, "ToolError"), message=failure.message, hint=failure.hint)
    return Outcome(status="timeout" if failure.kind == "timeout" else "failed", error=error)


def direct_status(returned: ToolResult, status: Status) -> Status:
    """Return `rejected` for a call that was stopped by its arguments, as a program's would be."""
    return "rejected" if returned.failure is not None and returned.failure.kind == "invalid" else status


def _literal(value: object) -> str:
    try:
        return repr(json.loads(json.dumps(value)))
    except (TypeError, ValueError):
        return "..."
