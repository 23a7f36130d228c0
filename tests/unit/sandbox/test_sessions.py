"""Programs that share their names, in every backend: what stays, what is each one's own, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from ptc_cli.core.call import ToolResult
from ptc_cli.core.errors import SandboxError
from ptc_cli.core.event import Output, Progress
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program
from ptc_cli.core.result import LimitHit
from ptc_cli.core.settings import SandboxSettings
from tests.sandboxes import BINDINGS, KINDS, Events, Sandbox, Session, Tools, seen, started

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def session(sandbox: Sandbox) -> AsyncIterator[Session]:
    async with sandbox.session() as session:
        yield session


async def stopped(session: Session) -> psutil.Process:
    """Return the session's process when it stands still."""
    async with asyncio.timeout(10):
        while True:
            for process in session.processes():
                if process.status() == psutil.STATUS_STOPPED:
                    return process
            await asyncio.sleep(0.01)


async def test_names_modules_and_main_stay(session: Session) -> None:
    await session.run("import json as j\nx = [1]\nclass C: pass\nimport __main__ as m")

    assert await session.value("x.append(2)\n[x, j.dumps(x), C.__module__, m.x is x, m.__dict__ is globals()]") == [
        [1, 2], "[1, 2]", "__main__", True, True
    ]  # fmt: skip


async def test_each_program_has_its_own_output_and_value(session: Session) -> None:
    first = await session.run("import sys\nprint('one')\nprint('err', file=sys.stderr)\n1")
    second = await session.run("print('two', end='')\n2")
    third = await session.run("x = 3")

    assert (first.value, first.stdout, first.stderr) == (1, "one\n", "err\n")
    assert (second.value, second.stdout, second.stderr) == (2, "two", "")
    assert (third.outcome.value_kind, third.stdout) == ("none", "")


async def test_half_a_character_does_not_reach_the_next_program(session: Session) -> None:
    first = await session.run("import os\nwritten = os.write(1, 'é'.encode()[:1])")
    second = await session.run("written = os.write(1, 'é'.encode()[1:])")

    assert (first.stdout, second.stdout) == ("\ufffd", "\ufffd")


async def test_much_output_is_all_of_its_own_program(session: Session) -> None:
    first = await session.run("print('a' * 300_000)")
    second = await session.run("print('b' * 70_000)")

    assert (first.stdout, second.stdout) == ("a" * 300_000 + "\n", "b" * 70_000 + "\n")


async def test_a_traceback_shows_each_function_s_own_lines(session: Session) -> None:
    await session.run("\n\ndef f(x):\n    return 1 / x  # of the first")
    await session.run("def g(x):\n    return f(x)  # of the second")
    error = (await session.run("y = 1\ng(0)  # of the third")).outcome.error

    assert error is not None
    assert (error.type, error.line) == ("ZeroDivisionError", 2)
    lines = [line.strip() for line in error.traceback.splitlines() if "~" not in line and "^" not in line]
    assert lines == [
        "Traceback (most recent call last):",
        'File "program.py", line 2, in <module>',
        "g(0)  # of the third",
        'File "program.py (entry 2)", line 2, in g',
        "return f(x)  # of the second",
        'File "program.py (entry 1)", line 4, in f',
        "return 1 / x  # of the first",
        "ZeroDivisionError: division by zero",
    ]


async def test_a_program_that_does_not_parse_leaves_the_names(session: Session) -> None:
    await session.run("x = 1")
    error = (await session.run("y = 2\nx = (")).outcome.error

    assert error is not None
    assert (error.type, error.line) == ("SyntaxError", 2)
    assert 'File "program.py", line 2' in error.traceback
    assert await session.value("[x, 'y' in globals()]") == [1, False]


@pytest.mark.parametrize(
    ("source", "type_"), [("1/0", "ZeroDivisionError"), ("import sys\nsys.exit(3)", "SystemExit"), ("await f", "TypeError")]
)  # fmt: skip
async def test_an_error_or_an_exit_ends_the_program_only(session: Session, source: str, type_: str) -> None:
    await session.run("f = 1")
    ran = await session.run(f"f = 2\n{source}")

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type) == ("failed", type_)
    assert await session.value("f") == 2


async def test_calls_are_of_the_program_that_makes_them(session: Session) -> None:
    await session.run("from tools import demo\nfrom tools.demo import add\ndef f():\n    return add(1, 2)")
    first = await session.run("\n\nf()", run="run-a")
    second = await session.run("demo.add(3, 4)", run="run-b")

    assert (first.value, [(call.run, call.site) for call in first.tools.calls]) == (3, [("run-a", 3)])
    assert (second.value, [(call.run, call.site) for call in second.tools.calls]) == (7, [("run-b", 1)])


async def test_the_tools_are_those_of_now(session: Session) -> None:
    await session.run("from tools import demo\nimport tools", bindings=BINDINGS[:1])
    source = "from tools import email\n[hasattr(tools, 'demo'), email.list_.__name__, demo.__name__]"

    assert await session.value(source, bindings=BINDINGS[1:]) == [False, "list_", "tools.demo"]
    error = (await session.run("import tools.demo", bindings=BINDINGS[1:])).outcome.error
    assert error is not None
    assert error.type == "ModuleNotFoundError"


async def test_a_supplied_name_does_not_replace_one_of_the_program_s(session: Session) -> None:
    assert await session.value("demo.add(1, 2)", supplied=("demo",)) == 3
    assert await session.value("demo = 5\ndemo", supplied=()) == 5
    assert await session.value("demo", supplied=("demo",)) == 5


async def test_input_is_each_program_s_own(session: Session) -> None:
    await session.run("import ptc", input="1")
    assert await session.value("ptc.input", input="[2]") == [2]
    assert await session.value("ptc.input is None") is True


async def test_the_seed_is_the_first_program_s(session: Session, sandbox: Sandbox) -> None:
    expected = await sandbox.value("import random\n[random.random(), random.random()]", seed=7)
    first = await session.value("import random\nrandom.random()", seed=7)

    assert [first, await session.value("random.random()", seed=7)] == expected


async def test_limits_are_each_program_s_own(session: Session) -> None:
    limits = Limits(wall_seconds=20, calls=2, kept_bytes=100, value_bytes=100)
    over = await session.run("for _ in range(3): demo.add(1, 1)", limits=limits)

    assert over.outcome.limit == LimitHit(name="calls", value=2)
    assert await session.value("print('x' * 90)\n[demo.add(1, 1), demo.add(1, 1)]", limits=limits) == [2, 2]
    assert (await session.run("'x' * 101", limits=limits)).outcome.limit == LimitHit(name="value_bytes", value=100)
    assert await session.value("print('x' * 90)\n'x' * 98", limits=limits) == "x" * 98


async def test_progress_is_passed_on(session: Session) -> None:
    await session.run("import ptc")
    assert (await session.run("ptc.progress(1)")).events == [Progress(done=1.0)]


async def test_a_task_of_one_program_is_awaited_by_another(session: Session) -> None:
    await session.run(
        "import asyncio\nhere = asyncio.get_running_loop()\nq = asyncio.Queue()\n"
        "async def f(x):\n    return [await q.get(), await demo.add(x, 1)]\n"
        "t = asyncio.create_task(f(1))\nawait asyncio.sleep(0)"
    )
    ran = await session.run("q.put_nowait('x')\n[await t, here is asyncio.get_running_loop()]")

    assert ran.value == [["x", 2], True]
    assert len(ran.tools.calls) == 1


async def test_context_variables_stay_between_programs_that_await(session: Session) -> None:
    await session.run("import asyncio, contextvars\nv = contextvars.ContextVar('v')\nv.set(4)\nawait asyncio.sleep(0)")
    assert await session.value("await asyncio.sleep(0)\nv.get()") == 4


LOOPS = {
    "loop": "while True: pass",
    "sleep": "import time\ntime.sleep(60)",
    "call": "demo.forever()",
    "lock": "import threading\nthreading.Lock().acquire() and threading.Event().wait()",
    "await": "import asyncio\nawait asyncio.sleep(60)",
    "awaited call": "await demo.forever()",
    "task": "import asyncio\nasync def f():\n    while True: pass\nt = asyncio.create_task(f())\nawait asyncio.Event().wait()",
    "own loop": "import asyncio\nasync def main(): await asyncio.sleep(60)\nasyncio.run(main())",
    "repr": "class R:\n    def __repr__(self):\n        while True: pass\nR()",
    "text of an error": "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
    "threads that call": "from threading import Thread\nfor _ in range(30): Thread(target=demo.forever).start()\nwhile True: pass",
}  # fmt: skip


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS.keys())
async def test_a_deadline_interrupts_the_program_and_the_session_goes_on(session: Session, source: str) -> None:
    await session.run("x = 1")
    ran = await session.run(f"x = 2\nprint('before')\n{source}", limits=Limits(wall_seconds=0.3))

    assert (ran.outcome.status, ran.outcome.limit) == ("timeout", LimitHit(name="wall_seconds", value=0.3))
    assert (ran.stdout, ran.tools.running) == ("before\n", 0)
    assert await session.value("x") == 2


async def test_where_it_was_interrupted_is_said(session: Session) -> None:
    error = (await session.run("x = 1\nwhile True:\n    x += 1", limits=Limits(wall_seconds=0.3))).outcome.error

    assert error is not None
    assert error.type == "LimitExceeded"
    assert error.line in (2, 3)
    assert "KeyboardInterrupt" in error.traceback


async def test_an_interrupted_program_may_clean_up(session: Session) -> None:
    source = (
        "import asyncio\ntry:\n    await demo.forever()\nfinally:\n"
        "    await asyncio.sleep(0.05)\n    done = 'cleaned up'"
    )
    await session.run(source, limits=Limits(wall_seconds=0.3))

    assert await session.value("done") == "cleaned up"


@pytest.mark.parametrize(
    "source",
    [
        "while True:\n    try:\n        while True: sum(range(99))\n    except KeyboardInterrupt: pass",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import asyncio\nwhile True:\n    try: await asyncio.sleep(60)\n    except BaseException: pass",
    ],
)
async def test_a_program_that_will_not_stop_takes_its_session_with_it(session: Session, source: str) -> None:
    ran = await session.run(f"print('before')\n{source}", limits=Limits(wall_seconds=0.2))

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.stdout) == ("timeout", "before\n")
    assert "its session has ended" in ran.outcome.error.message
    assert not session.backend.is_alive
    with pytest.raises(SandboxError, match="the session has ended"):
        await session.run("1")


async def test_cancelling_interrupts_the_program_and_the_session_goes_on(session: Session) -> None:
    tools, events = Tools(), Events()
    await session.run("x = 1")
    running = asyncio.create_task(session.run("x = 2\nprint('on')\ndemo.forever()", tools=tools, events=events))
    await seen(events, "on")
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert tools.running == 0
    assert await session.value("x") == 2


async def test_cancelling_before_the_program_began_loses_nothing(session: Session) -> None:
    await session.run("x = 1")
    for turns in range(6):
        running = asyncio.create_task(session.run("import time\ntime.sleep(60)"))
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await session.value("x") == 1


async def test_interrupts_never_tear_a_frame(session: Session) -> None:
    """Cancelled in the middle of calls, again and again: the session goes on."""
    await session.run("from tools import demo\nbig = 'x' * 300_000")
    for turn in range(15):
        running = asyncio.create_task(session.run("while True: demo.echo(big)", limits=Limits(calls=100_000)))
        await asyncio.sleep(0.02 + turn / 1000)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await session.value("len(big)") == 300_000


async def test_processor_time_is_counted_by_program(session: Session) -> None:
    source = "import time\nt = time.process_time()\nwhile time.process_time() < t + 0.6: pass"
    limits = Limits(wall_seconds=60, cpu_seconds=1)
    spent = [(await session.run(source, limits=limits)).outcome for _ in range(3)]
    over = (await session.run("while True: pass", limits=limits)).outcome

    assert [each.status for each in spent] == ["ok"] * 3
    assert all(0.5 < each.cpu_seconds < 1 for each in spent)
    assert (over.status, over.limit) == ("limit", LimitHit(name="cpu_seconds", value=1))
    assert await session.value("1") == 1


async def test_output_over_its_limit_interrupts_the_program(session: Session) -> None:
    ran = await session.run("while True: print('x' * 1000)", limits=Limits(kept_bytes=10_000))

    assert ran.outcome.limit == LimitHit(name="kept_bytes", value=10_000)
    assert len(ran.stdout) == 10_000
    assert (await session.run("print('y')")).stdout == "y\n"


async def test_memory_is_the_session_s_and_what_is_let_go_comes_back(sandbox: Sandbox) -> None:
    limits = Limits(memory_bytes=100 << 20)
    async with sandbox.session(limits=limits) as session:
        await session.run("held = bytearray(60 << 20)", limits=limits)
        over = await session.run("more = bytearray(60 << 20)", limits=limits)

        assert over.outcome.limit == LimitHit(name="memory_bytes", value=100 << 20)
        assert await session.value("del held\nmore = bytearray(60 << 20)\nlen(more)", limits=limits) == 60 << 20


@pytest.mark.parametrize(
    ("source", "status", "type_"),
    [
        ("import os\nos._exit(3)", "failed", "Exited"),
        ("import ctypes\nctypes.string_at(0)", "failed", "Crashed"),
        ("import os\nos.kill(os.getpid(), 9)", "killed", "Crashed"),
        ("import os\nos.write(3, b'\\0\\0\\0\\4rubb')\nwhile True: pass", "killed", "ProtocolViolation"),
    ],
)
async def test_a_process_that_ends_takes_its_session_with_it(
    session: Session, source: str, status: str, type_: str
) -> None:
    ran = await session.run(f"print('before')\n{source}")

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type, ran.stdout) == (status, type_, "before\n")
    assert not session.backend.is_alive


async def test_between_programs_nothing_runs(session: Session) -> None:
    source = (
        "import threading, time\nn = 0\ndef spin():\n    global n\n    while True:\n        n += 1\n"
        "        print('noise')\nthreading.Thread(target=spin, daemon=True).start()\ntime.sleep(0.02)"
    )
    await session.run(source)
    process = await stopped(session)
    before = process.cpu_times()
    await asyncio.sleep(0.3)

    assert process.cpu_times() == before


async def test_what_a_thread_prints_between_programs_reaches_none(session: Session) -> None:
    source = (
        "import threading, time\ngo = threading.Event()\n"
        "def noise():\n    go.wait()\n    for i in range(1000): print('early', i)\n    time.sleep(60)\n"
        "threading.Thread(target=noise, daemon=True).start()"
    )
    await session.run(source)
    first = await session.run("go.set()")
    second = await session.run("print('mine')\nt = time.sleep(0.2)")

    whole = first.stdout + second.stdout
    assert second.stdout.count("mine\n") == 1
    assert whole.count("early 999\n") <= 1


async def test_a_thread_of_an_earlier_program_cannot_call(session: Session) -> None:
    source = (
        "import threading, queue\nwork, done = queue.Queue(), queue.Queue()\n"
        "def f():\n    while True:\n        work.get()\n        try: done.put(demo.add(1, 2))\n"
        "        except Exception as e: done.put([type(e).__name__, e.kind, str(e)])\n"
        "threading.Thread(target=f, daemon=True).start()\nwork.put(1)\ndone.get()"
    )
    assert await session.value(source) == 3
    ran = await session.run("work.put(1)\n[done.get(), demo.add(3, 4)]")

    assert ran.value[0][:2] == ["ToolError", "cancelled"]
    assert "Start threads and pools anew" in ran.value[0][2]
    assert (ran.value[1], len(ran.tools.calls)) == (7, 1)


async def test_a_call_that_is_left_waiting_is_given_up_with_its_program(session: Session) -> None:
    source = "import asyncio\nt = asyncio.create_task(demo.forever())\nawait asyncio.sleep(0.05)"
    first = await session.run(source)
    second = await session.run("try:\n    await t\nexcept Exception as e:\n    r = [e.kind, str(e)]\nr")

    assert (first.outcome.status, first.tools.running, len(first.tools.cancelled)) == ("ok", 0, 1)
    assert second.value == ["cancelled", "the program that made this call ended before its answer came"]
    assert second.tools.calls == []


async def test_a_late_answer_reaches_no_other_call(session: Session) -> None:
    class Slow(Tools):
        async def _answer(self, call: object) -> ToolResult:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return ToolResult(value="late")
            raise AssertionError

    await session.run("from tools import demo")
    await session.run("demo.slow()", tools=Slow(), limits=Limits(wall_seconds=0.2))
    assert await session.value("demo.add(1, 2)") == 3


async def test_two_programs_at_once_are_refused(session: Session) -> None:
    events = Events()
    running = asyncio.create_task(session.run("print('on')\ndemo.slow()", events=events))
    await seen(events, "on")
    with pytest.raises(SandboxError, match="busy"):
        await session.run("1")

    assert (await running).value == "slow"


async def test_sessions_do_not_see_each_other(sandbox: Sandbox) -> None:
    async with sandbox.session() as one, sandbox.session() as other:
        await one.run("x = 'mine'")
        ran = await other.run("x")

        assert ran.outcome.error is not None
        assert ran.outcome.error.type == "NameError"


async def test_many_sessions_run_together_without_mixing(sandbox: Sandbox) -> None:
    async def count(start: int) -> list[object]:
        async with sandbox.session() as session:
            await session.run(f"x = {start}")
            ran = [await session.run("x += 1\nprint(x)\ndemo.add(x, 0)") for _ in range(5)]
            return [(each.value, each.stdout) for each in ran]

    found = await asyncio.gather(*[count(100 * n) for n in range(12)])

    assert found == [[(100 * n + i, f"{100 * n + i}\n") for i in range(1, 6)] for n in range(12)]


async def test_output_is_passed_on_while_the_program_runs(session: Session) -> None:
    events = Events()
    running = asyncio.create_task(session.run("print('now', end='')\ndemo.forever()", events=events))
    await seen(events, "now")
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert events == [Output(stream="stdout", text="now")]


async def test_a_session_that_died_while_idle_says_so(session: Session) -> None:
    await session.run("1")
    (await stopped(session)).kill()
    async with asyncio.timeout(10):
        while session.backend.is_alive:
            await asyncio.sleep(0.01)
    with pytest.raises(SandboxError, match="the session has ended"):
        await session.run("1")


async def test_programs_have_names_of_their_own(session: Session) -> None:
    await session.run(
        "def f():\n    raise KeyError(1)", program=Program.of("def f():\n    raise KeyError(1)", name="a.py")
    )
    error = (await session.run("f()", program=Program.of("f()", name="b.py"))).outcome.error

    assert error is not None
    assert 'File "b.py", line 1, in <module>' in error.traceback
    assert 'File "a.py", line 2, in f' in error.traceback


@pytest.mark.parametrize("kind", KINDS)
async def test_no_more_sessions_are_open_than_may_be(kind: str) -> None:
    async with started(SandboxSettings(backend=kind, sessions=1)) as sandbox:  # type: ignore[arg-type]
        async with sandbox.session() as first:
            with pytest.raises(SandboxError, match="1 sessions are open"):
                async with sandbox.session():
                    pass
            assert await first.value("1") == 1
        async with sandbox.session() as second:
            assert await second.value("2") == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_closing_leaves_no_process_and_no_descriptor(kind: str) -> None:
    me = psutil.Process()
    before, files = me.children(recursive=True), me.num_fds()
    async with started(SandboxSettings(backend=kind)) as sandbox:  # type: ignore[arg-type]
        inside = me.num_fds()
        async with sandbox.session() as closed:
            await closed.run("import time\nx = 1")
        assert me.num_fds() == inside
        session = await sandbox.open_session()
        events = Events()
        running = asyncio.create_task(session.run("print('on')\nwhile True: pass", events=events))
        await seen(events, "on")
    outcome = await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0)

    assert len(outcome) == 1
    assert me.children(recursive=True) == before
    assert me.num_fds() <= files
