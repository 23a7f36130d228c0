"""What the gate adds to a call: everything but the way to the server, with labels, taint and budgets on.

Run as `python -m tests.benchmarks.bench_gate`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ptc_cli.core.call import Content, ToolCall, ToolResult
from ptc_cli.core.catalog import Tool
from ptc_cli.core.inquiry import Requester
from ptc_cli.core.server import ServerConfig
from ptc_cli.engine import Engine, Run
from ptc_cli.engine.approvals import Approvals
from ptc_cli.engine.asking import Asking
from ptc_cli.engine.exposure import Exposures
from ptc_cli.engine.gate import Gate
from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import CALLER, engine_over, execution, plain_server

CALLS = 200
"""Of one run: as many as a run may make by default."""

ROUNDS = 10

LABELS = """
[servers.plain.labels]
"e*" = ["private"]
"add" = ["untrusted", "sends"]
[policy]
deny = ["*.delete_*", "files.*"]
[policy.budgets]
"plain.*" = 100000
"*.add" = 100000
"other.*" = 3
"""

ANSWER = ToolResult(value={"sum": 3}, structured={"sum": 3}, content=(Content(type="text", text='{"sum": 3}'),))


async def arrived(call: ToolCall, tool: Tool | None, config: ServerConfig, requester: Requester) -> ToolResult:
    """Answer at once, in the place of a server."""
    return ANSWER


async def seconds_per_call(engine: Engine, state: Path, number: int) -> list[float]:
    """Return the times that calls of one run take through a gate that leads nowhere.

    The journal's thread writes between them, as it does while a real call is on its way.
    """
    wanted = replace(execution("1"), caller=replace(CALLER, session=str(number)))
    run = Run(wanted, journal=engine.journal, can_ask=False)
    settings = engine.settings.policy
    approvals = Approvals(engine.folders)
    gate = Gate(
        view=await engine.describe(CALLER),
        run=run,
        settings=settings,
        carry=arrived,
        secrets=frozenset,
        held=lambda server, tool: None,
        approvals=approvals,
        asking=Asking(run, effects=None, remember=approvals.remember, timeout_seconds=1),
        exposure=Exposures(state).of(wanted),
    )
    calls = [
        ToolCall(run="", site=1, server="plain", tool="add", arguments={"a": n, "b": 2}, deadline=0)
        for n in range(CALLS)
    ]
    return [await _timed(gate, call, engine) for call in calls]


async def _timed(gate: Gate, call: ToolCall, engine: Engine) -> float:
    started = time.perf_counter()
    result = await gate.call(call)
    seconds = time.perf_counter() - started
    assert result.failure is None
    engine.journal.flush()
    return seconds


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with engine_over(Path(folder), plain_server() + LABELS) as engine:
            await engine.describe(CALLER)
            print(machine())
            print(HEADER)
            rounds = [await seconds_per_call(engine, Path(folder), number) for number in range(ROUNDS)]
            samples = [seconds for each in rounds[1:] for seconds in each]
            print(row("one call through the gate", samples, bar="0.05"))


if __name__ == "__main__":
    asyncio.run(main())
