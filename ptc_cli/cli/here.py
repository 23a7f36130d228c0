"""The engine in this process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ptc_cli.cli.invocation import Invocation, perform
from ptc_cli.cli.verbs import Called, CallWanted, Ran, RunWanted
from ptc_cli.console.ask import answers_of, asker
from ptc_cli.console.live import follow
from ptc_cli.console.shown import Streams
from ptc_cli.core.call import ToolResult
from ptc_cli.core.check import CheckReport
from ptc_cli.core.execution import Execution
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program

if TYPE_CHECKING:
    from ptc_cli.engine import Engine


class Here:
    """Each verb opens an engine, and closes it."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def check(self, programs: Sequence[Program], *, strict: bool) -> list[CheckReport]:
        """Say what is wrong with programs."""
        return perform(self._check(programs, strict=strict))

    def run(self, wanted: RunWanted, *, streams: Streams | None) -> Ran:
        """Check and run a program, shown on streams as it goes."""
        return perform(self._run(wanted, streams))

    def call(self, wanted: CallWanted) -> Called:
        """Call one tool."""
        return perform(self._call(wanted))

    def shell(self, line: str) -> int:
        """Run one command over the tree, show what it wrote, and return its status."""
        return perform(self._shell(line))

    async def _check(self, programs: Sequence[Program], *, strict: bool) -> list[CheckReport]:
        async with self._invocation.engine() as engine:
            return [await engine.check(program, self._invocation.caller, strict=strict) for program in programs]

    async def _run(self, wanted: RunWanted, streams: Streams | None) -> Ran:
        ask = asker(stdin=sys.stdin, talk_to=sys.stderr, is_granted=wanted.is_granted)
        from ptc_cli.engine import exit_code

        async with self._invocation.engine(answers=answers_of(ask)) as engine:
            execution = self._execution(wanted, engine.settings.sandbox.limits)
            run = await engine.start(execution, can_ask=ask is not None, answers=answers_of(ask))
            result = await follow(run, streams=streams, ask=ask, door="cli")
            return Ran(result=result, exit_code=exit_code(engine, result))

    def _execution(self, wanted: RunWanted, limits: Limits) -> Execution:
        limits = replace(limits, **wanted.limits)  # type: ignore[arg-type]  # whole numbers where they must be
        return replace(
            Execution.of(wanted.program, caller=self._invocation.caller, limits=limits),
            allow=wanted.allow,
            deny=wanted.deny,
            input=wanted.input,
            workspace=wanted.workspace,
            mounts=wanted.mounts,
            keep=wanted.keep,
        )

    async def _call(self, wanted: CallWanted) -> Called:
        from ptc_cli.engine import find_tool

        ask = asker(stdin=sys.stdin, talk_to=sys.stderr, is_granted=wanted.is_granted)
        async with self._invocation.engine(answers=answers_of(ask)) as engine:
            tool = find_tool(await engine.describe(self._invocation.caller), wanted.tool, failure=engine.server_failure)
            arguments = wanted.arguments(tool)
            run = await engine.call(
                self._invocation.caller,
                tool.spec.server,
                tool.spec.name,
                arguments,
                timeout_seconds=wanted.timeout_seconds,
                can_ask=ask is not None,
                answers=answers_of(ask),
            )
            await follow(run, streams=None, ask=ask, door="cli")
            returned = run.returned or ToolResult.failed("cancelled", "the call was cancelled")
            return Called(tool=tool, returned=returned, unusable=_unusable(engine, tool.spec.server))

    async def _shell(self, line: str) -> int:
        from ptc_cli.repl.commands import run_command

        async with self._invocation.engine() as engine:
            return await run_command(engine, line)


def _unusable(engine: Engine, server: str) -> int | None:
    failure = engine.server_failure(server)
    return None if failure is None else failure.exit_code
