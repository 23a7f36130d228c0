"""Programs that abuse a process that lives on: what they leave in it, and what others have in theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from ptc_cli.core.limits import Limits
from tests.sandboxes import Sandbox, Session

pytestmark = pytest.mark.asyncio(loop_scope="module")

RAW = """
import json, os
def send(payload):
    os.write(3, len(payload).to_bytes(4, 'big') + payload)
END = b'F' + json.dumps({'kind': 'end', 'status': 'ok', 'value_kind': 'json', 'value': 'forged', 'error': None,
                         'limit': None}).encode()
"""


@pytest_asyncio.fixture(loop_scope="module")
async def session(sandbox: Sandbox) -> AsyncIterator[Session]:
    async with sandbox.session() as session:
        yield session


async def test_another_session_s_names_files_and_modules(sandbox: Sandbox, session: Session) -> None:
    async with sandbox.session() as other:
        await other.run(
            "import builtins, json, os, sys\nsecret = builtins.secret = json.secret = 'PRIVATE'\n"
            "os.environ['SECRET'] = secret\nsys.path.append('/planted')\n"
            "try: open('secret', 'w').write(secret)\nexcept OSError: pass"
        )
        look = (
            "import builtins, gc, json, os, sys\n"
            "[each in globals() for each in ('secret',)] + [hasattr(builtins, 'secret'), hasattr(json, 'secret'),\n"
            " 'SECRET' in os.environ, '/planted' in sys.path, os.path.exists('secret'), os.path.exists('/workspace/secret')]"
        )

        assert not any(await session.value(look))


async def test_a_program_on_its_own_sees_nothing_of_a_session(sandbox: Sandbox, session: Session) -> None:
    await session.run("import json\njson.planted = 1\nsecret = 2")

    assert await sandbox.value("import json\n[hasattr(json, 'planted'), 'secret' in globals()]") == [False, False]


@pytest.mark.deadline
async def test_an_end_that_is_forged_before_the_program_ends(session: Session, sandbox: Sandbox) -> None:
    """Its next program does not start, or it is the forger's session that ends: no one else hears of it."""
    ran = await session.run(RAW + "send(END)\nwhile True: pass")
    assert (ran.outcome.status, ran.outcome.value) == ("ok", "forged")

    limits = Limits(wall_seconds=0.5)
    if session.backend.is_alive:
        next_ = (await session.run("'the next'", limits=limits)).outcome
        assert next_.status in ("timeout", "killed", "failed")
    assert await sandbox.value("demo.add(1, 2)") == 3


@pytest.mark.parametrize("count", [2, 100])
async def test_ends_in_store_for_the_programs_to_come(session: Session, sandbox: Sandbox, count: int) -> None:
    """A program may speak for those that come after it in its own session, whose names it could change as well."""
    ran = await session.run(RAW + f"for _ in range({count}): send(END)")

    assert ran.outcome.status in ("ok", "killed")
    if session.backend.is_alive:
        later = await session.run("'honest'", limits=Limits(wall_seconds=2))
        assert later.outcome.value in ("honest", "forged", None)
    assert await sandbox.value("demo.add(1, 2)") == 3


@pytest.mark.deadline
async def test_half_a_frame_left_for_the_next_program(session: Session, sandbox: Sandbox) -> None:
    await session.run(RAW + "os.write(3, b'\\0\\0\\1\\0F')", limits=Limits(wall_seconds=0.5))
    if session.backend.is_alive:
        assert (await session.run("1", limits=Limits(wall_seconds=1))).outcome.status != "ok"
    assert await sandbox.value("demo.add(1, 2)") == 3


async def test_printing_and_calling_between_programs(session: Session) -> None:
    loud = (
        "import threading, time, signal\n"
        "def go():\n    while True:\n        print('between')\n        try: demo.add(1, 2)\n        except Exception: pass\n"
        "threading.Thread(target=go, daemon=True).start()\n"
        "signal.signal(signal.SIGALRM, lambda *_: print('alarm'))\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\n"
        "time.sleep(0.05)"
    )
    await session.run(loud)
    process = await stopped(session)
    used = sum(process.cpu_times()[:2])
    await asyncio.sleep(0.3)

    assert (process.status(), sum(process.cpu_times()[:2])) == (psutil.STATUS_STOPPED, used)


async def stopped(session: Session) -> psutil.Process:
    """Wait until the session's process stands still, and return it."""
    async with asyncio.timeout(20):
        while True:
            for each in session.processes():
                if each.status() == psutil.STATUS_STOPPED:
                    return each
            await asyncio.sleep(0.01)


async def test_spending_the_calls_of_the_next_program(session: Session) -> None:
    spend = "import ptc\ntry:\n    while True: demo.add(1, 2)\nexcept ptc.BudgetExceeded: pass"
    limits = Limits(wall_seconds=20, calls=5)
    first = await session.run(spend, limits=limits)
    second = await session.run(spend, limits=limits)

    assert (len(first.tools.calls), len(second.tools.calls)) == (5, 5)


async def test_limits_of_a_session_that_are_pushed_program_by_program(sandbox: Sandbox) -> None:
    limits = Limits(wall_seconds=20, memory_bytes=128 << 20, open_files=32)
    async with sandbox.session(limits=limits) as session:
        await session.run("import os\nhoard, files = [], []", limits=limits)
        for _ in range(6):
            await session.run(
                "hoard.append(bytearray(60 << 20))\nfiles += [os.dup(1) for _ in range(10)]", limits=limits
            )
            if not session.backend.is_alive:
                break
        else:
            held = await session.run("[sum(map(len, hoard)) >> 20, len(files)]", limits=limits)
            megabytes, files = held.value
            assert megabytes <= 128
            assert files <= 32


@pytest.mark.deadline
async def test_catching_every_interrupt(session: Session, sandbox: Sandbox) -> None:
    source = "while True:\n    try:\n        while True: sum(range(99))\n    except BaseException: pass"
    ran = await session.run(source, limits=Limits(wall_seconds=0.5))

    assert ran.outcome.status == "timeout"
    assert not session.backend.is_alive
    assert await sandbox.value("demo.add(1, 2)") == 3


@pytest.mark.deadline
async def test_taking_the_session_s_own_reader_apart(session: Session, sandbox: Sandbox) -> None:
    await session.run(
        "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('ptc_cli'):\n"
        "        for key in list(vars(module)): setattr(module, key, None)"
    )
    if session.backend.is_alive:
        await session.run("1", limits=Limits(wall_seconds=0.5))
    assert await sandbox.value("demo.add(1, 2)") == 3
