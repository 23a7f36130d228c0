"""Starting and ending sandboxes, also by force: nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any, Literal, cast

import psutil
import pytest

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.event import Kept, Output, Progress, Warned
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox import open_backend
from tests.processes import living
from tests.sandboxes import KINDS, Sandbox, execution_of, started

BACKENDS = pytest.mark.parametrize("kind", [*KINDS, "monty"])
FORKING = pytest.mark.parametrize("kind", KINDS)
Kind = Literal["zygote", "landlock", "monty"]

HOST = """
import asyncio, sys
from ptc_cli.core.settings import SandboxSettings
from tests.sandboxes import started

async def main():
    async with started(SandboxSettings(backend=sys.argv[1])) as sandbox:
        loops = [sandbox.run("while True: pass") for _ in range(2)]
        sleeps = [sandbox.run("import time\\ntime.sleep(60)") for _ in range(2)]
        together = asyncio.gather(*loops, *sleeps)
        await sandbox.run("print('ready')")
        print("ready", flush=True)
        await together

asyncio.run(main())
"""


def descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def wait_until_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that are still there after a while; a zombie, which waits for its parent only, is not."""
    end = time.monotonic() + 10
    left = processes
    while left and time.monotonic() < end:
        left = [each for each in left if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        time.sleep(0.02)
    return left


@BACKENDS
async def test_closing_leaves_no_process_and_no_descriptor(kind: Kind) -> None:
    before, open_before = descendants(), psutil.Process().num_fds()
    async with started(SandboxSettings(backend=kind)) as sandbox:
        await sandbox.backend.prewarm(2)
        endings = [
            "1",
            "1/0",
            "import os; os._exit(3)",
            "import ctypes; ctypes.string_at(0)",
            "import sys; sys.exit(1)",
        ]
        await asyncio.gather(*[sandbox.run(source) for source in endings * 4])
    await asyncio.sleep(0)

    assert descendants() == before
    assert psutil.Process().num_fds() <= open_before


@BACKENDS
async def test_programs_leave_no_descriptor_behind(kind: Kind) -> None:
    async with started(SandboxSettings(backend=kind)) as sandbox:
        await sandbox.run("1")
        before = psutil.Process().num_fds()
        for source in ("1", "1/0", "while True: pass", "demo.forever()"):
            task = asyncio.create_task(sandbox.run(source))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert psutil.Process().num_fds() == before


@BACKENDS
async def test_closing_ends_programs_that_run(kind: Kind) -> None:
    before = descendants()
    backend = open_backend(SandboxSettings(backend=kind))
    await backend.start()
    events: list[Output | Progress | Warned | Kept] = []
    sandbox = Sandbox(backend=backend, layers=cast("Any", None))
    running = asyncio.create_task(sandbox.run("print('on')\nwhile True: pass", events=events))
    while not events:
        await asyncio.sleep(0.01)
    held = [each for each in descendants() if each not in before]
    await backend.close()

    with pytest.raises(SandboxError):
        await running
    assert wait_until_gone(held) == []


@FORKING
async def test_when_the_worker_is_killed_its_programs_end_and_the_next_gets_a_new_one(kind: Kind) -> None:
    before = descendants()
    async with started(SandboxSettings(backend=kind)) as sandbox:
        events: list[Output | Progress | Warned | Kept] = []
        running = asyncio.create_task(sandbox.run("print('on')\nwhile True: pass", events=events))
        while not events:
            await asyncio.sleep(0.01)
        held = [each for each in descendants() if each not in before]
        held[0].kill()

        with pytest.raises(SandboxError, match="worker process ended"):
            await running
        assert wait_until_gone(held) == []
        assert await sandbox.value("demo.add(1, 2)") == 3


async def test_when_the_process_around_monty_is_killed_monty_ends_too() -> None:
    before = descendants()
    async with started(SandboxSettings(backend="monty")) as sandbox:
        events: list[Output | Progress | Warned | Kept] = []
        running = asyncio.create_task(sandbox.run("print('on')\nwhile True: pass", events=events))
        while not events:
            await asyncio.sleep(0.01)
        held = [each for each in descendants() if each not in before]
        held[0].kill()

        assert (await running).outcome.status == "killed"
        assert len(held) == 2
        assert wait_until_gone(held) == []
        assert await sandbox.value("demo.add(1, 2)") == 3


def wait_until_begun(host: psutil.Process, count: int) -> list[psutil.Process]:
    """Return the processes below one once there are so many: a program that has said it runs may still be forking."""
    deadline = time.monotonic() + 20
    while len(held := living(host)) < count:
        assert time.monotonic() < deadline, held
        time.sleep(0.01)
    return held


@BACKENDS
def test_when_the_host_is_killed_nothing_is_left(kind: Kind) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST, kind], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    assert host.stdout.readline() == "ready\n"
    held = wait_until_begun(psutil.Process(host.pid), 4 if kind == "monty" else 5)
    host.send_signal(signal.SIGKILL)
    host.wait()
    host.stdout.close()

    assert wait_until_gone(held) == []


async def test_after_closing_nothing_starts() -> None:
    backend = open_backend(SandboxSettings(backend="landlock"))
    await backend.start()
    await backend.close()

    async def call(_: object) -> Any:
        raise AssertionError

    with pytest.raises(SandboxError, match="closed"):
        await backend.run(execution_of("1"), call=call, emit=lambda _: None)


async def test_closing_what_never_started_is_no_error() -> None:
    await open_backend(SandboxSettings()).close()


@BACKENDS
async def test_a_worker_started_in_a_thread_that_ended_goes_on(kind: Kind) -> None:
    """A thread's end is no host's end, though the kernel could tell a child of either."""
    found: list[str] = []

    def run() -> None:
        async def once() -> None:
            async with started(SandboxSettings(backend=kind)) as sandbox:
                found.append(json.dumps(await sandbox.value("demo.add(1, 2)")))

        asyncio.run(once())

    await asyncio.to_thread(run)
    assert found == ["3"]
    assert os.getpid()
