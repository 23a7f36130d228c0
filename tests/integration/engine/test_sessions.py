"""Programs one after the other that share their names."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from ptc_cli.core.catalog import Caller
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine
from tests.engines import CALLER, engine_over, execution, plain_server


async def entry(engine: Engine, source: str, *, session: str = "a", caller: Caller = CALLER, **limits: float) -> Result:
    return await engine.run(replace(execution(source, caller=caller, **limits), session=session))


async def test_a_program_finds_the_names_of_those_before_it(engine: Engine) -> None:
    await entry(engine, "import math\nrows = plain.add(a=1, b=2)")
    await entry(engine, "def double(value: int) -> int:\n    return value * 2")

    result = await entry(engine, "math.floor(double(rows['sum']) + 0.5)")

    assert (result.status, result.value) == ("ok", 6)


async def test_a_mistake_about_an_earlier_name_never_runs(engine: Engine) -> None:
    await entry(engine, "rows = plain.add(a=1, b=2)\nprint('kept')")

    wrong = await entry(engine, "print('ran')\nrows['summ']")
    after = await entry(engine, "rows['sum']")

    assert (wrong.status, wrong.stdout) == ("rejected", "")
    assert [(remark.line, remark.severity) for remark in wrong.diagnostics] == [(2, "error")]
    assert (after.status, after.value) == ("ok", 3)


async def test_a_function_of_an_earlier_program_calls_its_tool_later(engine: Engine) -> None:
    await entry(engine, "from tools import plain\ndef total(n: int) -> int:\n    return plain.add(a=n, b=n)['sum']")

    result = await entry(engine, "total(4)")

    assert (result.status, result.value) == ("ok", 8)
    assert [(call.server, call.tool) for call in result.calls] == [("plain", "add")]


async def test_what_a_program_did_before_it_raised_is_kept_and_the_next_is_warned(engine: Engine) -> None:
    failed = await entry(engine, "first = 1\nraise ValueError('no')\nsecond = 2")

    there = await entry(engine, "first")
    absent = await entry(engine, "second")

    assert failed.status == "failed"
    assert (there.status, there.value) == ("ok", 1)
    assert (absent.status, absent.error and absent.error.type) == ("failed", "NameError")
    assert any("second" in warning for warning in absent.warnings)


async def test_sessions_and_callers_are_apart(engine: Engine) -> None:
    await entry(engine, "secret = 'mine'")

    other_session = await entry(engine, "secret", session="b")
    other_caller = await entry(engine, "secret", caller=replace(CALLER, session="somebody else"))
    alone = await engine.run(execution("secret"))

    assert [result.status for result in (other_session, other_caller, alone)] == ["rejected"] * 3


async def test_programs_of_one_session_run_one_after_the_other_and_those_of_others_beside_them(engine: Engine) -> None:
    await entry(engine, "seen: list[int] = []")
    numbered = [f"import time\ntime.sleep(0.05)\nseen.append({number})\nlen(seen)" for number in range(4)]

    results = await asyncio.gather(*(entry(engine, source) for source in numbered), entry(engine, "1", session="b"))

    assert [result.value for result in results] == [1, 2, 3, 4, 1]


async def test_a_program_that_is_cancelled_leaves_the_session_as_it_was(engine: Engine) -> None:
    await entry(engine, "x = 41")
    run = await engine.start(replace(execution("import time\nprint('on')\ntime.sleep(60)"), session="a"))
    async for event in run.events():
        if "\n" in getattr(event.what, "text", ""):
            break

    cancelled = await run.cancel()
    after = await entry(engine, "x + 1")

    assert cancelled.status == "cancelled"
    assert (after.status, after.value) == ("ok", 42)


async def test_a_program_that_had_to_be_killed_takes_the_session_with_it_and_says_so(engine: Engine) -> None:
    await entry(engine, "x = 1")

    killed = await entry(engine, "import ctypes\nctypes.string_at(0)")
    after = await entry(engine, "x")

    assert (killed.status, killed.error and killed.error.type) == ("failed", "Crashed")
    assert "session 'a' ended with this program: the names of its programs are gone" in killed.warnings
    assert after.status == "rejected"


async def test_a_session_has_one_face(engine: Engine) -> None:
    await entry(engine, "x = plain.add(a=1, b=1)")

    result = await entry(engine, "y = await plain.add(a=1, b=1)")

    assert result.status == "rejected"
    assert any("session" in f"{remark.message} {remark.hint}" for remark in result.diagnostics)


async def test_names_and_tasks_of_an_async_session_live_on(engine: Engine) -> None:
    await entry(
        engine,
        "import asyncio\ndone = asyncio.Event()\ntask = asyncio.create_task(done.wait())\nawait asyncio.sleep(0)",
    )

    result = await entry(engine, "done.set()\nawait task")

    assert (result.status, result.value) == ("ok", True)


async def test_a_call_ends_with_the_program_that_made_it(engine: Engine) -> None:
    await entry(engine, "import asyncio\ntask = asyncio.create_task(plain.sleep(seconds=60))\nawait asyncio.sleep(0)")

    result = await entry(engine, "await task")

    assert result.error is not None
    assert result.error.message == "the program that made this call ended before its answer came"


async def test_a_session_that_nobody_uses_ends_and_whoever_comes_back_is_told(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server() + "[sandbox]\nsession_idle_seconds = 1\n") as engine:
        await entry(engine, "x = 1")
        async with asyncio.timeout(10):
            while engine.sessions(CALLER):
                await asyncio.sleep(0.05)

        result = await entry(engine, "1")

    assert result.warnings == ("session 'a' is new: the last one of that name was not used for 1 s",)


async def test_the_session_that_was_idle_longest_makes_room(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server() + "[sandbox]\nsessions = 2\n") as engine:
        for name in ("a", "b", "a", "c"):
            assert (await entry(engine, "1", session=name)).status == "ok"

        assert engine.sessions(CALLER) == ("a", "c")


async def test_ending_a_session_forgets_its_names(engine: Engine) -> None:
    await entry(engine, "x = 1")

    assert await engine.end_session(CALLER, "a") is True
    assert await engine.end_session(CALLER, "a") is False
    assert (await entry(engine, "x")).status == "rejected"
