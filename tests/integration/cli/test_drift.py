"""Lock files at the command line: what the tools were, and what differs since."""

from __future__ import annotations

import json
import os
import sys

from tests.integration.cli.conftest import PLAIN, Ptc


def configured(ptc: Ptc, *also: str) -> None:
    """Have one server, with some tools more."""
    assert ptc.config is not None
    arguments = json.dumps(["-S", str(PLAIN), "--also", *also])
    ptc.config.write_text(f"[servers.plain]\ncommand = {json.dumps(sys.executable)}\nargs = {arguments}\n")


def test_what_changed_since_the_lock_is_shown_and_a_breaking_change_is_an_exit_code(alone: Ptc) -> None:
    configured(alone, "old")
    locked = alone("stubs", "lock")
    assert (locked.returncode, locked.stdout) == (0, "")
    assert "8 tools of 1 servers are locked in ptc.lock" in locked.stderr
    same = alone("stubs", "diff", "--check")
    assert (same.returncode, same.stdout) == (0, "")

    configured(alone, "old", "extra")
    added = alone("stubs", "diff", "--check")
    assert (added.returncode, added.stdout) == (0, "plain.extra\n    new tool\n")

    configured(alone, "extra")
    removed = alone("stubs", "diff")
    assert removed.returncode == 0
    assert removed.stdout == (
        "plain.extra\n    new tool\nplain.old\n  ! the tool is gone; 'extra' is new and described alike\n"
    )
    assert "1 breaking and 1 harmless changes since ptc.lock" in removed.stderr
    checked = alone("stubs", "diff", "--check", "--json")
    assert checked.returncode == 3
    told = json.loads(checked.stdout)
    assert (told["breaking"], [change["tool"] for change in told["changes"]]) == (1, ["extra", "old"])


def test_a_lock_is_the_same_text_each_time_and_learned_types_are_not_in_it(alone: Ptc) -> None:
    configured(alone)
    assert alone("stubs", "lock", "--lock", "first.json").returncode == 0
    assert alone("run", "-c", "plain.echo('{\"id\": 1}')").returncode == 0
    assert alone("stubs", "lock", "--lock", "second.json").returncode == 0
    assert "EchoResult" in alone("tools", "show", "plain.echo").stdout

    first, second = ((alone.project / name).read_text() for name in ("first.json", "second.json"))
    assert first == second
    assert json.loads(first)["servers"]["plain"]["tools"]["echo"]["signature"] == "echo(text: str) -> Any"


def test_what_cannot_be_compared_is_no_drift_but_a_failure(alone: Ptc) -> None:
    unreachable = alone("stubs", "lock")
    assert unreachable.returncode == 4
    assert "gone" in unreachable.stderr
    assert not (alone.project / "ptc.lock").exists()

    missing = alone("stubs", "diff")
    assert missing.returncode == 4
    assert "ptc stubs lock" in missing.stderr


def test_a_lock_of_a_stranger_that_leads_to_a_device_or_a_pipe_is_not_read(alone: Ptc) -> None:
    lock = alone.project / "ptc.lock"
    lock.symlink_to("/dev/zero")
    assert "is no file of at most" in alone("stubs", "diff").stderr

    lock.unlink()
    os.mkfifo(lock)
    assert "is no file of at most" in alone("stubs", "diff").stderr

    lock.unlink()
    with lock.open("wb") as file:
        file.truncate(1 << 40)
    refused = alone("stubs", "diff")
    assert (refused.returncode, "is no file of at most" in refused.stderr) == (4, True)
