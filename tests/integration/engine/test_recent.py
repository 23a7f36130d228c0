"""`/runs` in the tree: what a session ran last."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ptc_cli.engine import Engine
from ptc_cli.engine.recent import RecentRuns
from tests.engines import CALLER, engine_over, execution, plain_server

AGENT = replace(CALLER, session="one")


async def shell(engine: Engine, command: str, session: str = "one") -> str:
    done = await (await engine.shell(replace(CALLER, session=session))).run(command)
    return f"{done.stdout}{done.stderr}"


async def test_a_program_and_all_that_came_of_it_are_files(engine: Engine) -> None:
    source = "import sys\nprint('x' * 100_000)\nprint('oh', file=sys.stderr)\nplain.echo(text='hi')\n[1, 2]"
    result = await engine.run(execution(source, caller=AGENT))

    assert engine.recent.folder(AGENT, result.run) == "/runs/1"
    assert await shell(engine, "ls /runs/1") == "calls.jsonl\nprogram.py\nstderr\nstdout\nvalue.json\n"
    assert await shell(engine, "cat /runs/1/program.py") == source
    assert await shell(engine, "wc -c < /runs/1/stdout") == "100001\n"
    assert await shell(engine, "cat /runs/1/stderr; jq -c . /runs/1/value.json") == "oh\n[1,2]\n"
    call = json.loads(await shell(engine, "cat /runs/1/calls.jsonl"))
    assert {key: call[key] for key in ("line", "server", "tool", "arguments", "result")} == {
        "line": 4,
        "server": "plain",
        "tool": "echo",
        "arguments": {"text": "hi"},
        "result": "hi",
    }


async def test_a_program_that_failed_has_its_error_and_the_calls_that_failed(engine: Engine) -> None:
    await engine.run(execution("plain.fail(message='no luck')", caller=AGENT))

    assert "ToolError" in await shell(engine, "cat /runs/1/error")
    assert "no luck" in await shell(engine, "jq -r .error /runs/1/calls.jsonl")


async def test_a_file_that_is_too_long_for_the_shell_is_cut_and_says_so(engine: Engine) -> None:
    await engine.run(execution("print('x' * 12_000_000)", caller=AGENT))

    assert (
        await shell(engine, "tail -c 50 /runs/1/stdout")
        == "\n[cut: 3,611,393 more bytes are only in the journal]\n"[-50:]
    )
    assert await shell(engine, "wc -c < /runs/1/stdout") == "8388661\n"


async def test_a_run_with_much_in_it_is_not_fetched_again_for_its_short_files(engine: Engine) -> None:
    result = await engine.run(execution("for _ in range(20):\n    plain.big(bytes=1_000_000)", caller=AGENT))
    recent = RecentRuns(engine.journal)
    recent.add(AGENT, result.run)
    root = recent.overlay(AGENT)
    engine.journal.prune(keep_days=0)

    assert root is not None
    assert root.entries["runs"].entries["1"].entries["program.py"].content.startswith(b"for _ in")


async def test_a_file_that_is_kept_from_far_below_leaves_the_tree_readable(engine: Engine) -> None:
    source = "import os\nfor _ in range(500):\n    os.mkdir('a')\n    os.chdir('a')\nwith open('deep', 'w'): pass\n"
    result = await engine.run(replace(execution(source, caller=AGENT), keep=("*",)))

    assert (result.status, result.artifacts) == ("ok", ())
    assert "too deep" in result.warnings[0]
    assert await shell(engine, "ls /runs") == "1\n"


async def test_runs_are_numbered_and_the_oldest_go(engine: Engine) -> None:
    for number in range(23):
        await engine.run(execution(f"{number}", caller=AGENT))

    listed = (await shell(engine, "ls -v /runs")).split()

    assert listed == [str(number) for number in range(4, 24)]
    assert await shell(engine, "cat /runs/23/value.json /runs/4/value.json") == "22\n3\n"


async def test_nobody_sees_the_runs_of_another_session(engine: Engine) -> None:
    await engine.run(execution("'mine'", caller=AGENT))

    assert "No such file" in await shell(engine, "ls /runs", session="two")
    assert engine.recent.folder(replace(CALLER, session="two"), "anything") is None
    await engine.run(execution("'nobody in particular'"))
    assert await shell(engine, "cat /runs/*/value.json") == '"mine"\n'


async def test_runs_do_not_need_the_journal_to_be_writable(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "state").write_text("in the way")
    async with engine_over(tmp_path, plain_server()) as engine:
        result = await engine.run(execution("1", caller=AGENT))

        assert result.status == "ok"
        assert "No such file" in await shell(engine, "ls /runs/1")
