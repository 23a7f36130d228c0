"""The cache on disk: built once, shared, verified, and never needed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from ptc_cli.check.checker import Checker
from ptc_cli.check.inside.cache import is_intact, reading, remove
from ptc_cli.core.catalog import View
from ptc_cli.core.program import Program
from tests.unit.check.conftest import written
from tests.unit.check.views import CRM_VIEW, runtime_stub, server, view_of

VIEW = view_of(server("time", "def now() -> str: ...\n"))


async def checked(cache: Path, view: View = VIEW) -> bool:
    """Check a right and a wrong program in a fresh process, and say whether it started from a cache."""
    checker = Checker(cache=cache, runtime_stub=runtime_stub)
    try:
        assert (await checker.check(Program.of("from tools import time\ntime.now().upper()"), view)).passed
        assert not (await checker.check(Program.of("from tools import time\ntime.now() + 1"), view)).passed
        return await started_from_cache(checker, view)
    finally:
        await checker.close()


async def started_from_cache(checker: Checker, view: View) -> bool:
    return (await checker.self_test(view)).used_cache


async def test_the_second_process_starts_from_the_firsts_cache(tmp_path: Path) -> None:
    assert not await checked(tmp_path)
    await written(tmp_path)
    first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ff")}
    assert await checked(tmp_path)

    assert first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ff")} == first


@pytest.mark.parametrize("damage", ["garbage", "missing", "manifest"])
async def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: str) -> None:
    await checked(tmp_path)
    (place,) = await written(tmp_path)
    _damage(place, damage)

    assert not await checked(tmp_path)
    assert await written(tmp_path) == [place]
    assert await checked(tmp_path)


def _damage(place: Path, how: str) -> None:
    files = sorted(place.rglob("*time*.ff"))
    assert files
    for path in files:
        if how == "missing":
            path.unlink()
        elif how == "garbage":
            path.write_bytes(os.urandom(path.stat().st_size))
    if how == "manifest":
        (place / "manifest.json").write_text("[" * 100_000)


async def test_a_cache_that_is_being_read_stays(tmp_path: Path) -> None:
    await checked(tmp_path)
    (place,) = await written(tmp_path)

    with reading(tmp_path, place.name) as found:
        remove(place)
        assert found == place
        assert (place / "manifest.json").exists()
    remove(place)

    assert list(tmp_path.iterdir()) == []


async def test_without_a_folder_to_write_to_checks_go_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    assert not await checked(blocked / "cache")


async def test_processes_that_build_the_same_cache_do_not_meet(tmp_path: Path) -> None:
    await asyncio.gather(checked(tmp_path), checked(tmp_path))

    assert len(await written(tmp_path)) == 1
    assert await checked(tmp_path)


async def test_views_and_faces_share_one_cache(tmp_path: Path) -> None:
    await checked(tmp_path)
    first = await written(tmp_path)

    assert await checked(tmp_path, view_of(server("time", "def now() -> str: ...\n"), *CRM_VIEW.servers))
    assert await written(tmp_path) == first
    assert is_intact(first[0])
    assert await checked(tmp_path)


async def test_a_process_without_a_cache_gives_way_to_one_that_starts_from_it(tmp_path: Path) -> None:
    checker = Checker(cache=tmp_path, runtime_stub=runtime_stub)
    first = await checker.check(Program.of("1"), VIEW)
    (pid,) = checker.pids
    await written(tmp_path)

    async with asyncio.timeout(60):
        while checker.pids == (pid,):
            assert (await checker.check(Program.of("1"), VIEW)).passed
            await asyncio.sleep(0.02)

    assert first.passed
    assert len(checker.pids) == 1
    assert await started_from_cache(checker, VIEW)
    await checker.close()
