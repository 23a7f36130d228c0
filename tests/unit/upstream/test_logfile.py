from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.upstream.logfile import ServerLog


def test_a_log_is_rotated_once(tmp_path: Path) -> None:
    log = ServerLog(tmp_path, "server")
    for number in range(1200):
        log.stderr(f"{number} {'x' * 2000}")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["server.log", "server.log.1"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < (2 << 20) + 10_000
    assert log.path.read_text().splitlines()[-1].startswith("1199 ")


def test_what_would_drive_a_terminal_is_written_out(tmp_path: Path) -> None:
    log = ServerLog(tmp_path, "server")
    log.stderr("\x1b[2Jgone\u202e")

    assert log.path.read_text() == "\\x1b[2Jgone\\u202e\n"
    assert log.last_words == "\\x1b[2Jgone\\u202e"


def test_last_words_are_those_of_the_latest_start(tmp_path: Path) -> None:
    log = ServerLog(tmp_path, "server")
    log.stderr("before")
    log.started("again")

    assert log.last_words == ""


def test_a_link_in_the_place_of_the_log_is_not_followed(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("kept")
    (tmp_path / "server.log").symlink_to(mine)
    ServerLog(tmp_path, "server").stderr("overwritten")

    assert mine.read_text() == "kept"


@given(st.text(), st.text())
def test_every_server_has_a_file_of_its_own_inside_the_folder(one: str, other: str) -> None:
    folder = Path("/logs")
    paths = ServerLog(folder, one).path, ServerLog(folder, other).path

    assert all(path.parent == folder and len(path.name) < 100 for path in paths)
    assert (paths[0] == paths[1]) == (one == other)
