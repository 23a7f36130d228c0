"""What is held back, at the command line: said by every command that lists, shown, refused and approved."""

from __future__ import annotations

import json

import pytest

from tests.integration.cli.conftest import Ptc
from tests.offers import ADD, ECHO, NARROWED, Offer


@pytest.fixture
def offer(alone: Ptc) -> Offer:
    """A server that was used, and has changed since."""
    assert alone.config is not None
    found = Offer(folder=alone.folder)
    found.be(ADD, ECHO, instructions="Use it well.")
    alone.config.write_text(found.configuration())
    assert alone("tools", "list").returncode == 0
    found.be(NARROWED | {"description": "Add\u200b them."}, ECHO, instructions="Use it well. Always.")
    return found


def test_what_changed_is_said_shown_refused_and_approved(alone: Ptc, offer: Offer) -> None:
    listed = alone("tools", "list", "--refresh")
    servers = alone("servers", "list")
    shown = alone("servers", "diff", "s")
    assert "s.add" not in listed.stdout
    assert "tool 'add' is held back: it is no longer as it was approved" in listed.stderr
    assert "2 held back" in servers.stdout
    assert shown.returncode == 0
    assert shown.stdout.startswith("s.add  changed, breaking\n  ! parameter 'b': another type: str, was int\n")
    assert "  -description: Add two numbers.\n  +description: Add\\u200b them.\n" in shown.stdout
    assert "  +instructions: Use it well. Always." in shown.stdout
    assert "hidden-characters" in shown.stdout

    unasked = alone("servers", "approve", "s.add")
    assert (unasked.returncode, "nobody to ask" in unasked.stderr) == (4, True)
    mistaken = alone("servers", "approve", "s.ad", "--yes")
    assert (mistaken.returncode, "s.add" in mistaken.stderr) == (2, True)
    assert alone("servers", "approve").returncode == 2
    refused = json.loads(alone("servers", "reject", "s.add", "--json").stdout)
    assert refused["rejected"] == ["s.add"]
    told = json.loads(alone("servers", "diff", "--json").stdout)["held"]
    assert [(each["tool"], each["reason"], each["breaking"]) for each in told] == [
        ("add", "refused", True),
        (None, "changed", False),
    ]
    assert told[0]["old"]["description"] == "Add two numbers."

    approved = json.loads(alone("servers", "approve", "--all", "--yes", "--json").stdout)
    assert approved["approved"] == ["s.add", "s (instructions)"]
    assert json.loads(alone("run", "-c", "s.add(a=1, b='2')", "--json").stdout)["value"] == "add"
    assert "nothing is held back" in alone("servers", "diff").stderr


def test_a_person_who_is_shown_the_change_and_says_no_is_told_of_it_again(alone: Ptc, offer: Offer) -> None:
    alone("tools", "list", "--refresh")
    with alone.on_a_terminal("servers", "approve", "s") as screen:
        screen.expect("Let these 2 be used as shown?")
        screen.type("n\r")
        screen.expect("0 of 2 approved")
    findings = json.loads(alone("doctor", "--json").stdout)["findings"]

    held = [finding for finding in findings if "held back" in finding["message"]]
    assert [finding["level"] for finding in held] == ["warn", "warn"]
    assert "ptc servers approve s.add" in held[0]["fix"]
