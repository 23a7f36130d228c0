from __future__ import annotations

import asyncio

import pytest

from ptc_cli.upstream.queue import Queue


class Calls:
    """Calls that hold a place until they are let go, in the order in which they got one."""

    def __init__(self, queue: Queue) -> None:
        self.begun: list[str] = []
        self._queue = queue
        self._ends: list[asyncio.Event] = []

    def start(self, run: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._call(run))

    async def let_go(self, which: int) -> None:
        self._ends[which].set()
        await settled()

    async def _call(self, run: str) -> None:
        async with self._queue.place(run):
            self.begun.append(run)
            self._ends.append(asyncio.Event())
            await self._ends[-1].wait()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_runs_that_wait_come_in_turn() -> None:
    calls = Calls(Queue(1))
    tasks = [calls.start(run) for run in ("a", "a", "a", "b", "c", "b")]
    await settled()
    for which in range(6):
        await calls.let_go(which)

    await asyncio.gather(*tasks)
    assert calls.begun == ["a", "a", "b", "c", "a", "b"]


async def test_no_more_are_inside_than_there_are_places() -> None:
    calls = Calls(Queue(2))
    tasks = [calls.start(run) for run in ("a", "b", "c")]
    await settled()
    assert calls.begun == ["a", "b"]

    await calls.let_go(1)
    assert calls.begun == ["a", "b", "c"]
    for task in tasks:
        task.cancel()


async def test_one_run_at_a_time_lets_in_what_belongs_together_and_starves_nobody() -> None:
    queue = Queue(None)
    queue.is_one_run_at_a_time = True
    calls = Calls(queue)
    tasks = [calls.start(run) for run in ("a", "a", "b", "a")]
    await settled()
    assert calls.begun == ["a", "a"]

    await calls.let_go(0)
    await calls.let_go(1)
    assert calls.begun == ["a", "a", "b"]
    await calls.let_go(2)
    assert calls.begun == ["a", "a", "b", "a"]
    for task in tasks:
        task.cancel()


@pytest.mark.parametrize("granted", [False, True])
async def test_who_gives_up_leaves_no_place_taken(granted: bool) -> None:
    calls = Calls(Queue(1))
    first, impatient, last = (calls.start(run) for run in ("a", "b", "c"))
    await settled()
    if granted:
        # In the moment in which the turn comes.
        calls._ends[0].set()
        await asyncio.sleep(0)
    impatient.cancel()
    await settled()
    if not granted:
        await calls.let_go(0)

    assert calls.begun[-1] == "c"
    await calls.let_go(len(calls.begun) - 1)
    await asyncio.gather(first, last)
