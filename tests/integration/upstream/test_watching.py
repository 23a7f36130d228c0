"""Resources that are watched: over one connection after the other, told no more often than somebody can bear."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ptc_cli.core.errors import UpstreamError
from ptc_cli.core.server import ServerConfig
from ptc_cli.upstream import watching
from tests.integration.upstream.conftest import ORIGIN, SERVERS, Client

Connect = Callable[..., Client]
WATCHED = "test://watched-resource"


@dataclass(eq=False)
class Watcher:
    """Somebody who counts what they are told."""

    times: int = 0
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> None:
        self.times += 1
        self.told.set()

    async def next(self) -> None:
        await asyncio.wait_for(self.told.wait(), 20)
        self.told.clear()


@pytest.fixture
def old(tmp_path: Path) -> ServerConfig:
    args = ("-S", str(SERVERS / "watched.py"), str(tmp_path / "notes"))
    return ServerConfig(name="old", transport="stdio", command=sys.executable, args=args, origin=ORIGIN)


def new() -> ServerConfig:
    script = str(SERVERS / "conformance.py")
    return ServerConfig(name="new", transport="stdio", command=sys.executable, args=(script,), origin=ORIGIN)


def notes(folder: Path) -> list[str]:
    return (folder / "notes").read_text().splitlines()


async def test_who_watches_is_told_of_that_resource_and_of_those_below(
    connect: Connect, old: ServerConfig, tmp_path: Path
) -> None:
    client, one, two, above = connect(old), Watcher(), Watcher(), Watcher()
    await client.pool.watch("old", "x://one", one)
    await client.pool.watch("old", "x://two", two)
    await client.pool.watch("old", "x://two", above)

    await client.call("old", "touch", uri="x://two/inside")
    await asyncio.gather(two.next(), above.next())

    assert (one.times, two.times, above.times) == (0, 1, 1)
    assert notes(tmp_path) == ["subscribe x://one", "subscribe x://two"]


async def test_a_server_is_told_when_the_last_one_watches_no_more(
    connect: Connect, old: ServerConfig, tmp_path: Path
) -> None:
    client, one, other = connect(old), Watcher(), Watcher()
    for watcher in (one, other):
        await client.pool.watch("old", "x://one", watcher)

    client.pool.unwatch("old", "x://one", one)
    await client.call("old", "touch", uri="x://one")
    await other.next()
    assert notes(tmp_path) == ["subscribe x://one"]
    client.pool.unwatch("old", "x://one", other)
    async with asyncio.timeout(20):
        while notes(tmp_path) != ["subscribe x://one", "unsubscribe x://one"]:
            await asyncio.sleep(0.01)

    assert one.times == 0


async def test_a_flood_is_told_in_turns_and_nothing_is_told_of_what_nobody_watches(
    connect: Connect, old: ServerConfig
) -> None:
    client, watcher = connect(old), Watcher()
    await client.pool.watch("old", "x://one", watcher)

    await client.call("old", "touch", uri="x://one", times=3000)
    await client.call("old", "touch", uri=f"x://{'/' * 5000}", times=300)
    await watcher.next()

    assert 1 <= watcher.times < 100


@pytest.mark.parametrize("break_", ["test_die", "test_end_listening"])
async def test_a_watch_of_the_new_protocol_goes_on_after_a_break(connect: Connect, break_: str) -> None:
    client, watcher = connect(new()), Watcher()
    await client.pool.watch("new", WATCHED, watcher)
    await client.call("new", "test_touch")
    await watcher.next()

    await client.call("new", break_)
    # What changed meanwhile was not told.
    await watcher.next()
    await client.call("new", "test_touch")
    await watcher.next()

    assert watcher.times == 3


async def test_a_watch_goes_on_after_a_crash_without_anybody_calling(
    connect: Connect, old: ServerConfig, tmp_path: Path
) -> None:
    client, watcher = connect(old), Watcher()
    await client.pool.watch("old", "x://one", watcher)

    await client.call("old", "die")
    await watcher.next()
    await client.call("old", "touch", uri="x://one")
    await watcher.next()

    assert notes(tmp_path) == ["subscribe x://one", "subscribe x://one"]


async def test_a_watch_goes_on_when_a_server_is_reached_in_another_way(
    connect: Connect, old: ServerConfig, tmp_path: Path
) -> None:
    client, watcher = connect(old), Watcher()
    await client.pool.watch("old", "x://one", watcher)

    await client.pool.reconfigure([replace(old, args=(*old.args, "another"))])
    await watcher.next()
    await client.call("old", "touch", uri="x://one")
    await watcher.next()

    assert notes(tmp_path) == ["subscribe x://one", "subscribe x://one"]


async def test_what_a_server_does_not_tell_of_is_said_and_not_asked_for_again(
    connect: Connect, old: ServerConfig, tmp_path: Path
) -> None:
    client, watcher = connect(old), Watcher()

    with pytest.raises(UpstreamError, match="server 'old': does not tell when that resource changes"):
        await client.pool.watch("old", "no://such", watcher)
    await client.pool.watch("old", "x://one", watcher)

    assert notes(tmp_path) == ["subscribe x://one"]


async def test_not_everything_of_a_server_can_be_watched(
    connect: Connect, old: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_WATCHED", 1)
    client, watcher = connect(old), Watcher()
    await client.pool.watch("old", "x://one", watcher)

    with pytest.raises(UpstreamError, match="1 of its resources are watched already"):
        await client.pool.watch("old", "x://two", watcher)
