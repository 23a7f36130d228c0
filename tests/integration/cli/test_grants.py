"""An answer that is remembered: given at a prompt, listed, and forgotten."""

from __future__ import annotations

import json

from tests.integration.cli.conftest import Ptc


def test_a_remembered_answer_is_listed_shown_with_its_run_and_forgotten(ptc: Ptc) -> None:
    with ptc.on_a_terminal("run", "-c", "plain.nothing()") as screen:
        screen.expect("wants to call")
        screen.expect("[r]emember")
        screen.type("r\n")
        screen.rest()
        assert screen.exit_code() == 0
        assert "ptc servers revoke plain.nothing" in screen.seen
    listed = json.loads(ptc("servers", "grants", "--json").stdout)["grants"]
    shown = ptc("runs", "show", "last").stdout
    unasked = ptc("run", "-c", "plain.nothing()")
    revoked = ptc("servers", "revoke", "plain.nothing")
    again = ptc("run", "-c", "plain.nothing()")

    assert [(each["tool"], each["standing"]) for each in listed] == [("plain.nothing", "holds")]
    assert [
        word for line in shown.splitlines() if "asks before" in line for word in line.split() if word in _WORDS
    ] == ["1", "plain.nothing", "remember", "cli"]
    assert unasked.returncode == 0
    assert "'plain.nothing' is asked for again" in revoked.stderr
    assert again.returncode == 6
    assert ptc("servers", "revoke", "plain.nothing").returncode == 2


_WORDS = {"1", "plain.nothing", "remember", "cli"}
