from __future__ import annotations

import ast

import pytest

from ptc_cli.core.program import face_of, naming_value, unbound_names


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\nawait f()", 2),
        ("async def f(): pass", 1),
        ("import asyncio", 1),
        ("from asyncio import gather", 1),
        ("import os, asyncio.tasks", 1),
        ("\nx = [y async for y in z()]", 2),
        ("async with a: pass", 1),
        ("def f():\n  pass\nasync for x in y: pass", 3),
    ],
)
def test_a_program_that_awaits_is_async_and_says_where(source: str, line: int) -> None:
    reason = face_of(ast.parse(source))

    assert (reason.face, reason.line) == ("async", line)


@pytest.mark.parametrize(
    "source", ["", "x = 'await'", "import asyncio_helpers", "from .asyncio import x", "def f(): pass"]
)
def test_any_other_program_is_sync(source: str) -> None:
    assert face_of(ast.parse(source)).face == "sync"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("github.search()", {"github"}),
        ("github = 3\ngithub + 1", set()),
        ("import github\ngithub.x()", set()),
        ("def f():\n    return slack.post()", {"slack"}),
        ("def f(slack):\n    return slack.post()", set()),
        ("def f():\n    global slack\n    slack = 1\nf()\nslack", set()),
        ("class A:\n    x = github.y", {"github"}),
        ("[github.x(i) for i in range(3)]", {"github"}),
        ("lambda: jira.x", {"jira"}),
        ("for github in []: pass\ngithub", set()),
        ("print(len([]))", set()),
        ("if (n := jira.x()): print(n)", {"jira"}),
        ("try: pass\nexcept E as github: pass", {"E"}),
    ],
)
def test_names_that_are_used_and_never_bound_at_module_level_are_found(source: str, names: set[str]) -> None:
    assert unbound_names(source) == names


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1", "_ = (1)"),
        ("x = 1; x  # what it is", "x = 1; _ = (x)  # what it is"),
        ("é = 'ü'; é + 'ö'\r\n", "é = 'ü'; _ = (é + 'ö')\r\n"),
        ("(\n1,\n2)\n", "_ = ((\n1,\n2))\n"),
        ("*a, b", "_ = (*a, b)"),
        ("await f()", "_ = (await f())"),
        ("x = 1", "x = 1"),
        ("if x:\n    x", "if x:\n    x"),
        ("x +", "x +"),
        ("", ""),
    ],
)
def test_a_programs_value_is_named_and_all_else_stays_where_it_was(source: str, expected: str) -> None:
    assert naming_value(source) == expected
