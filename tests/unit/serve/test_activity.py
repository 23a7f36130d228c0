"""When a daemon may end."""

from __future__ import annotations

import asyncio

from ptc_cli.serve.activity import Activity


async def test_what_is_open_keeps_it_from_being_idle() -> None:
    activity = Activity(is_busy=lambda: False)
    with activity.one(), activity.one():
        waiting = asyncio.create_task(activity.until_idle(0.02))
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
        assert activity.idle_seconds == 0

    await asyncio.wait_for(waiting, 10)
    assert activity.idle_seconds >= 0.02


async def test_a_run_in_the_background_does_too() -> None:
    going = {"run"}
    activity = Activity(is_busy=lambda: bool(going))
    waiting = asyncio.create_task(activity.until_idle(0.02))
    done, _ = await asyncio.wait({waiting}, timeout=0.1)
    assert not done

    going.clear()
    await asyncio.wait_for(waiting, 10)
