"""The prompt on a terminal, from start to end, at the steps that people take."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.conftest import PLAIN, Ptc, made, with_daemon

CONFIGURATION = "".join(
    f"[servers.{name}]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps(args)}\n"
    for name, args in (("tickets", ["-m", "ptc_cli.demo.tickets"]), ("plain", ["-S", str(PLAIN)]))
).replace("\nargs", f"\nenv = {{ PYTHONPATH = {json.dumps(str(Path(__file__).parents[3]))} }}\nargs")


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Ptc:
    """A ptc whose servers have been listed."""
    ptc = made(tmp_path_factory.mktemp("tracker"), CONFIGURATION)
    assert ptc("tools", "list").returncode == 0
    return ptc


@pytest.fixture(scope="module", params=["here", "there"])
def tracker(request: pytest.FixtureRequest, listed: Ptc) -> Iterator[Ptc]:
    """That one without the daemon, and with it."""
    if request.param == "here":
        yield listed
        return
    with with_daemon(listed, listed.folder / "runtime") as there:
        yield there


def test_a_session_at_the_prompt(tracker: Ptc) -> None:
    (tracker.project / "mine.py").unlink(missing_ok=True)
    with tracker.on_a_terminal("repl") as screen:
        screen.expect("ptc>")
        screen.type("rows = tickets.list_tickets(stat\t")
        screen.expect("us=")
        screen.type("'wai\t")
        screen.expect("ting")
        screen.type("')\r")
        screen.expect("1 call")
        screen.expect("ptc>")

        screen.type("rows[0]['titel']")
        screen.expect('has no key "titel"')  # below the entry, before it is entered
        screen.type("\x03")
        screen.expect("ptc>")

        screen.type("rows?\r")
        screen.expect("list[Ticket]")
        screen.expect("ptc>")
        screen.type("[{'id': row['id'], 'days': row['days_open']} for row in rows]\r")
        screen.expect("id")
        screen.expect("─")  # the line below the names of a table's columns
        screen.expect("T-1")
        screen.expect("ptc>")

        screen.type("rows[0]['titel']\r")
        screen.expect("help: Did you mean 'title'?")
        screen.expect("rejected")
        screen.expect("ptc>")

        screen.type("plain.sleep(seconds=50)\r")
        screen.expect("1 in flight")
        screen.interrupt()
        screen.expect("cancelled")
        screen.expect("ptc>")

        screen.type("%save mine.py\r")
        screen.expect("ptc run mine.py")
        screen.expect("ptc>")
        screen.type("\x04")
        screen.rest()
        assert screen.exit_code() == 0

    done = tracker("run", "mine.py", "--json")
    assert json.loads(done.stdout)["value"][0]["id"].startswith("T-")


def test_what_is_longer_than_the_screen_goes_to_the_pager(tracker: Ptc) -> None:
    pager = tracker.project / "pager"
    pager.write_text("#!/bin/sh\nwc -l\n")
    pager.chmod(0o755)
    with tracker.on_a_terminal("repl", PAGER=str(pager)) as screen:
        screen.expect("ptc>")
        screen.type("[{'n': n} for n in range(300)]\r")
        screen.expect("30")
        screen.expect("ok")
        screen.type("\x04")
        assert "299" not in screen.rest()
