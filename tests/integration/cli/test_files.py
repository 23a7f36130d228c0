import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Ptc

WRITE = "import os\nos.mkdir('d')\nopen('d/b.bin', 'wb').write(bytes([0, 255, 10]))\nopen('a.txt', 'w').write('hello')"


@pytest.fixture(scope="module")
def run(ptc: Ptc) -> str:
    """A run that kept two files."""
    done = ptc("run", "-c", WRITE, "--json", "--keep")
    return str(json.loads(done.stdout)["run"])


def test_kept_files_are_told_of_listed_and_shown(ptc: Ptc, run: str) -> None:
    told = ptc("run", "-c", WRITE, "--keep", "*.txt")
    shown = json.loads(ptc("runs", "show", run, "--json").stdout)["run"]

    assert "kept a.txt (5 B); get them with: ptc runs files " in told.stderr
    assert ptc("runs", "files", run).stdout == "a.txt    5 B\nd/b.bin  3 B\n"
    assert "d/b.bin  3 B" in ptc("runs", "show", run).stdout
    assert [(each["path"], each["bytes"]) for each in shown["result"]["artifacts"]] == [("a.txt", 5), ("d/b.bin", 3)]
    assert {event["what"].get("content") for event in shown["events"] if event["what"]["kind"] == "Kept"} == {""}


def test_one_kept_file_goes_to_stdout_as_it_is(ptc: Ptc, run: str, tmp_path: Path) -> None:
    assert ptc("runs", "files", run, "a.txt").stdout == "hello"
    assert ptc("runs", "files", run, "a.txt", "-o", "-").stdout == "hello"
    assert ptc("runs", "files", run, "-o", "-").returncode == 2


def test_kept_files_are_written_into_a_folder_and_replace_nothing(ptc: Ptc, run: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    first = ptc("runs", "files", run, "-o", str(folder))
    again = ptc("runs", "files", run, "-o", str(folder))

    assert first.returncode == 0
    assert (folder / "d" / "b.bin").read_bytes() == bytes([0, 255, 10])
    assert again.returncode == 4
    assert f"{folder / 'a.txt'}: is already there" in again.stderr


def test_no_link_leads_a_kept_file_out_of_the_folder(ptc: Ptc, run: str, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    folder.mkdir()
    (folder / "d").symlink_to(outside)

    assert ptc("runs", "files", run, "d/b.bin", "-o", str(folder)).returncode == 4
    assert list(outside.iterdir()) == []


def test_a_file_that_was_not_kept_is_said_to_be_none(ptc: Ptc, run: str) -> None:
    done = ptc("runs", "files", run, "a.text")

    assert done.returncode == 4
    assert "kept no file 'a.text'" in done.stderr
    assert "Did you mean 'a.txt'?" in done.stderr


def test_a_mounted_file_is_read_by_the_path_that_was_given(ptc: Ptc) -> None:
    # Programs of root's run as nobody, who must be able to read it.
    (ptc.project / "sales.csv").write_text("1,2")
    (ptc.project / "sales.csv").chmod(0o644)

    assert ptc("run", "-c", "open('/mnt/sales.csv').read()", "--mount", "sales.csv").stdout == '"1,2"\n'
    refused = ptc("run", "-c", "1", "--mount", str(ptc.folder / "home"))
    assert (refused.returncode, "it would show ptc's own files" in refused.stderr) == (4, True)


def test_workspaces_last_are_listed_and_removed(ptc: Ptc) -> None:
    ptc("run", "-c", "open('note', 'w').write('hello')", "--workspace", "notes")

    assert ptc("run", "-c", "open('note').read()", "--workspace", "notes").stdout == '"hello"\n'
    assert "notes" in ptc("workspaces", "list").stdout
    (found,) = json.loads(ptc("workspaces", "list", "--json").stdout)["workspaces"]
    assert (found["name"], found["entries"]) == ("notes", 1)
    assert ptc("workspaces", "remove", "note").returncode == 4
    assert ptc("workspaces", "remove", "notes").returncode == 0
    assert ptc("workspaces", "list").stdout == ""


def test_a_workspace_s_name_leads_nowhere_else(ptc: Ptc) -> None:
    for name in ("../x", "/etc", ".."):
        assert ptc("run", "-c", "1", "--workspace", name).returncode == 4
        assert ptc("workspaces", "remove", name).returncode == 4


@pytest.mark.parametrize(
    ("limit", "code", "said"),
    [
        ("memory_bytes=50_000_000", 5, "--limit memory_bytes=..."),
        ("memory_byte=5", 2, "Did you mean 'memory_bytes'?"),
        ("memory_bytes=much", 2, "'much' is not a whole number above 0"),
        ("wall_seconds=nan", 2, "is not a number above 0"),
        ("wall_seconds=1e9", 0, "cut to 3,600"),
    ],
)
def test_any_limit_can_be_given_for_one_run(ptc: Ptc, limit: str, code: int, said: str) -> None:
    done = ptc("run", "-c", "len(bytearray(100_000_000))", "--limit", limit)

    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
