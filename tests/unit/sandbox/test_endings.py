"""How every backend says that a program ended: well, badly, by force, or by a limit."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.clock import RunClock
from ptc_cli.core.event import Kept, Output, Progress, Warned
from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit
from tests.sandboxes import Sandbox, Tools

pytestmark = pytest.mark.asyncio(loop_scope="module")

Events = list[Output | Progress | Warned | Kept]


async def seen(events: Events, text: str) -> None:
    """Wait until a program has printed something."""
    async with asyncio.timeout(20):
        while text not in "".join(each.text for each in events if isinstance(each, Output)):
            await asyncio.sleep(0.005)


async def test_stdout_and_stderr_are_kept_apart(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import sys\nprint('out é')\nprint('err', file=sys.stderr)\nprint('end', end='')")

    assert (ran.stdout, ran.stderr) == ("out é\nend", "err\n")


async def test_stdout_and_stderr_are_kept_apart_and_take_bytes(sandbox: Sandbox) -> None:
    ran = await sandbox.run(
        "import sys\nprint('out é')\nprint('err', file=sys.stderr)\nsys.stdout.buffer.write(b'raw')"
    )

    assert (ran.stdout, ran.stderr) == ("out é\nraw", "err\n")


async def test_output_is_passed_on_while_the_program_waits_for_a_call(sandbox: Sandbox) -> None:
    events: Events = []

    class Patient(Tools):
        async def _answer(self, call: ToolCall) -> ToolResult:
            await seen(events, "now")
            return ToolResult(value="seen")

    ran = await sandbox.run("print('now', end='')\ndemo.slow()", events=events, tools=Patient())

    assert ran.value == "seen"


async def test_output_is_passed_on_while_the_program_computes(sandbox: Sandbox) -> None:
    events: Events = []
    running = asyncio.create_task(sandbox.run("print('now')\nwhile True: pass", events=events))
    await seen(events, "now")

    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_character_cut_between_two_writes_is_put_together(sandbox: Sandbox) -> None:
    source = "import os, time\nb = 'é'.encode()\nos.write(1, b[:1])\ndemo.slow()\nos.write(1, b[1:] + b'\\xff')"
    assert (await sandbox.run(source)).stdout == "é\ufffd"


async def test_an_error_shows_the_program_s_own_lines_only(sandbox: Sandbox) -> None:
    source = "import json\ndef load(text):\n    return json.loads(text)\nload('{')"
    error = (await sandbox.run(source)).outcome.error

    assert error is not None
    assert (error.type, error.line) == ("JSONDecodeError", 3)
    assert [line for line in error.traceback.splitlines() if "File" in line] == [
        '  File "program.py", line 4, in <module>',
        '  File "program.py", line 3, in load',
    ]
    assert "return json.loads(text)" in error.traceback


async def test_an_error_of_a_tool_shows_where_it_was_called(sandbox: Sandbox) -> None:
    error = (await sandbox.run("def f():\n    demo.fail('denied')\nf()")).outcome.error

    assert error is not None
    assert (error.type, error.line, error.message) == ("ToolDenied", 2, "upstream says no\nAsk nicely.")
    assert "worker" not in error.traceback


async def test_causes_contexts_and_groups_show_the_program_s_own_lines_only(sandbox: Sandbox) -> None:
    source = (
        "import json\n"
        "try:\n"
        "    try:\n"
        "        json.loads('{')\n"
        "    except ValueError as e:\n"
        "        raise KeyError('a') from e\n"
        "except KeyError:\n    raise ExceptionGroup('both', [ValueError(1), OSError(2)])"
    )
    error = (await sandbox.run(source)).outcome.error

    assert error is not None
    assert (error.type, error.line) == ("ExceptionGroup", 8)
    assert "direct cause" in error.traceback
    assert "json/" not in error.traceback
    assert "ValueError: 1" in error.traceback


async def test_an_async_error_shows_the_program_s_own_lines_only(sandbox: Sandbox) -> None:
    source = (
        "import asyncio\n"
        "async def f():\n"
        "    await demo.fail('error')\n"
        "async with asyncio.TaskGroup() as g:\n"
        "    g.create_task(f())"
    )
    error = (await sandbox.run(source)).outcome.error

    assert error is not None
    assert error.type == "ExceptionGroup"
    assert "line 3, in f" in error.traceback
    assert "asyncio/" not in error.traceback
    assert "worker" not in error.traceback


@pytest.mark.parametrize(("source", "line"), [("x = 1\nx = (", 2), ("def f(:\n  pass", 1), ("a\x00b", None)])
async def test_a_program_that_does_not_parse_fails(sandbox: Sandbox, source: str, line: int | None) -> None:
    outcome = (await sandbox.run(source)).outcome

    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error.type in ("SyntaxError", "ValueError")
    assert line is None or outcome.error.line == line


async def test_an_error_whose_text_cannot_be_had_is_still_told(sandbox: Sandbox) -> None:
    source = "class Bad(Exception):\n    def __str__(self): raise ValueError('no')\nraise Bad"
    error = (await sandbox.run(source)).outcome.error

    assert error is not None
    assert (error.type, error.message) == ("Bad", "<Bad whose str() raises ValueError>")


@pytest.mark.parametrize("hook", ["settrace", "setprofile"])
async def test_hooks_of_the_program_s_do_not_hide_its_error(sandbox: Sandbox, hook: str) -> None:
    source = (
        "import sys\ndef h(frame, *_):\n    if frame.f_code.co_name == 'failure': raise SystemExit(0)\n"
        f"sys.{hook}(h)\n1/0"
    )
    error = (await sandbox.run(source)).outcome.error

    assert error is not None
    assert (error.type, error.line) == ("ZeroDivisionError", 5)


@pytest.mark.parametrize("kind", ["SystemExit(0)", "KeyboardInterrupt", "GeneratorExit"])
async def test_an_error_whose_text_is_an_exit_is_still_an_error(sandbox: Sandbox, kind: str) -> None:
    source = f"class Bad(Exception):\n    def __str__(self): raise {kind}\nraise Bad"
    outcome = (await sandbox.run(source)).outcome

    assert outcome.error is not None
    assert outcome.status == "failed"
    assert kind.partition("(")[0] in outcome.error.message


@pytest.mark.parametrize("source", ["import sys\nsys.exit()", "import sys\nsys.exit(0)", "raise SystemExit"])
async def test_an_exit_without_a_code_is_a_good_end(sandbox: Sandbox, source: str) -> None:
    outcome = (await sandbox.run(f"{source}\n1")).outcome

    assert (outcome.status, outcome.value_kind) == ("ok", "none")


@pytest.mark.parametrize(("code", "printed"), [("3", ""), ("'bye'", "bye\n")])
async def test_an_exit_with_a_code_is_a_failure(sandbox: Sandbox, code: str, printed: str) -> None:
    ran = await sandbox.run(f"import sys\nsys.exit({code})")

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type, ran.outcome.error.line) == ("failed", "SystemExit", 2)
    assert ran.stderr == printed


async def test_a_keyboard_interrupt_is_a_failure(sandbox: Sandbox) -> None:
    outcome = (await sandbox.run("raise KeyboardInterrupt")).outcome

    assert outcome.error is not None
    assert (outcome.status, outcome.error.type) == ("failed", "KeyboardInterrupt")


async def test_leaving_the_process_is_reported_and_keeps_what_was_printed(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import os\nprint('before')\nos._exit(0)")

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type) == ("failed", "Exited")
    assert ran.stdout == "before\n"


async def test_a_crash_is_reported_and_keeps_what_was_printed(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import ctypes\nprint('before')\nctypes.string_at(0)")

    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type) == ("failed", "Crashed")
    assert "SIGSEGV" in ran.outcome.error.message
    assert ran.stdout == "before\n"


async def test_a_program_that_kills_itself_is_reported_killed(sandbox: Sandbox) -> None:
    outcome = (await sandbox.run("import os\nos.kill(os.getpid(), 9)\n1")).outcome

    assert outcome.error is not None
    assert (outcome.status, outcome.error.type) == ("killed", "Crashed")


async def test_threads_that_are_no_daemons_are_waited_for(sandbox: Sandbox) -> None:
    source = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()\n1"
    ran = await sandbox.run(source)

    assert (ran.value, ran.stdout) == (1, "late\n")


@pytest.mark.parametrize(
    "source",
    ["while True: pass", "import time\ntime.sleep(60)", "demo.forever()", "import asyncio\nawait asyncio.sleep(60)"],
)
async def test_a_deadline_ends_the_program_and_its_calls_and_keeps_what_was_printed(
    sandbox: Sandbox, source: str
) -> None:
    ran = await sandbox.run(f"print('before')\n{source}", limits=Limits(wall_seconds=0.5))

    assert (ran.outcome.status, ran.outcome.limit) == ("timeout", LimitHit(name="wall_seconds", value=0.5))
    assert ran.stdout == "before\n"
    assert ran.tools.running == 0


async def test_a_clock_that_stands_still_keeps_the_deadline_away(sandbox: Sandbox) -> None:
    clock = RunClock()

    class Asking(Tools):
        async def _answer(self, call: ToolCall) -> ToolResult:
            clock.pause()
            await asyncio.sleep(1.8)
            clock.resume()
            return ToolResult(value="yes")

    ran = await sandbox.run("demo.slow()", tools=Asking(), clock=clock, limits=Limits(wall_seconds=1.5))

    assert ran.value == "yes"


async def test_processor_time_is_limited(sandbox: Sandbox) -> None:
    ran = await sandbox.run("while True: pass", limits=Limits(cpu_seconds=1))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="cpu_seconds", value=1))


@pytest.mark.parametrize(
    "source",
    [
        "x = bytearray(1 << 30)",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "x = 'x' * (1 << 30)",
        "x = []\nwhile True: x.append(str(len(x)) * 100_000)",
    ],
)
async def test_memory_is_limited(sandbox: Sandbox, source: str) -> None:
    ran = await sandbox.run(source, limits=Limits(memory_bytes=100 << 20))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="memory_bytes", value=100 << 20))


async def test_a_program_gets_the_memory_it_was_promised(sandbox: Sandbox) -> None:
    assert await sandbox.value("len(b'x' * (90 << 20))", limits=Limits(memory_bytes=100 << 20)) == 90 << 20


async def test_open_files_are_limited(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import os\nwhile True: os.pipe()", limits=Limits(open_files=20))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="open_files", value=20))


async def test_threads_are_limited(sandbox: Sandbox) -> None:
    source = (
        "import threading, time\n"
        "for _ in range(60): threading.Thread(target=time.sleep, args=(15,), daemon=True).start()\n"
        "time.sleep(15)"
    )
    ran = await sandbox.run(source, limits=Limits(threads=10))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="threads", value=10))


async def test_output_is_limited(sandbox: Sandbox) -> None:
    ran = await sandbox.run("while True: print('x' * 1000)", limits=Limits(kept_bytes=10_000))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="kept_bytes", value=10_000))
    assert len(ran.stdout) == 10_000


async def test_calls_are_limited(sandbox: Sandbox) -> None:
    ran = await sandbox.run("while True: demo.add(1, 2)", limits=Limits(calls=5))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="calls", value=5))
    assert ran.outcome.error is not None
    assert ran.outcome.error.type == "BudgetExceeded"
    assert len(ran.tools.calls) == 5


async def test_results_are_limited(sandbox: Sandbox) -> None:
    ran = await sandbox.run("while True: demo.big(400)", limits=Limits(result_bytes=1000))

    assert (ran.outcome.status, ran.outcome.limit) == ("limit", LimitHit(name="result_bytes", value=1000))
    assert len(ran.tools.calls) == 3


async def test_no_more_calls_are_under_way_than_may_be(sandbox: Sandbox) -> None:
    source = "import asyncio\nawait asyncio.gather(*[demo.slow() for _ in range(6)])"
    ran = await sandbox.run(source, limits=Limits(concurrent_calls=3))

    assert ran.value == ["slow"] * 6
    assert ran.tools.most_running == 3


@pytest.mark.parametrize("source", ["print('on')\nwhile True: pass", "print('on')\ndemo.forever()"])
async def test_cancelling_a_run_ends_its_program_and_its_calls_first(sandbox: Sandbox, source: str) -> None:
    tools, events = Tools(), list[Output | Progress | Warned | Kept]()
    running = asyncio.create_task(sandbox.run(source, tools=tools, events=events))
    await seen(events, "on")
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert tools.running == 0


async def test_what_was_printed_before_a_run_is_cancelled_is_kept(sandbox: Sandbox) -> None:
    tools, events = Tools(), list[Output | Progress | Warned | Kept]()
    source = "print('on')\nprint('more', end='')\ndemo.forever()"
    running = asyncio.create_task(sandbox.run(source, tools=tools, events=events))
    while not tools.running:
        await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert "".join(event.text for event in events if isinstance(event, Output)) == "on\nmore"


async def test_cancelling_a_run_ends_its_threads_and_their_calls_first(sandbox: Sandbox) -> None:
    tools, events = Tools(), list[Output | Progress | Warned | Kept]()
    source = "import threading\nthreading.Thread(target=demo.forever).start()\nprint('on')\nwhile True: pass"
    running = asyncio.create_task(sandbox.run(source, tools=tools, events=events))
    await asyncio.wait({running, asyncio.create_task(seen(events, "on"))}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert tools.running == 0


async def test_programs_run_together_without_mixing(sandbox: Sandbox) -> None:
    source = "import ptc\nprint('out', ptc.input)\n[ptc.input, demo.add(ptc.input, 0)]"
    ran = await asyncio.gather(*[sandbox.run(source, input=str(number)) for number in range(30)])

    assert [(each.value, each.stdout) for each in ran] == [([n, n], f"out {n}\n") for n in range(30)]


async def test_threads_of_programs_that_run_together_are_counted_apart(sandbox: Sandbox) -> None:
    source = (
        "import threading, time\n"
        "ts = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(8)]\n"
        "[t.start() for t in ts]\n"
        "1"
    )
    ran = await asyncio.gather(*[sandbox.run(source, limits=Limits(threads=8)) for _ in range(6)])

    assert [each.value for each in ran] == [1] * 6


async def test_what_else_the_user_runs_does_not_count(sandbox: Sandbox) -> None:
    many = (
        "import sys, threading\n"
        "for _ in range(150): threading.Thread(target=sys.stdin.read, daemon=True).start()\n"
        "print('on', flush=True)\nsys.stdin.read()"
    )
    program = "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()\n1"
    # Programs of root's are run as nobody, where nobody can read the interpreter.
    nobody, python = (65534, "/usr/bin/python3") if os.getuid() == 0 else (None, sys.executable)
    with subprocess.Popen(
        [python, "-c", many], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, user=nobody, cwd="/"
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "on\n"
        ran = await sandbox.run(program, limits=Limits(threads=8))
        other.kill()

    assert ran.value == 1


async def test_prewarmed_processes_serve_programs(sandbox: Sandbox) -> None:
    await sandbox.backend.prewarm(2)
    values = [await sandbox.value("demo.add(1, 2)") for _ in range(5)]
    await sandbox.backend.prewarm(0)

    assert values == [3] * 5


@pytest.mark.parametrize(
    ("source", "limits", "status"),
    [
        ("1/0", {}, "failed"),
        ("raise SystemExit(3)", {}, "failed"),
        ("import os\nos._exit(3)", {}, "failed"),
        ("import ctypes\nctypes.string_at(0)", {}, "failed"),
        ("while True: pass", {"wall_seconds": 1}, "timeout"),
        ("bytearray(2 << 30)", {}, "limit"),
        ("demo.add(1, 2)\ndemo.add(1, 2)", {"calls": 1}, "limit"),
        ("import os\nos.write(3, b'nonsense' * 100)\nwhile True: pass", {}, "killed"),
        ("print('x' * 100_000)", {"kept_bytes": 5000}, "limit"),
        ("'x' * 100_000", {"value_bytes": 5000}, "limit"),
    ],
)
async def test_what_was_printed_is_kept_however_the_program_ends(
    sandbox: Sandbox, source: str, limits: dict[str, int], status: str
) -> None:
    ran = await sandbox.run(f"print('before')\n{source}", limits=Limits(**{"wall_seconds": 20, **limits}))

    assert (ran.outcome.status, ran.stdout[:7]) == (status, "before\n")
    if status in ("limit", "timeout"):
        assert ran.outcome.limit is not None
        assert ran.outcome.limit.value == (limits or {"memory_bytes": 512 << 20})[ran.outcome.limit.name]


async def test_a_prewarmed_process_shows_no_more_than_a_fresh_one(sandbox: Sandbox) -> None:
    source = (
        "import sys, random, threading, os\n"
        "[sorted(sys.modules), sorted(globals()), sys.argv, random.random(), threading.active_count(), sorted(vars(demo))]"
    )
    fresh = await sandbox.value(source)
    await sandbox.backend.prewarm(1)
    # Whether it has rehearsed by now or not.
    await asyncio.sleep(0.1)
    prewarmed = await sandbox.value(source)
    await sandbox.backend.prewarm(0)

    assert prewarmed == fresh
