"""Nothing is left behind: processes, descriptors, sockets, mounts, files, after programs of all endings."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import psutil
import pytest

from ptc_cli.core.limits import Limits
from tests.processes import living
from tests.sandboxes import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

_AT_ONCE = 16


@dataclass(frozen=True)
class Way:
    """A way to end, and how many programs take it."""

    source: str
    count: int
    status: str
    limits: Limits = Limits(wall_seconds=60)  # noqa: RUF009  # frozen


WAYS = {
    "a value": Way("demo.add(1, 2)", 250, "ok"),
    "output": Way("print('x' * 10_000)", 100, "ok"),
    "an exception": Way("1/0", 150, "failed"),
    "an exit": Way("import sys\nsys.exit(3)", 100, "failed"),
    "leaving": Way("import os\nos._exit(3)", 100, "failed"),
    "a crash": Way("import ctypes\nctypes.string_at(0)", 70, "failed"),
    "SIGKILL": Way("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 40, "killed"),
    "a violation": Way("import os, time\nos.write(3, b'\\xff' * 64)\ntime.sleep(60)", 40, "killed"),
    "an unfinished call": Way("import os, threading\nthreading.Thread(target=demo.forever).start()\nos._exit(1)", 30, "failed"),
    "memory": Way("x = bytearray(1 << 40)", 40, "limit"),
    "a flood": Way("while True: print('x' * 1000)", 20, "limit", Limits(wall_seconds=60, kept_bytes=1 << 16)),
    "calls": Way("while True: demo.add(1, 2)", 10, "limit", Limits(wall_seconds=60, calls=3)),
    "a deadline": Way("while True: pass", 8, "timeout", Limits(wall_seconds=0.2)),
    "a deadline in a call": Way("demo.forever()", 12, "timeout", Limits(wall_seconds=0.2)),
    "being cancelled": Way("import time\ntime.sleep(60)", 30, "cancelled"),
}  # fmt: skip


@dataclass(frozen=True)
class Traces:
    """What could be left of a program."""

    processes: frozenset[int]
    descriptors: int
    descriptors_of_workers: int
    mounts: Counter[str]
    files: frozenset[str]

    @classmethod
    def now(cls) -> Traces:
        workers = living(psutil.Process())
        return cls(
            processes=frozenset(each.pid for each in workers),
            descriptors=psutil.Process().num_fds(),
            descriptors_of_workers=sum(each.num_fds() for each in workers),
            mounts=Counter({str(each.pid): _mounts(each.pid) for each in (psutil.Process(), *workers)}),
            files=frozenset(each for folder in (gettempdir(), "/dev/shm") for each in _files(Path(folder))),
        )


def _mounts(process: int) -> int:
    try:
        return len(Path(f"/proc/{process}/mountinfo").read_text().splitlines())
    except OSError:
        # It was on its way out, and has none.
        return 0


def _files(folder: Path) -> list[str]:
    """Return what may be ours in a folder that others use too."""
    return [each.name for each in folder.iterdir() if "ptc" in each.name] if folder.is_dir() else []


async def end(sandbox: Sandbox, way: Way) -> str:
    running = asyncio.ensure_future(sandbox.run(way.source, limits=way.limits))
    if way.status == "cancelled":
        await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return "cancelled"
    return (await running).outcome.status


@pytest.mark.timeout(300)
async def test_a_thousand_programs_of_all_endings_leave_nothing(sandbox: Sandbox) -> None:
    for way in WAYS.values():
        await end(sandbox, way)
    before, gate = Traces.now(), asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> tuple[str, str]:
        async with gate:
            return name, await end(sandbox, WAYS[name])

    names = [name for name, way in WAYS.items() for _ in range(way.count)]
    ended = await asyncio.gather(*[one(name) for name in names[::3] + names[1::3] + names[2::3]])

    assert len(names) == 1000
    assert Counter(ended) == {(name, way.status): way.count for name, way in WAYS.items()}
    assert await sandbox.value("demo.add(1, 2)") == 3
    assert Traces.now() == before


async def test_programs_leave_no_file_on_the_machine(sandbox: Sandbox) -> None:
    name = f"left-{os.getpid()}-{sandbox.layers.backend}"
    places = ["/workspace", "/tmp", "/dev/shm", "/var/tmp", ".", "/", "/mnt", "/run"]
    source = (
        "made = 0\n"
        f"for place in {places!r}:\n"
        f"    try:\n        open(f'{{place}}/{name}', 'w').close()\n        made += 1\n    except OSError: pass\n"
        "made"
    )
    made = await sandbox.value(source)

    assert made == (3 if sandbox.layers.backend == "zygote" else 0)
    assert [place for place in places if os.path.exists(f"{place}/{name}")] == []
