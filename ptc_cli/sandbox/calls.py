"""The calls of one program that are under way, and what of its budgets is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ptc_cli.core.call import ToolCall, ToolCaller, ToolResult
from ptc_cli.core.clock import RunClock
from ptc_cli.core.execution import Execution
from ptc_cli.core.result import LimitHit
from ptc_cli.sandbox.wire import Called, ViolationError, answer

ARGUMENT_BYTES = 16 << 20
"""All arguments of a run's calls together. The host keeps them with the run, in up to 50 times the memory."""

_MOST_BYTES = 4 * ARGUMENT_BYTES
"""What a program may send for calls that are refused: each costs the host its parsing."""

_HINTS = {"argument_bytes": "Send less: this limit is fixed."}


class Calls:
    """Carry a program's calls, so many at a time, and send back what they give."""

    def __init__(
        self, execution: Execution, *, call: ToolCaller, send: Callable[[bytes], None], clock: RunClock
    ) -> None:
        self._execution = execution
        self._limits = execution.limits
        self._call = call
        self._send = send
        self._clock = clock
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._last = 0
        self._count = 0
        self._argument_bytes = 0
        self._result_bytes = 0
        self._exhausted: LimitHit | None = None
        self.room_made: Callable[[], None] = lambda: None
        """Called when one more call could be taken."""

    @property
    def is_full(self) -> bool:
        """Whether as many calls are under way as may be."""
        return len(self._tasks) >= self._limits.concurrent_calls

    @property
    def exhausted(self) -> LimitHit:
        """The budget that is used up, as far as it is known here."""
        return self._exhausted or LimitHit(name="calls", value=self._limits.calls)

    def start(self, called: Called) -> None:
        """Set a call going.

        Raises:
            ViolationError: Its id is not a new one, or the program goes on to send far more than it may.
        """
        if called.id <= self._last:
            raise ViolationError("a call whose id was used before")
        self._last = called.id
        self._count += 1
        self._argument_bytes += called.bytes
        if self._argument_bytes > _MOST_BYTES:
            raise ViolationError(f"calls of more than {_MOST_BYTES:,} bytes")
        task = asyncio.ensure_future(self._carry(called))
        self._tasks[called.id] = task
        task.add_done_callback(lambda _: self._forget(called.id))

    def cancel(self, call: int) -> None:
        """Give up a call.

        Raises:
            ViolationError: There was none of that id.
        """
        if call > self._last:
            raise ViolationError("a call was cancelled that was not made")
        if call in self._tasks:
            self._tasks[call].cancel()

    def cancel_all(self) -> None:
        """Give up all calls."""
        for task in self._tasks.values():
            task.cancel()

    async def close(self) -> None:
        """Give up all calls, and wait until they are."""
        self.cancel_all()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _forget(self, call: int) -> None:
        del self._tasks[call]
        self.room_made()

    async def _carry(self, called: Called) -> None:
        if self._count > self._limits.calls:
            result = self._refuse("calls", self._limits.calls)
        elif self._argument_bytes > ARGUMENT_BYTES:
            result = self._refuse("argument_bytes", ARGUMENT_BYTES)
        else:
            result = await self._ask(called)
        self._send(self._payload(called.id, result))

    async def _ask(self, called: Called) -> ToolResult:
        left = max(0.0, self._limits.wall_seconds - self._clock.elapsed())
        call = ToolCall(
            run=self._execution.run,
            site=called.site,
            method=called.method,
            server=called.server,
            tool=called.tool,
            arguments=called.arguments,
            deadline=time.time() + left,
        )
        try:
            return await self._call(call)
        except Exception as error:  # noqa: BLE001  # one call's failure must not take down its program
            return ToolResult.failed("unavailable", f"the call could not be carried: {type(error).__name__}: {error}")

    def _payload(self, call: int, result: ToolResult) -> bytes:
        try:
            payload = answer(call, result)
        except ValueError as error:
            return answer(call, ToolResult.failed("error", f"the result cannot be passed on: {error}"))
        self._result_bytes += len(payload)
        if self._result_bytes > self._limits.result_bytes:
            return answer(call, self._refuse("result_bytes", self._limits.result_bytes))
        return payload

    def _refuse(self, name: str, value: int) -> ToolResult:
        self._exhausted = self._exhausted or LimitHit(name=name, value=value)
        return ToolResult.failed(
            "budget",
            f"the run's budget is used up: {name} = {value:,}",
            hint=_HINTS.get(name, f"Make fewer calls, ask for less at a time, or raise {name}."),
        )
