"""Programs that use up what there is, forge what they send, or meddle with each other. None has a control."""

from __future__ import annotations

import asyncio
import json
import os

import psutil
import pytest

from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit
from tests.adversarial.attacks import Attacks

pytestmark = pytest.mark.asyncio(loop_scope="module")

RAW = """
def send(payload):
    data = len(payload).to_bytes(4, 'big') + payload
    while data:
        data = data[os.write(3, data):]
def frame(**fields):
    return b'F' + json.dumps(fields).encode()
def call(number, tool='add', **more):
    arguments = {'a': 1, 'b': 2}
    return frame(**{'kind': 'call', 'id': number, 'site': 1, 'method': 'tools/call', 'server': 'demo', 'tool': tool,
                    'arguments': arguments, **more})
"""


async def is_ended_for(attacks: Attacks, source: str, said: str) -> None:
    """Assert that a program is ended for breaking the protocol, and nothing else is."""
    other = asyncio.create_task(attacks.sandbox.run("demo.slow()"))
    ran = await attacks.raw(RAW + source + "\ntime.sleep(15)")

    assert (ran.outcome.status, ran.outcome.error and ran.outcome.error.type) == ("killed", "ProtocolViolation")
    assert ran.outcome.error is not None
    assert said in ran.outcome.error.message
    assert (await other).value == "slow"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("send(frame(kind='answer', id=1, value='forged'))", "unknown kind"),
        ("send(b'F{bad}')", "not JSON"),
        ("os.write(3, b'\\xff\\xff\\xff\\xff' + b'x' * 1000)", "bytes"),
        ("send(call(1)); send(call(1))", "used before"),
        ("send(call(5)); send(call(4))", "used before"),
        ("import pickle\nsend(pickle.dumps(print))", "encoding"),
        ("send(b'F' + b'[' * 500_000 + b']' * 500_000)", "not JSON"),
        ("send(b'E' + b'[' * 500_000 + b']' * 500_000)", "not JSON"),
        ("send(frame(kind='cancel', id=99))", "not made"),
        ("send(frame(kind='ready'))", "out of order"),
        ("send(frame(kind='broken', message='x'))", "out of order"),
        ("send(call(1, arguments=[1]))", "arguments"),
        ("send(frame(kind='progress', done='x', total=None, note=''))", "done"),
        ("send(b'')", "encoding"),
        ("send(b'E' + b'9' * 5_000_000)", "encoding"),
    ],
    ids=[
        "a_forged_answer", "malformed_json", "an_endless_frame", "an_id_used_twice", "ids_out_of_order", "a_pickle",
        "deep_json", "deep_exact_json", "cancelling_what_was_not_called", "ready_twice", "broken_when_running",
        "arguments_that_are_no_object", "progress_that_is_no_number", "an_empty_frame", "digits_that_take_long",
    ],
)  # fmt: skip
async def test_a_frame_that_breaks_the_protocol(attacks: Attacks, source: str, said: str) -> None:
    await is_ended_for(attacks, source, said)


async def test_a_frame_after_the_end(attacks: Attacks) -> None:
    end = {"kind": "end", "status": "ok", "value_kind": "json", "value": 1, "error": None, "limit": None}
    ran = await attacks.raw(RAW + f"end = b'F' + {json.dumps(end).encode()!r}\nsend(end)\nsend(end)\ntime.sleep(15)")

    # It said its end itself; what came after that changes nothing, and it is gone.
    assert ran.outcome.status in ("ok", "killed")


async def test_a_program_that_says_it_is_over_and_goes_on(attacks: Attacks) -> None:
    end = {"kind": "end", "status": "ok", "value_kind": "json", "value": 1, "error": None, "limit": None}
    ran = await attacks.raw(RAW + f"send(b'F' + {json.dumps(end).encode()!r})\nwhile True: pass")

    assert (ran.outcome.status, ran.outcome.value) == ("ok", 1)
    assert ran.outcome.seconds < 10


async def test_claiming_a_status_that_only_the_host_gives(attacks: Attacks) -> None:
    end = {"kind": "end", "status": "timeout", "value_kind": "none", "value": None, "error": None, "limit": None}
    await is_ended_for(attacks, f"send(b'F' + {json.dumps(end).encode()!r})", "status")


async def test_passing_descriptors_to_the_host(attacks: Attacks) -> None:
    before = psutil.Process().num_fds()
    source = (
        "import array\n"
        "s = socket.socket(fileno=os.dup(3))\n"
        "payload = frame(kind='progress', done=1.0, total=None, note='')\n"
        "rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [1, 2]))]\n"
        "for _ in range(20): s.sendmsg([len(payload).to_bytes(4, 'big') + payload], rights)"
    )
    await attacks.raw(RAW + source)

    assert psutil.Process().num_fds() <= before


async def test_answers_that_are_never_read(attacks: Attacks) -> None:
    source = (
        "import sys\nsys.modules['ptc_cli.worker.channel'].Channel._take = lambda *_: time.sleep(99)\n"
        "for n in range(1, 180): send(call(n, 'big', arguments={'size': 1_000_000}))\nwhile True: pass"
    )
    before = psutil.Process().memory_info().rss
    ran = await attacks.raw(RAW + source, limits=Limits(wall_seconds=1.5, calls=10_000, result_bytes=64 << 20))

    assert ran.outcome.status == "timeout"
    assert psutil.Process().memory_info().rss - before < 256 << 20


async def test_a_flood_of_calls(attacks: Attacks) -> None:
    source = (
        "import ptc\nfrom tools import demo\ndef attack():\n    done = 0\n    for _ in range(2000):\n"
        "        try:\n"
        "            demo.add(1, 2)\n"
        "            done += 1\n"
        "        except ptc.BudgetExceeded: pass\n"
        "    return done"
    )
    assert await attacks.tried(source) == ["done", "200"]


async def test_a_flood_of_progress(attacks: Attacks) -> None:
    ran = await attacks.raw("import ptc\nfor i in range(12_000): ptc.progress(i)")

    assert len(ran.events) == 10_000


async def test_meddling_with_the_runtime_changes_nothing_for_the_host(attacks: Attacks) -> None:
    source = (
        "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('ptc_cli'):\n"
        "        for key in list(vars(module)):\n"
        "            if key in ('_FRAME_BYTES', '_EXACT_BYTES', '_ERRORS', 'Allowance'): setattr(module, key, 10**9)\n"
        "import ptc\nptc.BudgetExceeded = ptc.ToolError\nfrom tools import demo\nwhile True: demo.add(1, 2)"
    )
    ran = await attacks.raw(source, limits=Limits(calls=5))

    assert len(ran.tools.calls) == 5


async def test_a_tool_that_is_not_among_the_bindings_is_for_the_gate_to_refuse(attacks: Attacks) -> None:
    ran = await attacks.raw("import ptc\ntry: ptc.call('admin', 'delete_all')\nexcept ptc.ToolError as e: print(e)")

    assert ran.stdout == "no tool 'delete_all'\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("x = bytearray(4 << 30)", "memory_bytes"),
        ("x = []\nwhile True: x.append('x' * 10_000_000)", "memory_bytes"),
        ("import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 64 << 20))", "memory_bytes"),
        ("x = 'a' * (1 << 28)\nwhile True: x += x", "memory_bytes"),
        ("while True: os.dup(1)", "open_files"),
        ("while True: os.write(1, b'x' * 65536)", "kept_bytes"),
        ("while True: print('x' * 1000, file=sys.stderr)", "kept_bytes"),
    ],
    ids=[
        "a_block_of_memory", "a_list_of_memory", "maps_of_memory", "a_growing_string", "descriptors", "stdout",
        "stderr",
    ],
)  # fmt: skip
async def test_using_up(attacks: Attacks, source: str, name: str) -> None:
    limits = Limits(wall_seconds=20, kept_bytes=1 << 20)
    ran = await attacks.raw(source, limits=limits)

    # An OSError of mmap is the same refusal of the same limit.
    if ran.outcome.error is not None and "Cannot allocate memory" in ran.outcome.error.message:
        return
    assert ran.outcome.limit == LimitHit(name=name, value=getattr(limits, name)), ran.outcome


@pytest.mark.deadline
@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
        "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
        "10 ** 10 ** 9",
        "try:\n    while True: pass\nexcept BaseException: pass\nwhile True: pass",
        "import threading\nfor _ in range(8): threading.Thread(target=lambda: sum(iter(int, 1))).start()",
    ],
    ids=["a_busy_loop", "sigterm_ignored", "a_regular_expression", "a_big_number", "a_stubborn_loop", "busy_threads"],
)
async def test_outlasting_the_deadline(attacks: Attacks, source: str) -> None:
    ran = await attacks.raw(source, limits=Limits(wall_seconds=0.8))

    assert ran.outcome.limit == LimitHit(name="wall_seconds", value=0.8), ran.outcome


async def test_using_up_the_disk(zygote: Attacks) -> None:
    source = "for i in range(400):\n    with open(f'f{i}', 'wb') as f: f.write(b'x' * (1 << 20))"
    ran = await zygote.raw(source)

    assert ran.outcome.limit == LimitHit(name="disk_bytes", value=64 << 20)


async def test_using_up_inodes(zygote: Attacks) -> None:
    ran = await zygote.raw("for i in range(20_000): open(f'i{i}', 'w').close()")

    assert ran.outcome.limit == LimitHit(name="disk_bytes", value=64 << 20)


async def test_having_a_disk_without_namespaces(attacks: Attacks) -> None:
    if attacks.backend != "landlock":
        pytest.skip("with namespaces there is one, of a size")
    await attacks.is_refused("def attack(): return __import__('tempfile').TemporaryFile()")


async def test_a_thread_bomb(attacks: Attacks) -> None:
    source = (
        "import threading\nthreading.stack_size(32768)\nn = 0\ntry:\n    while True:\n"
        "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n        n += 1\n"
        "except RuntimeError: pass\nprint(n)\ntime.sleep(15)"
    )
    limits = Limits(threads=20, wall_seconds=1.5)
    ran = await attacks.raw(source, limits=limits)

    if attacks.backend == "zygote":
        assert ran.stdout == "20\n"
    else:
        assert ran.outcome.limit == LimitHit(name="threads", value=20)


@pytest.mark.deadline
async def test_recursion_without_a_bound(attacks: Attacks) -> None:
    ran = await attacks.raw("sys.setrecursionlimit(10**8)\ndef f(): f()\nf()", limits=Limits(wall_seconds=1.5))

    # Python takes its time to unwind millions of frames; the deadline does not wait for it.
    assert ran.outcome.status in ("limit", "failed", "timeout")


async def test_deep_source(attacks: Attacks) -> None:
    outcome = (await attacks.sandbox.run("(" * 100_000 + ")" * 100_000)).outcome

    assert outcome.status in ("failed", "limit")


async def test_another_program_s_workspace(zygote: Attacks) -> None:
    assert await zygote.sandbox.value("open('/workspace/mine', 'w').write('x')") == 1
    first = asyncio.create_task(zygote.sandbox.run("open('mine', 'w').write('x')\ndemo.slow()"))
    await asyncio.sleep(0.1)

    assert await zygote.sandbox.value("import os\nos.listdir('/workspace')") == []
    assert (await first).value == "slow"


async def test_printing_into_another_program(attacks: Attacks) -> None:
    source = (
        "import os, ptc\n"
        "for fd in range(1, 64):\n"
        "    try: os.write(fd, ptc.input.encode()) if fd != 3 else 0\n"
        "    except OSError: pass"
    )
    ran = await asyncio.gather(*[attacks.sandbox.run(source, input=json.dumps(letter)) for letter in "abcdef"])

    assert [set(each.stdout + each.stderr) for each in ran] == [{letter} for letter in "abcdef"]


async def test_an_exception_that_never_ends(attacks: Attacks) -> None:
    source = "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E"
    ran = await attacks.raw(source, limits=Limits(wall_seconds=1))

    assert ran.outcome.status == "timeout"


async def test_an_exception_with_an_endless_chain(attacks: Attacks) -> None:
    source = "a, b = ValueError('a'), ValueError('b')\na.__cause__, b.__cause__ = b, a\nraise a"
    ran = await attacks.raw(source)

    assert ran.outcome.error is not None
    assert ran.outcome.error.type == "ValueError"


async def test_an_exception_of_megabytes(attacks: Attacks) -> None:
    ran = await attacks.raw("raise ValueError('x' * 10_000_000)")

    assert ran.outcome.error is not None
    assert len(ran.outcome.error.message) < 40_000
    assert len(ran.outcome.error.traceback) < 40_000


async def test_the_attacks_left_no_mark_on_the_machine() -> None:
    planted = ["/usr/lib/planted", "/etc/planted", "/planted", "/dev/planted", "/usr/canary", "/canary"]

    assert [path for path in planted if os.path.exists(path)] == []


async def test_a_flood_of_arguments(attacks: Attacks) -> None:
    source = (
        "import ptc\nfrom tools import demo\ndef attack():\n    done = 0\n    for _ in range(10):\n"
        "        try:\n"
        "            demo.echo('x' * (3 << 20))\n"
        "            done += 1\n"
        "        except ptc.BudgetExceeded: pass\n"
        "    return done"
    )

    assert await attacks.tried(source) == ["done", "5"]


async def test_a_flood_of_arguments_that_goes_on_when_it_is_refused(attacks: Attacks) -> None:
    source = (
        "text = 'x' * (7 << 20)\n"
        "for n in range(1, 200): send(call(n, 'echo', arguments={'text': text}))\nwhile True: pass"
    )
    ran = await attacks.raw(RAW + source, limits=Limits(wall_seconds=60, result_bytes=1 << 20))

    assert ran.outcome.status == "killed"
    assert ran.outcome.error is not None
    assert "calls of more than" in ran.outcome.error.message
