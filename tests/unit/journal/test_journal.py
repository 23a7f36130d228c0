from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import JournalError
from ptc_cli.core.event import CallFinished, CallStarted, Event, Finished, Happening, Kept, Output
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.core.settings import JournalSettings
from ptc_cli.journal import Journal


def journal_in(folder: Path, *, secrets: Collection[str] = (), **settings: float) -> Journal:
    kept = JournalSettings(**settings)  # type: ignore[arg-type]  # whole numbers where they must be
    return Journal(folder, settings=kept, secrets=lambda: secrets)


def record(journal: Journal, *happenings: Happening, started_at: float | None = None) -> Execution:
    execution = Execution.of(Program.of("1"), caller=Caller(door="cli"))
    if started_at is not None:
        execution = replace(execution, started_at=started_at)
    journal.open(execution)
    for number, what in enumerate(happenings):
        journal.append(Event(run=execution.run, sequence=number, time=1.0, span=execution.run, what=what))
    return execution


def ending(execution: Execution, status: str = "ok") -> Finished:
    return Finished(result=Result(run=execution.run, status=status))  # type: ignore[arg-type]  # a Status


def test_a_kept_file_is_read_again_byte_for_byte_and_without_secrets(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, secrets=["tok_verysecret"])
    whole = Kept(path="plot.png", content=bytes(range(256)) * 100)
    told = Kept(path="log.txt", content=b"token: tok_verysecret\n" + bytes(10_000))
    execution = record(journal, whole, told)

    first, second = [event.what for event in journal.load(execution.run).events]

    assert first == whole
    assert second == Kept(path="log.txt", content=b"token: [secret]\n" + bytes(10_000))
    journal.close()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"dG9rX3Zlcn" in path.read_bytes()]


def test_what_is_written_is_read_again_unchanged(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    call = ToolCall(run="r", server="s", tool="t", arguments={"a": [1, None, {"$blob": "x"}]}, deadline=1.5)
    answer = ToolResult(value={"long": "y" * 10_000, "big": 2**70, "odd": "\ud800", "inf": 1e400})
    happenings = (
        CallStarted(call=call),
        CallFinished(call=call.id, server="s", tool="t", seconds=0.1, result=answer),
        Output(stream="stdout", text="z" * 20_000),
    )
    execution = record(journal, *happenings)

    found = journal.load(execution.run)

    assert found.execution == execution
    assert [event.what for event in found.events] == list(happenings)
    assert found.result is None


def test_a_long_value_lies_on_the_disk_once_however_often_it_comes(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    for _ in range(20):
        record(journal, Output(stream="stdout", text="same " * 20_000))
    journal.close()

    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 1_000_000


def test_no_secret_is_written_however_json_writes_it(tmp_path: Path) -> None:
    secrets = ['pa"ss\\word', "t0ken-geheim-ü", "tok_123456789"]
    journal = journal_in(tmp_path, secrets=secrets)
    execution = record(
        journal, *(Output(stream="stdout", text=f"{secret} {'x' * 5000} {secret}") for secret in secrets)
    )
    record(journal, Output(stream="stderr", text=secrets[2]))
    found = journal.load(execution.run)
    journal.close()

    assert all(secret not in str(found) for secret in secrets)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"tok_123456789" not in written
    assert b"ss\\\\word" not in written


def test_a_run_whose_process_died_is_killed_at_the_next_start(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from tests.unit.journal.test_journal import journal_in, record\n"
        "journal = journal_in(Path(sys.argv[1])); record(journal); journal.flush(); os._exit(0)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", script, str(tmp_path), str(root)], check=True, timeout=60, cwd=root)
    assert [header.state for header in journal_in(tmp_path).runs()] == ["checking"]

    journal = journal_in(tmp_path)
    execution = record(journal)

    states = {header.run: header.state for header in journal.runs()}
    assert states.pop(execution.run) == "checking"
    assert list(states.values()) == ["killed"]


def test_a_journal_that_is_no_journal_is_set_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / "journal-v1.sqlite").write_bytes(b"this is no database at all" * 100)
    journal = journal_in(tmp_path)
    execution = record(journal)

    assert journal.load(execution.run).execution == execution
    assert journal.warning is not None
    assert "broken" in journal.warning
    assert len(list(tmp_path.glob("*.broken-*"))) == 1


def test_reading_a_broken_journal_says_which_file_it_is(tmp_path: Path) -> None:
    (tmp_path / "journal-v1.sqlite").write_bytes(b"this is no database at all" * 100)

    with pytest.raises(JournalError, match=r"journal-v1\.sqlite"):
        journal_in(tmp_path).runs()


def test_a_folder_that_cannot_be_written_costs_the_record_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = journal_in(tmp_path / "file" / "state")
    execution = record(journal)
    journal.append(Event(run=execution.run, sequence=0, time=1.0, span=execution.run, what=ending(execution)))

    assert journal.warning is not None
    assert "not recorded" in journal.warning
    assert journal.runs() == ()


def test_a_full_disk_ends_the_recording_with_a_warning(tmp_path: Path) -> None:
    # A limit on the size of files stands in for the disk: SQLite gets the same refusal from the system.
    script = (
        "import resource, signal, sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from tests.unit.journal.test_journal import journal_in, record, Output\n"
        "journal = journal_in(Path(sys.argv[1])); import os\n"
        "for _ in range(50): record(journal, Output(stream='stdout', text=os.urandom(8_000).hex())); journal.flush()\n"
        "print(journal.warning)\n"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(tmp_path), str(root)]
    done = subprocess.run(command, check=True, timeout=60, cwd=root, capture_output=True, text=True)

    assert "cannot be written" in done.stdout


def test_old_runs_and_too_many_bytes_are_forgotten(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, keep_days=10)
    old = record(journal, Output(stream="stdout", text=os.urandom(5000).hex()), started_at=time.time() - 20 * 86400)
    new = record(journal, Output(stream="stdout", text=os.urandom(5000).hex()))

    assert journal.prune() == 1
    assert [header.run for header in journal.runs()] == [new.run]
    with pytest.raises(JournalError, match="no run"):
        journal.load(old.run)
    assert journal.prune(keep_bytes=0) == 1
    journal.close()
    with sqlite3.connect(tmp_path / "journal-v1.sqlite") as database:
        assert database.execute("select count(*) from blobs").fetchone() == (0,)


def test_a_run_is_found_by_the_end_of_its_id_if_that_is_enough(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    execution = record(journal)

    assert journal.load(execution.run[-6:]).header.run == execution.run
    for wrong in ("zzzz", "", "%", "' or 1=1 --"):
        with pytest.raises(JournalError):
            journal.load(wrong)


def test_two_processes_write_the_same_journal(tmp_path: Path) -> None:
    first, second = journal_in(tmp_path), journal_in(tmp_path)
    runs = {record(journal).run for journal in (first, second) * 10}
    first.flush()
    second.flush()

    assert {header.run for header in first.runs(limit=100)} == runs
    assert first.warning is None
    assert second.warning is None


def test_a_run_that_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    kept, gone = record(journal, Output(stream="stdout", text="a")), record(journal, Output(stream="stdout", text="b"))
    journal.forget(gone.run)
    journal.flush()

    assert [header.run for header in journal.runs()] == [kept.run]
    with pytest.raises(JournalError):
        journal.load(gone.run)
