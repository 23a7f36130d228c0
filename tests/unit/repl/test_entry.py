import os

import pytest

from ptc_cli.repl.entry import Question, is_program, is_whole, prompt_command, question, shell_command
from ptc_cli.repl.reader import PlainReader


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("x = 1", True),
        ("await a.b()", True),
        ("for i in a:", False),
        ("for i in a:\n    b", False),
        ("for i in a:\n    b\n", True),
        ("if a:\n    b\nc", True),
        ("f(1,", False),
        ("'''", False),
        ("1 +", True),
        ("(" * 300, True),
        ("x\0", True),
        ("a.b?", True),
        ("@d", False),
    ],
)
def test_an_entry_is_whole_when_it_can_run_or_never_will(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a?", Question(name="a", wants_source=False)),
        (" a.b?? ", Question(name="a.b", wants_source=True)),
        ("a", None),
        ("x if y else z?", None),
        ("?", None),
    ],
)
def test_a_name_with_a_question_mark_is_a_question(text: str, asked: Question | None) -> None:
    assert question(text) == asked
    assert is_program(text) is (asked is None)


def test_commands_of_the_prompt_and_of_the_shell_are_no_programs() -> None:
    assert (prompt_command(" %time  1 + 1\n"), shell_command("!ls docs")) == ("time  1 + 1", "ls docs")
    assert (prompt_command("1 % 2"), shell_command("%x"), prompt_command("%a\nb")) == (None, None, None)
    assert not is_program("%save a.py")
    assert is_whole("!ls 'docs")


async def read_all(content: bytes) -> list[str]:
    source, sink = os.pipe()
    os.write(sink, content)
    os.close(sink)
    reader, entries = PlainReader(source), []
    while (entry := await reader.read()) is not None:
        entries.append(entry)
    os.close(source)
    return entries


async def test_a_pipe_gives_its_entries_one_by_one() -> None:
    entries = await read_all(b"x = 1\n\n\nfor i in x:\n    y\n\nz = (1,\n2)\nlast")

    assert entries == ["x = 1\n", "for i in x:\n    y\n\n", "z = (1,\n2)\n", "last"]


async def test_what_is_left_at_the_end_is_an_entry_too() -> None:
    assert await read_all(b"f(\n") == ["f(\n"]


async def test_bytes_that_are_no_text_do_not_end_the_session() -> None:
    assert await read_all(b"\xff\nx\n") == ["\ufffd\n", "x\n"]
