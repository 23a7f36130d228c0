"""Whom a call is asked of, what they see, what their answer decides, and what is remembered of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import pytest

from ptc_cli.config import GrantStore
from ptc_cli.core.catalog import Caller, Door
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.event import Answered, Asked, Decision, Question
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine, Run, open_engine
from tests.engines import CALLER, answering, engine_over, execution, plain_server, run
from tests.homes import home

ECHO = "plain.echo(text='x')"


async def started(engine: Engine, source: str) -> Run:
    return await engine.start(execution(source), can_ask=True)


async def answered(engine: Engine, source: str, decision: Decision) -> tuple[Result, list[Question]]:
    """Run a program whose every question gets the same answer; return how it ended, and what was put to a person."""
    return await _followed(await started(engine, source), decision)


async def _followed(run: Run, decision: Decision) -> tuple[Result, list[Question]]:
    put: list[Question] = []
    async for event in run.events():
        if isinstance(event.what, Asked) and event.what.question in run.questions:
            put.append(event.what.question)
            run.answer(event.what.question.id, decision, by="test")
    return await run.result(), put


async def test_all_asks_once_in_a_loop_and_once_for_calls_made_at_once(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        loop, in_loop = await answered(engine, f"for _ in range(10):\n    {ECHO}", "all")
        gather = "import asyncio\nawait asyncio.gather(*(plain.echo(text=str(n)) for n in range(10)))\n1"
        at_once, in_gather = await answered(engine, gather, "all")

    assert (loop.status, len(loop.calls), len(in_loop)) == ("ok", 10, 1)
    assert (at_once.status, len(at_once.calls), len(in_gather)) == ("ok", 10, 1)


async def test_a_question_shows_the_program_the_line_and_how_many_follow(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo", "fail"]')) as engine:
        _, (first, *_) = await answered(engine, f"plain.add(a=1, b=2)\n{ECHO}\n{ECHO}\nplain.fail(message='x')", "no")

    assert (first.program, first.call.site, first.line) == ("program.py", 2, ECHO)
    assert (first.foreseen, first.listed, first.call.arguments) == (1, ("plain.fail",), {"text": "x"})


async def test_one_approval_covers_the_list_of_the_program(tmp_path: Path) -> None:
    more = 'ask = ["echo", "nothing", "big"]'
    source = f"{ECHO}\nplain.nothing()\n{ECHO}\nlen(plain.big(bytes=3))"
    async with engine_over(tmp_path, plain_server(more=more)) as engine:
        whole, put = await answered(engine, source, "program")
        _, dynamic = await answered(engine, f"import ptc\n{source}\nptc.call('plain', str('echo'), {{}})", "no")

    assert (whole.status, [question.listed for question in put]) == ("ok", [("plain.nothing", "plain.big")])
    assert dynamic[0].listed == ()


async def test_open_questions_stand_on_the_run_until_they_are_answered(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        run = await started(engine, ECHO)
        async for event in run.events():
            if isinstance(event.what, Asked):
                break
        assert [question.path for question in run.questions] == ["plain.echo"]
        assert run.state == "waiting"
        assert run.answer(run.questions[0].id, "once", by="test")
        assert run.questions == ()
        assert (await run.result()).status == "ok"
        events = engine.journal.load(run.id).events

    assert [event.what.by for event in events if isinstance(event.what, Answered)] == ["test"]


def own_server(folder: Path, more: str) -> Path:
    """Write a server into the user's own configuration."""
    path = folder / "config" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(plain_server(more=more))
    return path


async def test_remember_writes_into_your_own_file_what_was_approved(tmp_path: Path) -> None:
    own = own_server(tmp_path / "home", '# mine\nask = ["echo"]')
    environ = {"PATH": os.environ["PATH"], "PTC_HOME": home(tmp_path / "home"), "HOME": str(tmp_path)}
    async with open_engine(cwd=tmp_path, environ=environ) as engine:
        first, put = await answered(engine, ECHO, "remember")
        second, put_again = await answered(engine, f"{ECHO}  # again", "no")
    async with open_engine(cwd=tmp_path, environ=environ) as engine:
        third = await run(engine, ECHO)

    assert (len(put), put_again, second.status, third.status) == (1, [], "ok", "ok")
    assert "# mine" in own.read_text()
    assert "[servers.plain.tools.echo]\napproved = " in own.read_text()
    assert any(str(own) in warning for warning in first.warnings)


async def test_remember_keeps_a_grant_where_the_file_is_not_yours(tmp_path: Path) -> None:
    configuration = plain_server(more='ask = ["echo"]')
    async with engine_over(tmp_path, configuration) as engine:
        await answered(engine, ECHO, "remember")
    async with engine_over(tmp_path, configuration) as engine:
        after = await run(engine, ECHO)
    grants = tmp_path / "home" / "state" / "grants.json"

    assert after.status == "ok"
    assert (tmp_path / "ptc.toml").read_text() == configuration
    assert grants.stat().st_mode & 0o777 == 0o600
    assert [(each.server, each.tool) for each in GrantStore(str(grants.parent)).all()] == [("plain", "echo")]


async def test_a_grant_lapses_when_the_tool_or_its_server_changes(tmp_path: Path) -> None:
    ask = 'ask = ["*"]'
    also = ("--also", "get")
    async with engine_over(tmp_path, plain_server("plain", *also, more=ask)) as engine:
        await answered(engine, "plain.get()", "remember")
    async with engine_over(tmp_path, plain_server("plain", *also, "--name", "other", more=ask)) as engine:
        refused, (question,) = await answered(engine, "plain.get()", "no")

    assert refused.error is not None
    assert refused.error.type == "ToolDenied"
    assert question.reason == "server 'plain' asks before '*'; it was approved before, and has changed since"


async def test_a_grant_lifts_no_denial_and_no_taint(tmp_path: Path) -> None:
    ask, labels = 'ask = ["echo"]', 'labels = { "echo" = ["private", "untrusted", "sends"] }'
    async with engine_over(tmp_path, plain_server(more=ask)) as engine:
        await answered(engine, ECHO, "remember")
    async with engine_over(tmp_path, plain_server(more=f'{ask}\ndeny = ["echo"]')) as engine:
        denied = await run(engine, ECHO)
    async with engine_over(tmp_path, plain_server(more=f"{ask}\n{labels}")) as engine:
        once, twice = await run(engine, ECHO), await run(engine, ECHO)
        _, put = await answered(engine, ECHO, "remember")
        still = await run(engine, ECHO)

    assert denied.status == "rejected"
    assert once.status == "ok"
    assert [each.error and each.error.type for each in (twice, still)] == ["ToolDenied"] * 2
    assert put[0].stakes == ("private", "untrusted")


@pytest.mark.parametrize("content", ["{]", "[]", '{"x": 1}', '{"x": {"server": "plain"}}'])
async def test_grants_that_cannot_be_read_grant_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "grants.json"
    path.write_text(content)
    store = GrantStore(str(tmp_path))

    assert dict(store.usable()) == {}
    with pytest.raises(ConfigError, match=r"grants\.json"):
        store.all()


async def test_grants_that_others_can_write_to_grant_nothing(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        await answered(engine, ECHO, "remember")
        (tmp_path / "home" / "state" / "grants.json").chmod(0o666)
        refused = await run(engine, ECHO)

    assert refused.error is not None
    assert refused.error.type == "ToolDenied"


# Budgets.


async def test_a_budget_of_a_tool_ends_the_program_and_names_where_it_is_set(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    budgets = '[policy.budgets]\n"plain.e*" = 3\n"*.add" = 100\n"*.*" = 50'
    source = "import ptc\nwhile True:\n    try:\n        plain.echo(text='x')\n    except ptc.ToolError:\n        pass"
    async with engine_over(tmp_path, f"{plain_server('plain', '--log', str(log))}{budgets}\n") as engine:
        over = await run(engine, source)
        within = await run(engine, "for n in range(5):\n    plain.add(a=n, b=n)\nplain.echo(text='x')")

    line = (tmp_path / "ptc.toml").read_text().splitlines().index('"plain.e*" = 3') + 1
    assert (over.status, over.exit_code, len([c for c in over.calls if c.ok])) == ("limit", 5, 3)
    assert over.limit is not None
    assert (over.limit.name, over.limit.value) == ("policy.budgets 'plain.e*'", 3)
    assert over.error is not None
    assert over.error.type == "BudgetExceeded"
    assert f"'plain.e*' = 3 in [policy.budgets] ({tmp_path / 'ptc.toml'}:{line})" in str(over.error)
    assert within.status == "ok"


async def test_the_smaller_budget_holds_and_a_call_counts_for_each(tmp_path: Path) -> None:
    budgets = '[policy.budgets]\n"plain.*" = 5\n"*.echo" = 2'
    async with engine_over(tmp_path, f"{plain_server()}{budgets}\n") as engine:
        echoes = await run(engine, "for _ in range(4):\n    plain.echo(text='x')")
        adds = await run(engine, "plain.echo(text='x')\nfor _ in range(8):\n    plain.add(a=1, b=1)")

    assert [each.limit and each.limit.value for each in (echoes, adds)] == [2, 5]


async def test_calls_made_at_once_do_not_slip_past_a_budget(tmp_path: Path) -> None:
    source = (
        "import asyncio\nawait asyncio.gather(*(plain.echo(text=str(n)) for n in range(20)), return_exceptions=True)"
    )
    log = tmp_path / "received.jsonl"
    server = plain_server("plain", "--log", str(log))
    async with engine_over(tmp_path, f'{server}[policy.budgets]\n"plain.echo" = 4\n') as engine:
        await run(engine, source)

    assert sum(json.loads(line).get("method") == "tools/call" for line in log.read_text().splitlines()) == 4


# Who may call.

ONLY = """
[servers.plain.tools.echo]
allowed_callers = ["programmatic"]
[servers.plain.tools.add]
allowed_callers = ["direct"]
"""


async def test_a_tool_is_called_only_in_the_way_it_allows_at_every_door(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server() + ONLY) as engine:
        for door in get_args(Door):
            await _only_as_allowed(engine, Caller(door=door))


async def _only_as_allowed(engine: Engine, caller: Caller) -> None:
    in_program = await run(engine, ECHO, caller=caller)
    named = await run(engine, "plain.add(a=1, b=2)", caller=caller)
    dynamic = await run(engine, "import ptc\nptc.call('plain', str('add'), {'a': 1, 'b': 2})", caller=caller)
    direct = await (await engine.call(caller, "plain", "add", {"a": 1, "b": 2})).result()
    wrong = await (await engine.call(caller, "plain", "echo", {"text": "x"})).result()

    assert [each.status for each in (in_program, named, direct)] == ["ok", "rejected", "ok"]
    assert [each.error and each.error.type for each in (dynamic, wrong)] == ["ToolDenied"] * 2
    assert wrong.error is not None
    assert "'plain.echo' may not be called directly (allowed_callers)" in wrong.error.message


async def test_a_direct_call_is_asked_for_like_a_programs(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server(more='ask = ["echo"]')) as engine:
        run = await engine.call(CALLER, "plain", "echo", {"text": "x"}, can_ask=True)
        result = await answering(run, "no")

    assert result.error is not None
    assert result.error.type == "ToolDenied"
