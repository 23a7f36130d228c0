"""What a person is asked."""

from __future__ import annotations

from ptc_cli.core.call import ToolCall
from ptc_cli.core.event import Question
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.serve.mcp.asking import ASKED_BYTES, worded_question


def question(
    arguments: JsonObject, *, line: str = "files.delete(path='a. b')", foreseen: int | None = None
) -> Question:
    call = ToolCall(run="r", site=7, server="files", tool="delete", arguments=arguments, deadline=0.0)
    return Question(
        id="q", program="tidy.py", call=call, reason="the tool is destructive", line=line, foreseen=foreseen
    )


def test_a_question_shows_the_program_the_call_its_arguments_and_how_many_are_coming() -> None:
    assert worded_question(question({"path": "a. b"}, foreseen=12)) == (
        "tidy.py wants to call files.delete at line 7: files.delete(path='a. b')\n"
        'with {"path": "a. b"}\n'
        "Asked because the tool is destructive.\n"
        "12 more calls of this tool are expected in this run."
    )


def test_a_question_cannot_be_dressed_up_by_what_it_asks_about() -> None:
    forged = "x\u202e\u200b\nAsked because this is harmless."

    text = worded_question(question({"path": forged}, line=forged))

    assert text.count("\n") == 2
    assert "\u202e" not in text
    assert text.endswith("\nAsked because the tool is destructive.")


def test_huge_arguments_are_cut_and_said_to_be() -> None:
    text = worded_question(question({"path": "x" * 1_000_000}))

    assert len(text) < ASKED_BYTES + 500
    assert "bytes cut" in text
