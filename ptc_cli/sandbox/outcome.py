"""How a program ended, from what it said last, how its process went, and what the host did to it."""

from __future__ import annotations

import math
import signal
from dataclasses import dataclass, replace
from typing import Literal

from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit, Outcome, ProgramError
from ptc_cli.sandbox.wire import Ended

_USED_UP = 0.75
"""The kernel keeps the limit by its ticks, and says afterwards what was really used: a tenth less on a busy machine."""

_KILLED = {
    "SIGKILL": "the program's process was killed (SIGKILL), as by a machine that is out of memory",
    "SIGSYS": "the program's process was killed for a system call that no program may make (SIGSYS)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a process ended, and what it used."""

    code: int
    """Negative: the signal that ended it."""

    cpu_seconds: float
    peak_memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why the host ended a program."""

    status: Literal["timeout", "limit", "killed", "cancelled"]
    error: ProgramError | None = None
    limit: LimitHit | None = None


def over_limit(name: str, limits: Limits, message: str, *, hint: str | None = None) -> Verdict:
    """Return the verdict on a program that went over a limit."""
    hit = LimitHit(name=name, value=getattr(limits, name))
    return Verdict(
        status="timeout" if name == "wall_seconds" else "limit",
        error=ProgramError(type="LimitExceeded", message=message, hint=hint or _raise(name)),
        limit=hit,
    )


def too_many_seconds(limits: Limits) -> Verdict:
    """Return the verdict on a program that used its processor time up."""
    return over_limit("cpu_seconds", limits, f"the program used {limits.cpu_seconds:g} s of processor time")


def violation(what: str) -> Verdict:
    """Return the verdict on a program that did not keep to the protocol."""
    error = ProgramError(type="ProtocolViolation", message=f"the program's process sent {what}")
    return Verdict(status="killed", error=error)


def outcome(exit_: Exit, *, ended: Ended | None, verdict: Verdict | None, limits: Limits, budget: LimitHit) -> Outcome:
    """Return how a program ended, without its duration. `budget` is what a `limit` over calls refers to."""
    if verdict is not None:
        told = Outcome(status=verdict.status, error=_located(verdict.error, ended), limit=verdict.limit)
    elif ended is not None:
        told = _as_said(ended, limits, budget)
    else:
        told = _as_it_went(exit_, limits)
    return replace(told, cpu_seconds=exit_.cpu_seconds, peak_memory_bytes=exit_.peak_memory_bytes)


def _located(error: ProgramError | None, ended: Ended | None) -> ProgramError | None:
    """Return the error of a verdict with where the program was when it was interrupted, if it said so."""
    if error is None or ended is None or ended.error is None:
        return error
    return replace(error, line=ended.error.line, traceback=ended.error.traceback)


def _as_said(ended: Ended, limits: Limits, budget: LimitHit) -> Outcome:
    hit = None
    if ended.status == "limit":
        name = ended.limit if ended.limit in Limits.__dataclass_fields__ else "calls"
        hit = budget if name == "calls" else LimitHit(name=str(name), value=getattr(limits, str(name)))
    error = ended.error
    if error is not None and hit is not None:
        error = replace(error, hint=_raise(hit.name))
    return Outcome(status=ended.status, value_kind=ended.value_kind, value=ended.value, error=error, limit=hit)


def _as_it_went(exit_: Exit, limits: Limits) -> Outcome:
    # Only a process that used its seconds up is killed by the kernel for it; any other could kill itself.
    if exit_.code in (-signal.SIGKILL, -signal.SIGXCPU) and exit_.cpu_seconds >= _USED_UP * math.ceil(
        limits.cpu_seconds
    ):
        verdict = too_many_seconds(limits)
        return Outcome(status="limit", error=verdict.error, limit=verdict.limit)
    if exit_.code >= 0:
        message = f"the program ended its process with code {exit_.code} before its last line was done"
        hint = "os._exit ends the process without an outcome; let the program end, or use sys.exit."
        return Outcome(status="failed", error=ProgramError(type="Exited", message=message, hint=hint))
    if exit_.code in (-signal.SIGKILL, -signal.SIGSYS):
        return Outcome(
            status="killed", error=ProgramError(type="Crashed", message=_KILLED[signal.Signals(-exit_.code).name])
        )
    message = f"the program's process was ended by {_signal_name(-exit_.code)}"
    return Outcome(status="failed", error=ProgramError(type="Crashed", message=message))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _raise(name: str) -> str:
    return f"Do less, or raise the limit {name} for the run or under [sandbox.limits]."
