"""How a run is carried to its end: check, sandbox, gate, result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from ptc_cli.core.backend import Backend
from ptc_cli.core.catalog import View
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.clock import RunClock
from ptc_cli.core.effects import Effects
from ptc_cli.core.errors import PtcError
from ptc_cli.core.event import Checked, Finished, Started, Warned
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.layers import Layers
from ptc_cli.core.program import Program
from ptc_cli.core.result import LimitHit, Outcome, ProgramError, Result
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import PolicySettings
from ptc_cli.engine.approvals import Approvals
from ptc_cli.engine.asking import Asking
from ptc_cli.engine.bindings import bindings
from ptc_cli.engine.direct import direct_call, direct_outcome, direct_status
from ptc_cli.engine.exposure import Exposures
from ptc_cli.engine.foresight import with_effects
from ptc_cli.engine.gate import Carrier, Gate, Held, digests
from ptc_cli.engine.run import Run
from ptc_cli.engine.sessions import Session, Sessions
from ptc_cli.engine.suspicion import Suspicion
from ptc_cli.journal import Journal

if TYPE_CHECKING:
    from ptc_cli.check.checker import Checker


class Runner:
    """Carries runs to their end. Whatever happens, the last event of a run is `Finished`."""

    def __init__(
        self,
        *,
        checker: Callable[[], Checker],
        backend: Callable[[], Backend],
        layers: Callable[[], Awaitable[Layers]],
        sessions: Sessions,
        suspicion: Suspicion,
        news: Callable[[ServerConfig], tuple[str, ...]],
        held: Held,
        carry: Carrier,
        journal: Journal,
        policy: Callable[[], PolicySettings],
        secrets: Callable[[], Collection[str]],
        approvals: Approvals,
        exposures: Exposures,
    ) -> None:
        self._checker = checker
        self._backend = backend
        self._layers = layers
        self._carry = carry
        self._sessions = sessions
        self._suspicion = suspicion
        self._news = news
        self._held = held
        self._journal = journal
        self._policy = policy
        self._secrets = secrets
        self._approvals = approvals
        self._exposures = exposures

    async def program(self, run: Run, view: Awaitable[View]) -> Result:
        """Check a program and, if it passes, run it."""
        return await self._to_its_end(run, self._program(run, view))

    async def direct(self, run: Run, view: Awaitable[View], server: str, tool: str, arguments: JsonObject) -> Result:
        """Make one call that no program makes."""
        return await self._to_its_end(run, self._direct(run, view, server, tool, arguments))

    async def _program(self, run: Run, waiting: Awaitable[View]) -> Result:
        view = await waiting
        if run.execution.session is None:
            return await self._checked(run, view, None)
        async with self._sessions.entered(run.execution, run.emit) as session:
            return await self._checked(run, view, session)

    async def _checked(self, run: Run, view: View, session: Session | None) -> Result:
        history = None if session is None else session.history
        report = await self._checker().check(run.execution.program, view, history=history)
        report = with_lacks(report, self._backend(), run.execution.program)
        report = with_effects(
            report,
            run.execution.program,
            view,
            settings=self._policy(),
            approvals=self._approvals,
            readings=self._exposures.read_by(run.execution),
            history=history,
            execution=run.execution,
        )
        run.emit(Checked(report=report))
        if not report.passed:
            return _rejected(run, report)
        for remark in report.warnings:
            run.emit(Warned(message=_warning(remark)))
        layers = await self._layers()
        self._begin(run, report, view, layers, session)
        await self._warn_of(run, view, {binding.module for binding in run.execution.bindings})
        gate = self._gate(run, view, report.effects)
        place = self._backend() if session is None else session
        outcome = await place.run(run.execution, call=gate.call, emit=run.emit, clock=run.clock)
        return self._result(run, _budgeted(outcome, gate))

    async def _direct(
        self, run: Run, waiting: Awaitable[View], server: str, tool: str, arguments: JsonObject
    ) -> Result:
        view = await waiting
        run.state = "running"
        modules = {entry.stub.module for entry in view.servers if entry.name == server}
        warnings = await self._warn_of(run, view, modules)
        call = direct_call(run.execution, server, tool, arguments)
        returned = await self._gate(run, view).call(call)
        run.returned = replace(returned, warnings=(*warnings, *returned.warnings))
        result = self._result(run, direct_outcome(run.returned))
        return replace(result, status=direct_status(run.returned, result.status))

    async def _warn_of(self, run: Run, view: View, modules: Collection[str]) -> tuple[str, ...]:
        used = [entry.config for entry in view.servers if entry.stub.module in modules]
        news = (message for config in used for message in self._news(config))
        warnings = (*news, *await self._suspicion.first_seen(view, modules))
        for message in warnings:
            run.emit(Warned(message=message))
        return warnings

    async def _to_its_end(self, run: Run, work: Awaitable[Result]) -> Result:
        try:
            result = await work
        except asyncio.CancelledError:
            result = self._result(run, Outcome(status="cancelled"))
        except PtcError as error:
            said = ProgramError(type=type(error).__name__, message=error.message, hint=error.hint)
            run.emit(Finished(result=self._result(run, Outcome(status="failed", error=said))))
            raise
        except Exception as error:
            # A fault of ours: whoever follows the events would otherwise wait for an end for ever.
            said = ProgramError(type="Fault", message=f"a fault of ptc: {type(error).__name__}: {error}")
            run.emit(Finished(result=self._result(run, Outcome(status="failed", error=said))))
            raise
        run.emit(Finished(result=result))
        return result

    def _begin(self, run: Run, report: CheckReport, view: View, layers: Layers, session: Session | None) -> None:
        """Fill in what the check found out, start the clock, and record what the run stands on."""
        earlier = [] if session is None else session.sources
        found = bindings("\n".join([*earlier, run.execution.program.source]), view)
        run.execution = replace(run.execution, face=report.face, supplied=report.supplied, bindings=found)
        tools = digests(view, {binding.module for binding in found})
        self._journal.begin(run.execution, generation=view.generation, tools=dict(tools), layers=layers)
        run.clock = RunClock()
        run.emit(Started(layers=layers))

    def _gate(self, run: Run, view: View, effects: Effects | None = None) -> Gate:
        asking = Asking(
            run,
            effects=effects,
            remember=self._approvals.remember,
            timeout_seconds=self._policy().ask_timeout_seconds,
        )
        return Gate(
            view=view,
            run=run,
            settings=self._policy(),
            carry=self._carry,
            secrets=self._secrets,
            approvals=self._approvals,
            asking=asking,
            exposure=self._exposures.of(run.execution),
            held=self._held,
        )

    def _result(self, run: Run, outcome: Outcome) -> Result:
        warning = self._journal.warning
        return Result(
            run=run.id,
            status=outcome.status,
            value_kind=outcome.value_kind,
            value=outcome.value,
            stdout=run.output("stdout"),
            stderr=run.output("stderr"),
            error=outcome.error,
            limit=outcome.limit,
            warnings=run.warnings if warning is None else (*run.warnings, warning),
            calls=tuple(run.calls),
            artifacts=tuple(run.artifacts),
            seconds=run.clock.elapsed(),
        )


def with_lacks(report: CheckReport, backend: Backend, program: Program) -> CheckReport:
    """Return a report with what the backend's Python does not have."""
    return replace(report, diagnostics=(*report.diagnostics, *backend.lacks(program)))


def _warning(remark: Diagnostic) -> str:
    hint = "" if remark.hint is None else f". {remark.hint}"
    return f"line {remark.line}: {remark.message}{hint}"


def _rejected(run: Run, report: CheckReport) -> Result:
    return Result(
        run=run.id,
        status="rejected",
        diagnostics=report.diagnostics,
        signatures=report.signatures,
        warnings=run.warnings,
        seconds=run.clock.elapsed(),
    )


def _budgeted(outcome: Outcome, gate: Gate) -> Outcome:
    """Say that a limit ended a program which let `BudgetExceeded` pass."""
    is_over = outcome.error is not None and outcome.error.type == "BudgetExceeded"
    if gate.exceeded is None or not is_over:
        return outcome
    name, value = gate.exceeded
    return replace(outcome, status="limit", limit=LimitHit(name=name, value=value))
