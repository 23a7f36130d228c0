"""What a person is asked in a terminal."""

from __future__ import annotations

import io

from ptc_cli.console.question import show_question
from ptc_cli.core.call import ToolCall
from ptc_cli.core.event import Question


def shown(text: str = "hi", *, foreseen: int | None = 2, listed: tuple[str, ...] = ()) -> list[str]:
    call = ToolCall(run="r", site=3, server="mail", tool="send", arguments={"text": text}, deadline=0)
    question = Question(
        id="q",
        program="report.py",
        call=call,
        reason="server 'mail' asks before 'send'",
        line="mail.send(text=body)",
        foreseen=foreseen,
        listed=listed,
    )
    stream = io.StringIO()
    show_question(question, stream)
    return stream.getvalue().splitlines()


def test_a_question_shows_program_call_line_arguments_and_what_follows() -> None:
    assert shown(listed=("chat.post", "web.put")) == [
        "report.py wants to call mail.send: server 'mail' asks before 'send'",
        "  line 3: mail.send(text=body)",
        '  arguments: {"text": "hi"}',
        "  2 more calls of it can follow",
        "  also on the program's list: chat.post, web.put",
    ]


def test_nothing_is_said_of_a_last_call_and_that_it_is_not_known_where_it_is_not() -> None:
    assert len(shown(foreseen=0)) == 3
    assert shown(foreseen=None)[-1] == "  how many more calls of it follow is not known"


def test_arguments_cannot_write_to_the_screen_and_are_cut() -> None:
    lines = shown("\x1b[2J\r\n\u202eok" + "x" * 5000)

    assert len(lines) == 4
    assert not any(character in "".join(lines) for character in "\x1b\r\u202e")
    assert lines[2].endswith("...")
    assert len(lines[2]) < 2200
