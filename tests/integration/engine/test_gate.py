"""The gate: one path for every call, whoever makes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Engine, Run
from tests.engines import CALLER, answering, engine_over, execution, plain_server, run
from tests.integration.engine.test_runs import calls_in

DYNAMIC = "import ptc\nptc.call('plain', str({tool!r}), {arguments!r})"
"""A call whose tool only shows at run time, so that it comes as far as the gate."""


async def test_a_denied_tool_is_refused_from_a_program_and_directly(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    async with engine_over(tmp_path, plain_server("plain", "--log", str(log), more='deny = ["ad*"]')) as engine:
        from_program = await run(engine, "plain.add(a=1, b=2)")
        dynamic = await run(engine, DYNAMIC.format(tool="add", arguments={"a": 1, "b": 2}))
        direct = await engine.call(CALLER, "plain", "add", {"a": 1, "b": 2})
        result = await direct.result()

    assert [r.error and r.error.type for r in (dynamic, result)] == ["ToolDenied"] * 2
    assert dynamic.exit_code == 6
    assert dynamic.error is not None
    assert "denies 'ad*'" in dynamic.error.message
    assert from_program.status == "rejected"
    assert calls_in(log) == []


async def test_a_run_can_narrow_what_it_may_call_but_not_widen_it(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='deny = ["echo"]')) as engine:
        add = DYNAMIC.format(tool="add", arguments={"a": 1, "b": 2})
        narrowed = await engine.run(replace(execution(add), allow=("plain.echo",)))
        echo = DYNAMIC.format(tool="echo", arguments={"text": "x"})
        widened = await engine.run(replace(execution(echo), allow=("plain.echo",)))

    assert [r.error and r.error.type for r in (narrowed, widened)] == ["ToolDenied", "ToolDenied"]


async def test_a_call_that_needs_approval_is_denied_where_nobody_can_be_asked(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        result = await run(engine, "plain.echo(text='x')")

    assert result.error is not None
    assert result.error.type == "ToolDenied"
    assert "nobody to ask" in result.error.message


async def test_a_persons_word_decides_once_or_for_the_whole_run(tmp_path: Path) -> None:
    source = "[plain.echo(text=str(i)) for i in range(3)]"
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        once = await engine.start(execution(source), can_ask=True)
        assert (await answering(once, "once")).value == ["0", "1", "2"]
        everything = await engine.start(execution(source), can_ask=True)
        assert (await answering(everything, "all")).value == ["0", "1", "2"]
        refused = await engine.start(execution(source), can_ask=True)
        result = await answering(refused, "no")

    assert _asked(once, engine) == 3
    assert _asked(everything, engine) == 1
    assert result.error is not None
    assert result.error.type == "ToolDenied"


async def test_the_clock_stands_still_while_a_person_is_asked(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]\n[policy]\nask_timeout_seconds = 2')) as engine:
        started = await engine.start(execution("plain.echo(text='x')", wall_seconds=1), can_ask=True)
        result = await started.result()

    assert result.error is not None
    assert (result.status, result.error.type) == ("failed", "ToolDenied")


async def test_arguments_are_validated_before_anything_is_sent(engine: Engine, received: Path) -> None:
    result = await run(engine, DYNAMIC.format(tool="add", arguments={"a": 1, "b": "2"}))

    assert result.error is not None
    assert (result.error.type, calls_in(received)) == ("ToolError", [])
    assert "plain.add: b: '2' is not of type 'integer'" in result.error.message


async def test_the_budget_of_calls_holds_and_a_retry_loop_cannot_swallow_it(engine: Engine, received: Path) -> None:
    source = """
import ptc
while True:
    try:
        plain.echo(text="x")
    except ptc.ToolError:
        pass
"""
    result = await run(engine, source, calls=5)

    assert result.status == "limit"
    assert result.limit is not None
    assert (result.limit.name, result.limit.value) == ("calls", 5)
    assert len(calls_in(received)) == 5


async def test_a_tool_outside_the_view_does_not_exist_for_any_call(engine: Engine, received: Path) -> None:
    nobody = Caller(door="mcp", tools=("plain.echo",))

    dynamic = await run(engine, DYNAMIC.format(tool="add", arguments={"a": 1, "b": 2}), caller=nobody)
    direct = await (await engine.call(nobody, "plain", "add", {"a": 1, "b": 2})).result()

    for result in (dynamic, direct):
        assert result.error is not None
        assert "no tool 'add'" in result.error.message
    assert calls_in(received) == []


def _asked(started: Run, engine: Engine) -> int:
    events = engine.journal.load(started.id).events
    return sum(type(event.what).__name__ == "Asked" for event in events)


ODD_NAMES = ("delete-all", "wipe[all]")


@pytest.mark.parametrize("where", ["server", "policy"])
@pytest.mark.parametrize("alias", ["delete-all", "delete_all", "wipe[all]", "wipe_all_"])
@pytest.mark.parametrize("server", ["my-srv", "my_srv"])
async def test_another_name_of_a_denied_tool_is_denied_too(tmp_path: Path, where: str, alias: str, server: str) -> None:
    log = tmp_path / "received.jsonl"
    denied = [name if where == "server" else f"my-srv.{name}" for name in ODD_NAMES]
    own, all_servers = (f"deny = {denied}", "") if where == "server" else ("", f"[policy]\ndeny = {denied}\n")
    configuration = all_servers + plain_server("my-srv", "--log", str(log), "--also", *ODD_NAMES, more=own)
    async with engine_over(tmp_path, configuration) as engine:
        from_program = await run(engine, f"import ptc\nptc.call(str({server!r}), {alias!r}, {{}})")
        direct = await engine.call(CALLER, server, alias, {})
        result = await direct.result()

    assert [each.error and each.error.type for each in (from_program, result)] == ["ToolDenied"] * 2
    assert calls_in(log) == []


async def test_a_tool_is_called_and_recorded_by_its_own_name_whatever_the_program_calls_it(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server("my-srv", "--also", "get-it")) as engine:
        result = await run(engine, "import ptc\nptc.call('my_srv', 'get_it', {})")

    assert result.value == "get-it"
    assert [(call.server, call.tool) for call in result.calls] == [("my-srv", "get-it")]


async def test_a_server_is_not_judged_by_the_policy_of_one_with_the_same_module_name(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    configuration = plain_server("a-b") + plain_server("a_b", "--log", str(log), more='deny = ["echo"]')
    async with engine_over(tmp_path, configuration) as engine:
        result = await run(engine, "import ptc\nptc.call(str('a_b'), 'echo', {'text': 'x'})")

    assert result.error is not None
    assert result.error.type == "ToolDenied"
    assert calls_in(log) == []


READ = "import ptc\nptc.read_resource('plain', 'note://1')"


async def test_a_resource_is_asked_for_where_everything_of_its_server_is(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["*"]')) as engine:
        result = await run(engine, READ)

    assert result.error is not None
    assert result.error.type == "ToolDenied"


async def test_a_caller_that_sees_only_some_tools_reads_no_resource(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        little = await run(engine, READ, caller=Caller(door="mcp", tools=("plain.echo",)))
        named = await run(engine, READ, caller=Caller(door="mcp", tools=("plain.echo", "plain.note://*")))

    assert little.error is not None
    assert "no resource 'note://1'" in little.error.message
    assert named.status == "ok"
