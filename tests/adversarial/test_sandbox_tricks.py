"""Programs that cheat: they lie to the host, do not end, look around, or lay traps for those that come after."""

from __future__ import annotations

import asyncio
import os

import pytest

from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit
from tests.adversarial.attacks import Attacks

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = Limits(wall_seconds=0.7)


@pytest.mark.deadline
@pytest.mark.parametrize(
    "source",
    [
        "import atexit\natexit.register(lambda: [None for _ in iter(int, 1)])",
        "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()",
        "class Out:\n    def write(self, text): pass\n    def flush(self):\n        while True: pass\nsys.stdout = Out()",
        "class Value:\n    def __repr__(self):\n        while True: pass\nValue()",
        "class Ends(BaseException):\n    def __str__(self):\n        while True: pass\nraise Ends",
        "def again(*_):\n    while True: pass\nsys.setprofile(again)",
        "def hook(*_):\n    while True: pass\nsys.excepthook = hook\nsys.unraisablehook = hook\nwhile True: pass",
        # By then the thread that reads the channel waits in the kernel: before that, it would end the process.
        "time.sleep(0.2)\nos.close(3)\nwhile True: pass",
        "os.close(1); os.close(2)\nwhile True: pass",
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: time.sleep(1)",
        "os.write(3, b'\\0\\0\\1\\0half')\nwhile True: time.sleep(1)",
        "import select\nselect.select([], [], [])",
        "os.read(os.pipe()[0], 1)",
        "import gc\nclass Late:\n    def __del__(self):\n        while True: pass\nx = Late()\ndel x",
        "libc.pause()",
    ],
    ids=[
        "an_exit_handler_that_never_ends", "a_thread_that_never_ends", "an_output_that_never_flushes",
        "a_value_that_is_never_shown", "an_error_that_is_never_told", "a_profile_hook_that_never_ends",
        "hooks_that_never_end", "without_a_channel", "without_outputs", "deaf_to_signals",
        "half_a_frame", "waiting_for_nothing", "reading_from_itself", "a_finalizer_that_never_ends", "pausing",
    ],
)  # fmt: skip
async def test_not_ending(attacks: Attacks, source: str) -> None:
    ran = await attacks.raw("print('on')\n" + source, limits=SOON)

    assert ran.outcome.status == "timeout", ran.outcome
    assert ran.outcome.limit == LimitHit(name="wall_seconds", value=0.7)
    assert ran.stdout == "on\n"


async def test_hanging_up_on_the_host(attacks: Attacks) -> None:
    ran = await attacks.raw("socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)\nwhile True: time.sleep(1)")

    assert (ran.outcome.status, ran.outcome.error and ran.outcome.error.type) == ("failed", "Exited")


async def test_stopping_itself(attacks: Attacks) -> None:
    # The first process of a namespace cannot be stopped; any other is ended all the same.
    ran = await attacks.raw("signal.raise_signal(signal.SIGSTOP)", limits=SOON)

    assert ran.outcome.status == ("ok" if attacks.backend == "zygote" else "timeout")


async def test_ending_while_threads_print(attacks: Attacks) -> None:
    source = (
        "import threading\ndef loud():\n    while True: print('x' * 100)\n"
        "for _ in range(4): threading.Thread(target=loud, daemon=True).start()\ntime.sleep(0.05)"
    )
    ran = await attacks.raw(source)

    assert ran.outcome.status in ("ok", "limit")


async def test_what_one_program_does_to_modules_is_gone_for_the_next(attacks: Attacks) -> None:
    source = (
        "import json, builtins, random\njson.dumps = builtins.len = print\nbuiltins.planted = 1\n"
        "sys.path.insert(0, '/workspace')\nsys.modules['re'] = None\nos.environ['PLANTED'] = '1'\n"
        "import ptc_cli.worker.program as p\np.run = None\n1"
    )
    await attacks.raw(source)

    look = (
        "import builtins, json, os, re, sys\n"
        "[json.dumps([1]), hasattr(builtins, 'planted'), len('ab'), 'PLANTED' in os.environ, '/workspace' in sys.path]"
    )
    assert await attacks.sandbox.value(look) == ["[1]", False, 2, False, False]


async def test_a_module_planted_where_the_next_program_would_import_it(zygote: Attacks) -> None:
    assert await zygote.sandbox.value("open('/workspace/json.py', 'w').write('1/0')") == 3
    assert await zygote.sandbox.value("import json\njson.dumps(1)") == "1"


async def test_values_that_lie_about_what_they_are(attacks: Attacks) -> None:
    source = (
        "class Liar(dict):\n    __class__ = dict\n    def items(self): return iter([('a', object())])\n"
        "    def __repr__(self): return 'liar'\nLiar(a=1)"
    )
    ran = await attacks.raw(source)

    assert (ran.outcome.status, ran.outcome.value_kind, ran.outcome.value) == ("ok", "repr", "liar")


async def test_a_representation_of_a_gigabyte(attacks: Attacks) -> None:
    ran = await attacks.raw("class Long:\n    def __repr__(self): return 'x' * (1 << 30)\nLong()")

    assert ran.outcome.limit == LimitHit(name="memory_bytes", value=512 << 20)


async def test_a_value_that_holds_itself(attacks: Attacks) -> None:
    ran = await attacks.raw("x = []\nx.append(x)\nx")

    assert (ran.outcome.status, ran.outcome.value_kind) == ("ok", "repr")


async def test_an_error_named_like_the_host_s_own(attacks: Attacks) -> None:
    source = "raise type('LimitExceeded', (Exception,), {})('the host ended it')"
    ran = await attacks.raw(source)

    assert (ran.outcome.status, ran.outcome.limit) == ("failed", None)


async def test_a_forged_traceback_shows_no_line_of_the_host(attacks: Attacks) -> None:
    ran = await attacks.raw("exec(compile('1/0', '/etc/passwd', 'exec'))")

    assert ran.outcome.error is not None
    assert "root:" not in ran.outcome.error.traceback


async def test_a_tracer_that_looks_into_what_confines_it(attacks: Attacks) -> None:
    """All that a program can find in its own process is its own: no descriptor, no secret, no other program."""
    source = (
        "import gc\n"
        "texts = [each for each in gc.get_objects() if isinstance(each, (bytes, str, dict))]\n"
        "frame = sys._getframe()\n"
        "while frame.f_back: frame = frame.f_back\n"
        "'tok_verysecret' in repr(texts) or 'tok_verysecret' in repr(frame.f_locals)"
    )
    ran = await attacks.raw(source.replace("'tok_verysecret'", "'tok_' + 'verysecret'"))

    assert ran.value is False


async def test_a_library_that_is_not_the_standard_one(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return __import__('psutil').pids()")


@pytest.mark.parametrize("path", ["/run", "/sys", "/dev/shm", "/var", "/home", "/boot", "/etc/ssl"])
async def test_looking_around(attacks: Attacks, path: str) -> None:
    if not os.path.isdir(path) or not os.access(path, os.R_OK):
        pytest.skip(f"there is no {path} to be looked into")
    await attacks.is_held(f"def attack(): return os.listdir({path!r})")


@pytest.mark.parametrize("path", ["/dev/ptmx", "/dev/full", "/dev/tty", "/dev/mem", "/dev/kvm", "/dev/fuse"])
async def test_devices_of_the_machine(attacks: Attacks, path: str) -> None:
    source = f"def attack(): return open({path!r}, 'rb')"
    if path in ("/dev/ptmx", "/dev/full") and os.path.exists(path):
        attacks.succeeds_unconfined(source)
    await attacks.is_refused(source)


async def test_where_another_process_is(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.readlink(f\"/proc/{W['victim']}/exe\")")
    await attacks.is_held("def attack(): return os.chdir(f\"/proc/{W['victim']}/cwd\")")


async def test_locking_the_machine_s_files_against_writers(attacks: Attacks) -> None:
    source = "def attack():\n    import fcntl\n    return fcntl.lockf(open(W['secret'], 'rb'), fcntl.LOCK_SH)"
    await attacks.is_held(source)


async def test_a_lease_on_a_file_that_others_open(attacks: Attacks) -> None:
    await attacks.is_refused(
        "def attack():\n    import fcntl\n    return fcntl.fcntl(os.open(os.__file__, 0), 1024, 0)"
    )


async def test_a_pipe_of_megabytes(attacks: Attacks) -> None:
    await attacks.is_held("def attack():\n    import fcntl\n    return fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)")


async def test_memory_beside_the_limit_in_sockets(attacks: Attacks) -> None:
    source = (
        "sent, kept = 0, []\ntry:\n    while True:\n        pair = socket.socketpair()\n        kept.append(pair)\n"
        "        pair[0].setblocking(False)\n"
        "        try: pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)\n"
        "        except OSError: pass\n"
        "        try:\n            while True: sent += pair[0].send(b'x' * 65536)\n        except BlockingIOError: pass\n"
        "except OSError: pass\nsent"
    )
    ran = await attacks.raw(source)

    assert ran.value < 64 << 20


async def test_descriptors_hidden_in_flight(attacks: Attacks) -> None:
    source = (
        "import array\nsent, kept = 0, []\n"
        "try:\n    for _ in range(30):\n        pair = socket.socketpair()\n        kept.append(pair)\n"
        "        pair[0].setblocking(False)\n"
        "        while True:\n"
        "            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 200))]\n"
        "            pair[0].sendmsg([b'x'], rights)\n            sent += 200\n"
        "except OSError: pass\nsent"
    )
    ran = await attacks.raw(source)

    assert ran.value < 5_000
    assert await attacks.sandbox.value("1 + 1") == 2


async def test_a_crowd_of_programs_each_taking_all_it_may(attacks: Attacks) -> None:
    greedy = "x = bytearray(100 << 20)\nwhile True: pass"
    limits = Limits(wall_seconds=1.5, memory_bytes=64 << 20)
    crowd = asyncio.gather(*[attacks.sandbox.run(greedy, limits=limits) for _ in range(12)])

    assert await attacks.sandbox.value("demo.add(1, 2)") == 3
    assert {ran.outcome.limit and ran.outcome.limit.name for ran in await crowd} == {"memory_bytes"}


async def test_nothing_of_all_this_is_left(attacks: Attacks) -> None:
    """Only the worker, and where there are namespaces the first process in them, outlive the programs."""
    await attacks.sandbox.value("1")
    alive = [each for each in attacks.sandbox.processes() if each.pid != attacks.world.victim]

    assert len(alive) <= 2
