"""The folder of the sockets: private, or not used at all."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.place import ALIVE, HTTP, opened


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder


def path_for(runtime: Path | None, state: Path) -> Path:
    with opened({} if runtime is None else {"XDG_RUNTIME_DIR": str(runtime)}, str(state)) as place:
        assert os.stat(place.path).st_mode & 0o777 == 0o700
        return place.path


def test_it_is_in_the_folder_of_the_session(runtime: Path, tmp_path: Path) -> None:
    assert path_for(runtime, tmp_path / "state") == runtime / "ptc"
    assert not (tmp_path / "state").exists()


def test_without_a_session_it_is_in_our_state(tmp_path: Path) -> None:
    assert path_for(None, tmp_path / "a" / "state") == tmp_path / "a" / "state" / "run"


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_session_folder_that_others_may_look_into_is_none(runtime: Path, tmp_path: Path, mode: int) -> None:
    runtime.chmod(mode)

    assert path_for(runtime, tmp_path / "state") == tmp_path / "state" / "run"


def test_a_session_folder_by_a_link_or_a_relative_path_is_none(runtime: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(runtime)

    assert path_for(link, tmp_path / "state") == tmp_path / "state" / "run"
    assert path_for(Path("runtime"), tmp_path / "state") == tmp_path / "state" / "run"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_session_folder_of_somebody_else_is_none(runtime: Path, tmp_path: Path) -> None:
    os.chown(runtime, 12345, 12345)

    assert path_for(runtime, tmp_path / "state") == tmp_path / "state" / "run"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_folder_of_somebody_else_in_its_place_is_refused(runtime: Path, tmp_path: Path) -> None:
    (runtime / "ptc").mkdir(mode=0o700)
    os.chown(runtime / "ptc", 12345, 12345)

    with pytest.raises(DaemonError, match="not yours alone"):
        path_for(runtime, tmp_path)


@pytest.mark.parametrize("mode", [0o755, 0o720, 0o702])
def test_a_folder_that_others_may_look_into_is_refused(runtime: Path, tmp_path: Path, mode: int) -> None:
    (runtime / "ptc").mkdir()
    (runtime / "ptc").chmod(mode)

    with pytest.raises(DaemonError, match="not yours alone") as caught:
        path_for(runtime, tmp_path)
    assert "chmod 700" in str(caught.value.hint)


def test_a_link_or_a_file_in_its_place_is_refused(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (runtime / "ptc").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DaemonError, match="runtime/ptc"):
        path_for(runtime, tmp_path)

    (runtime / "ptc").unlink()
    (runtime / "ptc").write_text("")
    with pytest.raises(DaemonError, match="runtime/ptc"):
        path_for(runtime, tmp_path)


def test_a_path_longer_than_an_address_can_be_is_fine(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    with opened({}, str(deep)) as place, socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as us:
        listener.bind(place.address(f"x{HTTP}"))
        listener.listen()
        us.connect(place.address(f"x{HTTP}"))

        assert place.names() == ("x",)


def test_a_lock_is_held_by_one_and_let_go(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place:
        with place.locked(f"x{ALIVE}") as first, place.locked(f"x{ALIVE}") as second:
            assert (first, second) == (True, False)
        with place.locked(f"x{ALIVE}") as third:
            assert third


def test_a_lock_by_way_of_a_link_is_refused(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place:
        (place.path / "x.alive").symlink_to(tmp_path / "victim")
        with pytest.raises(OSError, match="symbolic"), place.locked(f"x{ALIVE}"):
            pass
    assert not (tmp_path / "victim").exists()


def test_the_salt_stays_what_it_is(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place:
        first = place.salt()
    with opened({}, str(tmp_path)) as place:
        assert place.salt() == first
        assert [file.name for file in place.path.iterdir()] == ["salt"]
        assert (place.path / "salt").stat().st_mode & 0o777 == 0o600
    assert len(first) == 32


def test_a_broken_salt_is_said(tmp_path: Path) -> None:
    with opened({}, str(tmp_path)) as place:
        (place.path / "salt").write_bytes(b"short")
        with pytest.raises(DaemonError, match="is broken"):
            place.salt()
