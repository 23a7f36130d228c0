"""A run, from its check to its record, through the engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from ptc_cli.core.event import CallFinished, CallStarted, Checked, Event, Finished, Output, Progress, Started
from ptc_cli.engine import Engine, Run
from tests.engines import execution, run


def calls_in(received: Path) -> list[str]:
    lines = received.read_text().splitlines() if received.exists() else []
    return [line for line in lines if "tools/call" in line]


async def test_a_program_calls_a_real_server_and_gives_the_value_of_its_last_line(engine: Engine) -> None:
    result = await run(engine, "total = plain.add(a=2, b=3)\nprint('sum', total['sum'])\ntotal['sum'] * 10")

    assert (result.status, result.value, result.stdout) == ("ok", 50, "sum 5\n")
    assert [(call.server, call.tool, call.ok) for call in result.calls] == [("plain", "add", True)]


async def test_an_async_program_calls_in_parallel(engine: Engine) -> None:
    source = "import asyncio\nsums = await asyncio.gather(*(plain.add(a=i, b=i) for i in range(5)))\n[s['sum'] for s in sums]"

    result = await run(engine, source)

    assert (result.status, result.value) == ("ok", [0, 2, 4, 6, 8])


async def test_a_program_with_a_mistake_never_reaches_a_server(engine: Engine, received: Path) -> None:
    result = await run(engine, "plain.add(a=1, b='2')\nplain.ecko(text='x')")

    assert result.status == "rejected"
    assert [remark.line for remark in result.diagnostics if remark.severity == "error"] == [1, 2]
    assert any("echo" in (remark.hint or "") for remark in result.diagnostics)
    assert calls_in(received) == []
    assert result.calls == ()


async def test_what_is_only_doubtful_in_a_rejected_program_is_told_once(engine: Engine) -> None:
    result = await run(engine, "import requests\nplain.ecko(text='x')")

    assert [remark.severity for remark in result.diagnostics] == ["warning", "error"]
    assert result.warnings == ()


async def test_a_tool_that_fails_raises_with_the_servers_own_words(engine: Engine) -> None:
    result = await run(engine, "plain.fail(message='no such repository')")

    assert (result.status, result.error and result.error.type) == ("failed", "ToolError")
    assert result.error is not None
    assert "no such repository" in result.error.message
    assert result.error.line == 1


async def test_every_reader_sees_every_event_in_order_also_after_the_end(engine: Engine) -> None:
    started = await engine.start(execution("import ptc\nptc.progress(1, 2, 'half')\nprint('x')\nplain.add(a=1, b=1)"))
    early, other = await asyncio.gather(_all_events(started), _all_events(started))
    late = await _all_events(started)

    assert early == other == late
    assert [event.sequence for event in early] == list(range(len(early)))
    kinds = [type(event.what) for event in early]
    assert [kind for kind in kinds if kind is not Output and kind is not Progress] == [
        Checked,
        Started,
        CallStarted,
        CallFinished,
        Finished,
    ]
    assert Progress in kinds
    spans = {type(event.what): (event.span, event.parent_span) for event in early}
    assert spans[CallStarted][1] == started.id
    assert spans[CallStarted] == spans[CallFinished]
    assert [event async for event in started.events(after=early[-2].sequence)] == [early[-1]]


async def test_cancelling_a_run_ends_the_program_and_its_call(engine: Engine) -> None:
    started = await engine.start(execution("print('on')\nplain.sleep(seconds=60)"))
    async for event in started.events():
        if isinstance(event.what, CallStarted):
            break

    result = await asyncio.wait_for(started.cancel(), 10)

    assert (result.status, result.stdout) == ("cancelled", "on\n")
    assert started.state == "cancelled"


async def test_a_run_ends_at_its_deadline_and_keeps_what_was_printed(engine: Engine) -> None:
    result = await run(engine, "print('on', flush=True)\nwhile True: pass", wall_seconds=1)

    assert (result.status, result.stdout) == ("timeout", "on\n")
    assert result.limit is not None
    assert result.limit.name == "wall_seconds"


async def test_runs_at_the_same_time_keep_their_output_apart(engine: Engine) -> None:
    sources = [f"print('{i}' * 3)\nplain.add(a={i}, b=0)['sum']" for i in range(6)]

    results = await asyncio.gather(*(run(engine, source) for source in sources))

    assert [(r.status, r.stdout, r.value) for r in results] == [("ok", f"{i}{i}{i}\n", i) for i in range(6)]


async def test_the_same_execution_again_prints_the_same(engine: Engine) -> None:
    planned = execution("import random\nprint(random.random(), hash('x'), set('abcdefgh'))")

    first, second = await engine.run(planned), await engine.run(replace(planned, run="again"))

    assert (first.status, second.stdout) == ("ok", first.stdout)


async def test_what_ran_can_be_read_from_the_journal(engine: Engine) -> None:
    result = await run(engine, "print('x' * 10_000)\nplain.add(a=1, b=2)")

    record = engine.journal.load(result.run)

    assert record.result == result
    assert record.execution.program.source.startswith("print(")
    assert isinstance(record.events[-1].what, Finished)
    assert [header.run for header in engine.journal.runs()] == [result.run]
    assert (record.header.state, record.header.calls) == ("ok", 1)


async def test_a_direct_call_is_recorded_like_a_run(engine: Engine) -> None:
    call = await engine.call(execution("").caller, "plain", "add", {"a": 1, "b": 2})
    result = await call.result()

    assert call.returned is not None
    assert (result.status, call.returned.value) == ("ok", {"sum": 3})
    assert engine.journal.load(result.run).header.program == "plain.add"


async def _all_events(started: Run) -> list[Event]:
    return [event async for event in started.events()]


async def test_a_run_that_asks_for_more_than_the_maximum_is_told_what_it_gets(engine: Engine) -> None:
    result = await run(engine, "1", wall_seconds=10_000, calls=5)

    assert result.status == "ok"
    assert result.warnings == ("the limit wall_seconds is cut to 3,600, its [sandbox.maxima]",)
