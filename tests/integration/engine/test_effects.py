"""What a program will do is known before it begins: denied tools reject it, and questions say what is still to come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptc_cli.core.event import Asked, Checked
from ptc_cli.core.program import Program
from ptc_cli.engine import Run
from tests.engines import CALLER, engine_over, execution, plain_server, run
from tests.integration.engine.test_runs import calls_in

_THREE = "\n".join(f"plain.echo(text='{each}')" for each in "abc")


async def _foreseen(started: Run) -> list[int | None]:
    """Say yes to every question of a run, and return what each foresees."""
    found = []
    async for event in started.events():
        if isinstance(event.what, Asked):
            found.append(event.what.question.foreseen)
            started.answer(event.what.question.id, "once", by="test")
    return found


async def test_a_program_that_names_a_denied_tool_is_rejected_before_its_first_call(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    source = "print(plain.echo(text='x'))\nplus = plain.add\nif False:\n    plus(a=1, b=2)"
    async with engine_over(tmp_path, plain_server("plain", "--log", str(log), more='deny = ["ad*"]')) as engine:
        result = await run(engine, source)

    (remark,) = [each for each in result.diagnostics if each.severity == "error"]
    assert (result.status, result.exit_code) == ("rejected", 3)
    assert (remark.line, remark.code) == (4, "denied")
    assert "'plain.add' is denied: server 'plain' denies 'ad*'" in remark.message
    assert remark.hint is not None
    assert calls_in(log) == []


async def test_what_the_run_itself_does_not_allow_rejects_too(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        result = await engine.run(replace(execution("plain.add(a=1, b=2)"), deny=("plain.add",)))

    assert [each.code for each in result.diagnostics] == ["denied"]


async def test_a_denied_tool_that_is_only_within_reach_is_left_to_the_gate(tmp_path: Path) -> None:
    source = "def first(server): return server.echo(text='x')\nfirst(plain)"
    async with engine_over(tmp_path, plain_server(more='deny = ["add"]')) as engine:
        result = await run(engine, source)

    assert (result.status, result.value) == ("ok", "x")


async def test_a_check_tells_what_policy_says_of_each_tool(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["add"]')) as engine:
        report = await engine.check(Program.of("plain.add(a=1, b=2)\nplain.echo(text='x')"), CALLER)

    assert report.effects is not None
    assert [(each.path, each.verdict) for each in report.effects.tools] == [
        ("plain.add", "ask"),
        ("plain.echo", "allow"),
    ]


async def test_a_question_says_how_many_more_such_calls_may_come(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        counted = await _foreseen(await engine.start(execution(_THREE), can_ask=True))
        looped = await _foreseen(await engine.start(execution("for t in 'ab': plain.echo(text=t)"), can_ask=True))

    assert counted == [2, 1, 0]
    assert looped == [None, None]


async def test_the_record_of_a_run_has_its_effects(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        started = await engine.start(execution("plain.echo(text='x')"))
        await started.result()
        reports = [event.what.report async for event in started.events() if isinstance(event.what, Checked)]

    assert [each.path for report in reports if report.effects for each in report.effects.tools] == ["plain.echo"]
