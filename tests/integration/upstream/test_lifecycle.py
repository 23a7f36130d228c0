from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.integration.upstream.conftest import REPOSITORY, Client, http, odd, plain
from tests.processes import living

Connect = Callable[..., Client]


def children() -> list[psutil.Process]:
    return living(psutil.Process())


async def test_importing_the_package_does_not_import_the_sdk() -> None:
    code = "import sys, ptc_cli.upstream; sys.exit('mcp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


async def test_nothing_is_started_before_it_is_wanted(connect: Connect) -> None:
    before = len(children())
    client = connect(plain("one"), plain("two"))
    await client.call("two", "nothing")

    assert len(children()) == before + 1


async def test_connections_outlive_calls(connect: Connect) -> None:
    client = connect(plain())
    await client.call("plain", "nothing")
    before = {child.pid for child in children()}
    await client.call("plain", "nothing")

    assert {child.pid for child in children()} == before


async def test_many_at_once_share_one_connection(connect: Connect) -> None:
    before = len(children())
    client = connect(plain())
    await asyncio.gather(*(client.call("plain", "nothing") for _ in range(20)))

    assert len(children()) == before + 1


async def test_a_killed_server_is_back_at_the_next_use(connect: Connect) -> None:
    client = connect(plain())
    known = {child.pid for child in children()}
    await client.call("plain", "nothing")
    (server,) = (child for child in children() if child.pid not in known)
    running = asyncio.create_task(client.call("plain", "sleep", seconds=60, within=120))
    await client.call("plain", "nothing")

    os.kill(server.pid, signal.SIGKILL)
    lost, after = await running, await client.call("plain", "add", a=1, b=1)

    assert lost.failure is not None
    assert lost.failure.kind == "unavailable"
    assert "killed by signal 9" in lost.failure.message
    assert after.value == {"sum": 2}


async def test_closing_ends_a_stubborn_server_and_its_children(connect: Connect, tmp_path: Path) -> None:
    before = {child.pid for child in children()}
    client = connect(odd("stubborn", str(tmp_path / "pid")))
    assert (await client.pool.list("stubborn")).status == "ok"
    assert len(children()) == len(before) + 2

    await client.pool.close()

    assert {child.pid for child in children()} <= before


async def test_closing_ends_a_grandchild_in_a_session_of_its_own(connect: Connect, tmp_path: Path) -> None:
    client = connect(odd("daemon", str(tmp_path / "pid")))
    assert (await client.pool.list("daemon")).status == "ok"
    grandchild = psutil.Process(int((tmp_path / "pid").read_text()))

    await client.pool.close()

    # It was killed, and is no child of ours that could be waited for.
    with suppress(psutil.NoSuchProcess):
        async with asyncio.timeout(10):
            while grandchild.status() != psutil.STATUS_ZOMBIE:
                await asyncio.sleep(0.01)


async def test_closing_does_not_wait_for_a_server_that_is_still_connecting(connect: Connect) -> None:
    before = {child.pid for child in children()}
    client = connect(odd("hang", connect_timeout_seconds=60))
    listing = asyncio.create_task(client.pool.list("hang"))
    while {child.pid for child in children()} <= before:
        await asyncio.sleep(0.01)

    await client.pool.close()

    assert (await listing).reason == "server 'hang': the connection is closed"
    assert {child.pid for child in children()} <= before


async def test_a_cancelled_caller_leaves_the_connection_to_the_others(connect: Connect) -> None:
    client = connect(plain())
    impatient = asyncio.create_task(client.call("plain", "nothing"))
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await client.call("plain", "add", a=2, b=2)).value == {"sum": 4}


async def test_a_changed_configuration_touches_only_the_servers_it_changes(connect: Connect) -> None:
    client = connect(plain("kept"), plain("changed"), plain("dropped"))
    before = {child.pid for child in children()}
    await asyncio.gather(*(client.call(name, "nothing") for name in ("kept", "changed", "dropped")))
    started = {child.pid for child in children()} - before

    await client.pool.reconfigure([plain("kept"), plain("changed", "--tools", "3"), plain("new")])
    still = {child.pid for child in children()} & started

    assert len(still) == 1
    assert (await client.call("kept", "nothing")).failure is None
    assert len((await client.pool.list("changed")).tools) == 10
    assert (await client.call("dropped", "nothing")).failure is not None
    assert (await client.call("new", "nothing")).failure is None


@pytest.mark.timeout(20)
async def test_a_server_that_does_not_let_go_of_a_session_is_left(connect: Connect, odd_http: str) -> None:
    client = connect(http("x", f"{odd_http}/clingy"))
    assert (await client.call("x", "ok")).value == "done"

    await client.pool.close()


async def test_closing_in_the_middle_of_a_reconnection_ends_both_processes(connect: Connect) -> None:
    before = {child.pid for child in children()}
    client = connect(odd("die"))
    await client.call("die", "ok")
    again = asyncio.create_task(client.call("die", "ok"))
    await asyncio.sleep(0)

    await client.pool.close()

    assert (await again).failure is not None
    assert {child.pid for child in children()} <= before
