"""What a program can do, as people read it."""

from __future__ import annotations

import io

from ptc_cli.console.effects import show
from ptc_cli.core.effects import Effects
from ptc_cli.effects import effects
from tests.unit.effects.world import VIEW


def shown(given: Effects | None) -> str:
    stream = io.StringIO()
    show(stream, given, "p.py")
    return stream.getvalue()


def test_tools_and_lines_of_unknown_reach_are_shown() -> None:
    source = "github.search()\nfor i in (1, 2):\n    slack.post()\neval('1')\neval('2')\nx(slack)"

    assert shown(effects(source, VIEW)) == (
        "p.py: can reach\n"
        "github.search              reads untrusted  1     repeatedly  allow\n"
        "slack.post                 unstated         3, 6  repeatedly  allow\n"
        "slack.read (within reach)  unstated         6     repeatedly  allow\n"
        "any tool, from line 4-5: each such call is judged as it is made\n"
    )


def test_a_program_that_calls_nothing_is_said_to() -> None:
    assert shown(Effects()) == "p.py: calls no tool\n"
    assert shown(None) == ""
