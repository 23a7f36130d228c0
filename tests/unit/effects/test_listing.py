"""What is listed of programs written by hand: tricky ones, exactly."""

from __future__ import annotations

import pytest

from ptc_cli.core.effects import Effect
from ptc_cli.effects import effects
from tests.unit.effects.world import VIEW, listed, surprises

GITHUB = "github.create_issue github.delete github.search"
SLACK = "slack.post slack.read"

# Each: the program, the tools that are listed, and the lines of unknown reach.
TRICKY: list[tuple[str, str, list[int]]] = [
    ("x = 1", "", []),
    ("github", "", []),
    ("import tools.github as g\ng.search()", "github.search", []),
    ("import tools\ntools.github.search()", "github.search", []),
    ("import tools as t\nt.github.search()", "github.search", []),
    ("import tools.github\ntools.slack.post()", "slack.post", []),
    ("from tools import github as g\ng.search()", "github.search", []),
    ("from tools.github import search as s\ns()", "github.search", []),
    ("from tools.github import search", "", []),
    ("from tools.github import *\nsearch()", "github.search", []),
    ("from tools import *\ngithub.search()", "github.search", []),
    ("tools.my_mail.send()", "my_mail.send", []),
    ("mcp__github__search()", "github.search", []),
    ("mcp__github__create_issue()", "github.create_issue", []),
    ("f = github.search", "github.search", []),
    ("f = github.search\nf()", "github.search", []),
    ("a = b = github\nb.search()", "github.search", []),
    ("g = h\nh = k\nk = github\ng.search()", "github.search", []),
    ("a, b = github, slack\na.search()\nb.post()", "github.search slack.post", []),
    ("(a, [b]) = (github, [slack])\nb.post()", "slack.post", []),
    ("a, *b = github, slack\nb[0].post()", f"{GITHUB} {SLACK}", []),
    ("fs = [github.search, slack.post]\nfs[0]()", "github.search slack.post", []),
    ("fs = {'a': github.search}\nfs['a']()", "github.search", []),
    ("def f(g=github): g.search()\nf()", "github.search", []),
    ("def f(*, s=github.search): s()\nf()", "github.search", []),
    ("(lambda g=github: g.search())()", "github.search", []),
    ("if (g := github): g.search()", "github.search", []),
    ("for g in (github, slack): print(g)", "", []),
    ("for g in (github,): g.search()", "github.search", []),
    ("[m.search() for m in [github]]", "github.search", []),
    ("class A:\n    g = github\nA.g.search()", GITHUB, []),
    ("class A:\n    from tools import slack\nA.slack.post()", SLACK, []),
    ("def f():\n    g = github\n    def h(): return g.search()\n    return h\nf()()", "github.search", []),
    ("import functools\nfunctools.partial(github.search, q=1)()", "github.search", []),
    ("getattr(github, 'search')()", "github.search", []),
    ("getattr(github, 'sea' + 'rch', None)()", "github.search", []),
    ("getattr(tools, 'github').search()", "github.search", []),
    ("getattr(github, name)()", GITHUB, []),
    ("getattr = None\ngetattr(github, 'search')", GITHUB, []),
    ("vars(github)['search']()", GITHUB, []),
    ("github.__dict__['search']()", GITHUB, []),
    ("print(github, dir(slack), github.__name__, f'{github}', github is None)", "", []),
    ("def f(m): m.search()\nf(github)", GITHUB, []),
    ("def f(): return github\nf().search()", GITHUB, []),
    ("x = {'g': github}", GITHUB, []),
    ("x == github", GITHUB, []),
    ("x in [github]", GITHUB, []),
    ("import contextlib\nwith contextlib.nullcontext(github) as g: g.search()", GITHUB, []),
    ("match github:\n    case g: g.search()", GITHUB, []),
    ("identity(tools)", f"{GITHUB} {SLACK} my_mail.send", []),
    ("eval('github.search()')", "", [1]),
    ("exec('github.search()')", "", [1]),
    ("e = eval\ne('github.search()')", "", [1]),
    ("globals()['github'].search()", "", [1]),
    ("__import__('tools.github')", "", [1]),
    ("import importlib\nimportlib.import_module('tools.github')", "", [1, 2]),
    ("import sys\nprint(sys.argv)", "", []),
    ("import sys\nsys.modules['tools.github'].search()", "", [2]),
    ("import sys\nm = sys\nvars(m)", "", [3]),
    ("from os import sys\nsys.platform", "", [1]),
    ("import inspect", "", [1]),
    ("github.search.__closure__", "github.search", [1]),
    ("from operator import attrgetter\nattrgetter('__globals__')(print)", "", [2]),
    ("__builtins__", "", [1]),
    ("from . import github", "", [1]),
    ("import ptc\nptc.call('github', 'search', {})", "github.search", []),
    ("import ptc\nptc.call('my-mail', 'send')", "my_mail.send", []),
    ("import ptc\nptc.call(server='github', tool='create-issue')", "github.create_issue", []),
    ("import ptc\nptc.call('github', f'{\"search\"}')", "github.search", []),
    ("import ptc\nptc.call('github', name)", "", [2]),
    ("import ptc\nptc.call('github', 'nothing')", "", [2]),
    ("import ptc\nptc.call(*x)", "", [2]),
    ("from ptc import call as c\nc(**x)", "", [2]),
    ("import ptc\nlist(map(ptc.call, x, y))", "", [2]),
    ("import ptc\nf(ptc)", "", [2]),
    ("import ptc\nptc.progress(1, 2)\nptc.tools('github')", "", []),
    ("import ptc\nptc.read_resource('github', 'file:///a')", "", []),
    ("import ptc\nptc.read_resource('github', uri)", "", [2]),
    ("github = open('x')\ngithub.search()", "", []),
    ("def f(github): return [g.name for g in github]\nf([])", "", []),
    ("for github in []: github.search()", "", []),
    ("class A:\n    github = github\nA.github.post()", GITHUB, []),
    ("class A:\n    github = 1\n    def f(self): github.search()\nA().f()", "github.search", []),
    ("def f():\n    global g\n    g = github\nf()\ng.search()", "github.search", []),
    ("def f():\n    def h():\n        nonlocal g\n        g = github\n    g = None\n    h()\n    g.search()\nf()", "github.search", []),
    ("async def f(): return await github.search()\nimport asyncio\nasyncio.run(f())", "github.search", []),
    ("import asyncio\nasync with asyncio.TaskGroup() as t: t.create_task(github.search())", "github.search", []),
    ("def f(x: github.Issue) -> 'slack.Post': ...", "", []),
    ("@github.search\ndef f(): ...", "github.search", []),
    ("try:\n    pass\nexcept github.Error:\n    github.delete()", "github.delete", []),
    ("del github", "", []),
    ("github.nothing()", "", []),
    ("class A:\n    def f(self): return __g\n_A__g = github", "", [2]),
    ("github.search = github.delete\ngithub.search()", GITHUB, []),
    ("print('a __dict__ is a dict')", "", []),
    ("# eval\n'tools.github.delete'", "", []),
]  # fmt: skip

# Each: the program, and whether `github.search` is repeated in it.
TIMES: list[tuple[str, bool]] = [
    ("github.search()", False),
    ("github.search()\ngithub.search()", False),
    ("github.search(); github.search()", True),
    ("if x: github.search()\nelse: github.search(1)", False),
    ("for i in github.search(): pass", False),
    ("for i in x: github.search()", True),
    ("for i in x: pass\nelse: github.search()", False),
    ("while github.search(): pass", True),
    ("[i for i in github.search()]", False),
    ("[github.search() for i in x]", True),
    ("[i for j in x for i in github.search()]", True),
    ("[i for i in x if github.search()]", True),
    ("sorted(x, key=github.search)", True),
    ("list(map(lambda i: github.search(), x))", True),
    ("def f(): github.search()\nf()", False),
    ("def f(): github.search()\nf()\nf()", True),
    ("def f(): github.search()\nfor i in x: f()", True),
    ("def f(): github.search()\nlist(map(f, x))", True),
    ("def f(): github.search() or f()\nf()", True),
    ("def f(): github.search()\ndef g(): f()\ng()", False),
    ("def f(): github.search()\ndef g(): f()\ng()\ng()", True),
    ("def f(): github.search()\ng = f\ng()", False),
    ("@cache\ndef f(): github.search()\nf()", True),
    ("class A:\n    def f(self): github.search()", True),
    ("class A:\n    x = github.search()", False),
    ("f = github.search\nf()", False),
    ("f = github.search\nfor i in x: f()", True),
    ("f = lambda: github.search()\nf()", False),
    ("async def main(): await github.search()\nimport asyncio\nasyncio.run(main())", False),
    ("import asyncio\nawait asyncio.gather(*(github.search() for i in x))", True),
    ("import asyncio\nawait asyncio.gather(\n    github.search(),\n    github.search(),\n)", False),
    ("with x: github.search()", False),
    ("try: github.search()\nfinally: pass", False),
    ("github.search()\nexec('x')", True),
    ("f.__call__()\ndef f(): github.search()", True),
]


@pytest.mark.parametrize(("source", "tools", "unknown"), TRICKY, ids=[each[0][:60] for each in TRICKY])
def test_a_tricky_program_is_seen_through(source: str, tools: str, unknown: list[int]) -> None:
    found = effects(source, VIEW)

    assert {each.path for each in found.tools} == set(tools.split())
    assert list(found.unknown) == unknown


@pytest.mark.parametrize(
    "source", [each[0] for each in TRICKY if "await" not in each[0] and "async with" not in each[0]]
)
def test_a_tricky_program_does_nothing_that_was_not_foreseen(source: str) -> None:
    assert surprises([source]) == []


@pytest.mark.parametrize(("source", "is_repeated"), TIMES, ids=[each[0][:60] for each in TIMES])
def test_what_may_be_called_more_than_once_is_said(source: str, is_repeated: bool) -> None:
    (effect,) = effects(source, VIEW).tools

    assert effect.is_repeated is is_repeated


def test_a_tool_is_told_with_its_names_lines_claim_and_labels() -> None:
    source = "g = github\ng.search()\nprint(\n    g.search(2))\ng.create_issue()\ngithub.delete()"

    assert effects(source, VIEW).tools == (
        Effect(
            server="github", tool="search", path="github.search", lines=(2, 4), claim="reads", is_repeated=False,
            labels=("untrusted",),
        ),
        Effect(
            server="github", tool="create-issue", path="github.create_issue", lines=(5,), claim="writes",
            is_repeated=False,
        ),
        Effect(server="github", tool="delete", path="github.delete", lines=(6,), claim="destroys", is_repeated=False),
    )  # fmt: skip


def test_tools_of_a_server_that_is_let_go_are_told_from_those_that_are_named() -> None:
    found = effects("github.search()\nhelp_me(github)", VIEW).tools

    assert [(each.path, each.is_named, each.lines, each.is_repeated) for each in found] == [
        ("github.search", True, (1, 2), True),
        ("github.create_issue", False, (2,), True),
        ("github.delete", False, (2,), True),
    ]


def test_a_function_of_an_earlier_program_brings_its_tools_along() -> None:
    earlier = ["def f(): github.delete()\ndef g(): slack.post()", "h = f"]

    assert listed("x = 1", *earlier) == set()
    assert listed("h()", *earlier) == {"github.delete"}
    assert listed("f()\ng()", *earlier) == {"github.delete", "slack.post"}
    (effect,) = effects("x = 1\nh()", VIEW, earlier=earlier).tools
    assert (effect.lines, effect.is_repeated) == ((2,), True)


def test_names_of_earlier_programs_are_not_servers() -> None:
    assert listed("for each in slack: print(each)", "slack = github.search()") == {"github.search"}
    assert listed("g.post()", "from tools import slack as g") == {"slack.post"}
