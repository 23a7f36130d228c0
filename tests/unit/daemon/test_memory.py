"""What is remembered holds only while nothing has changed that it depends on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptc_cli.config import folders, looked_at
from ptc_cli.daemon.memory import Memory, stamps
from ptc_cli.daemon.place import Place, opened
from ptc_cli.daemon.state import state_of

ENVIRON = {"TOKEN": "first", "COLUMNS": "80"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened({}, str(tmp_path / "state")) as place:
        yield place


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file that has been as it is for long: its times could tell of any change."""
    path = tmp_path / "ptc.toml"
    path.write_text("# 1")
    return path


def memory(place: Place, *, cwd: str = "/p", options: tuple[str, ...] = (), **environ: str) -> Memory:
    return Memory(place, environ=ENVIRON | environ, options=options, cwd=cwd)


def kept(place: Place, *paths: Path) -> None:
    """Have something remembered as soon as the files are old enough."""
    seen = stamps(map(str, paths))
    for _ in range(100):
        memory(place).keep("name", seen)
        if memory(place).recalled() is not None:
            return
        time.sleep(0.05)
    pytest.fail("it was not remembered")


def test_what_was_found_is_recalled_in_the_same_place_alone(place: Place, config: Path) -> None:
    kept(place, config)

    assert memory(place, COLUMNS="100").recalled() == "name"
    assert memory(place, cwd="/q").recalled() is None
    assert memory(place, options=("--config", "x")).recalled() is None
    assert memory(place, TOKEN="second").recalled() is None
    assert memory(place, EDITOR="vi").recalled() is None


def test_a_changed_replaced_removed_or_new_file_ends_it(place: Place, config: Path, tmp_path: Path) -> None:
    missing = tmp_path / "pyproject.toml"
    kept(place, config, missing)
    missing.write_text("")
    assert memory(place).recalled() is None
    missing.unlink()
    assert memory(place).recalled() == "name"

    times = config.stat()
    config.write_text("# 2")
    os.utime(config, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert memory(place).recalled() is None


def test_a_folder_counts_by_who_may_write_to_it(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    kept(place, folder)
    (folder / "file").touch()
    assert memory(place).recalled() == "name"

    folder.chmod(0o1777)
    assert memory(place).recalled() is None


def test_a_file_that_has_just_changed_is_not_relied_on(place: Place, config: Path) -> None:
    config.write_text("# new")
    memory(place).keep("name", stamps([str(config)]))

    assert memory(place).recalled() is None


def test_a_file_that_changed_while_it_was_read_is_not_relied_on(place: Place, config: Path) -> None:
    seen = {path: stamp and (*stamp[:2], 0, 0, 0) for path, stamp in stamps([str(config)]).items()}
    memory(place).keep("name", seen)

    assert memory(place).recalled() is None


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"name": 1, "files": 2}', b'{"files": [["a"]]}', b"\xff"])
def test_rubbish_is_no_memory(place: Place, tmp_path: Path, rubbish: bytes) -> None:
    kept(place, tmp_path)
    (file,) = place.path.glob("*.fits")
    file.write_bytes(rubbish)

    assert memory(place).recalled() is None


@pytest.mark.parametrize("environ", [{"PTC_HOME": "/a/b"}, {"PTC_HOME": "~/x"}, {"PTC_HOME": ""}, {}])
def test_the_state_is_where_the_configuration_says(environ: dict[str, str]) -> None:
    assert state_of(environ) == folders(environ).state


def test_every_file_that_can_take_part_is_looked_at(tmp_path: Path) -> None:
    environ = {"PTC_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    places = folders(environ)
    found = looked_at(explicit=None, cwd=tmp_path / "a" / "b", environ=environ, folders=places)
    named = looked_at(explicit="x.toml", cwd=tmp_path, environ=environ, folders=places)

    for name in ("ptc.toml", "pyproject.toml", ".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json"):
        assert {tmp_path / "a" / "b" / name, tmp_path / "a" / name} <= set(found)
    assert named == (tmp_path / "x.toml", Path(places.config) / "config.toml", Path(places.state) / "trust.json")
