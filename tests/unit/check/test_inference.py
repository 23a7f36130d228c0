"""Helpers without annotations: what is wrong in them is found, and a right program is never stopped for them."""

from __future__ import annotations

import pytest

from tests.unit.check.conftest import Check
from tests.unit.check.test_verdicts import programs

pytestmark = pytest.mark.asyncio(loop_scope="module")

RIGHT, WRONG = programs("helpers_right.txt"), programs("helpers_wrong.txt")


@pytest.mark.parametrize(("title", "text"), RIGHT, ids=[title for title, _ in RIGHT])
async def test_a_right_program_passes(check: Check, title: str, text: str) -> None:
    assert (await check(text)).errors == ()


@pytest.mark.parametrize(("title", "text"), WRONG, ids=[title for title, _ in WRONG])
async def test_a_wrong_program_is_rejected_where_it_is_wrong(check: Check, title: str, text: str) -> None:
    line, code = title.partition(": ")[2].split()

    report = await check(text)

    assert [(error.line, error.code) for error in report.errors] == [(int(line), code)], report.diagnostics


@pytest.mark.parametrize(("title", "text"), WRONG, ids=[title for title, _ in WRONG])
async def test_what_was_inferred_for_one_program_is_forgotten_for_the_next(check: Check, title: str, text: str) -> None:
    first = await check(text)
    await check("def total(rows): return rows\ntotal(1)")

    assert (await check(text)).diagnostics == first.diagnostics


async def test_a_hint_is_given_inside_a_helper_as_outside(check: Check) -> None:
    report = await check("def f(c):\n    return c['nme']\nf(crm.get_contact(1))")

    assert [error.hint for error in report.errors] == ["Did you mean 'name'?"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def up(x):\n    return x.upper()\nprint(up('a'), up(1))", 2),
        ("def pick(flag):\n    if flag:\n        return 1\n    return 'a'\nprint(pick(True) + 1)", 5),
        ("def find(n):\n    if n:\n        return crm.get_contact(n)\n    return None\nprint(find(1)['name'])", 5),
    ],
    ids=["calls that disagree", "returns that disagree", "a return of None"],
)
async def test_what_is_wrong_for_some_calls_only_is_a_warning(check: Check, source: str, line: int) -> None:
    report = await check(source)

    assert report.passed
    assert [warning.line for warning in report.warnings] == [line]
    assert not (await check(source, strict=True)).passed


async def test_a_helper_of_which_nothing_is_known_is_named(check: Check) -> None:
    source = "import functools\ndef f(c, n):\n    return c['nme'] * n\nfunctools.partial(f, n=2)"

    report = await check(source)

    assert [(each.line, each.code, each.severity) for each in report.diagnostics] == [(2, "unchecked", "warning")]
    assert report.warnings[0].hint == "Annotate its parameters, as in: def f(row: dict[str, str])"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("f = lambda c: c['nme']\nf(crm.get_contact(1))", 1),
        (
            "import functools\ndef retry(f):\n    return functools.wraps(f)(f)\n@retry\ndef load(c):\n    return c['nme']",
            5,
        ),
    ],
    ids=["a lambda with a name", "an unknown decorator"],
)
async def test_a_function_that_inference_passes_over_is_named(check: Check, source: str, line: int) -> None:
    report = await check(source)

    assert [(each.line, each.code, each.severity) for each in report.diagnostics] == [(line, "unchecked", "warning")]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return f([x])\nf(1)",
        "def f(x): return g(x)\ndef g(x): return f(x)\nf(1)",
        "def f(x): return f\nf(1)(2)(3)",
        "def f(f): return f(f)\nf(f)",
        "f = lambda f: f(f)\ndef g(x): return x(x)\ng(g)",
        "def f(*a, **k): return f(*a, **k)\nf(f, f=f)",
        "def f(x=f'{1}'): return [f(f) for f in [f]]\nprint(f(f))",
        "class A:\n    def f(self): return A\n    def g(self): return self.f()().g()\nA().g()",
        "class A:\n    def __init__(self, a): self.a = a\nA(A(A(1)))",
        "def f():\n    class B:\n        def g(self): return B()\n    return B()\nf().g().g()",
        "from typing import NamedTuple\nclass N(NamedTuple):\n    a: int\ndef f(n): return n\nf(N(1)).a",
        "def f(x): return map(f, x)\nlist(map(f, [1, [2]]))",
        "def f(a, b): return a\nprint(f'{sorted([1], key=f)}', sorted([1], key=f), map(f, [1], [2]))",
        "def 日本(c): return c\nx = '日本'; print(list(map(日本, [1])), list(map(日本, ['a'])))",
        "def f(x):\n    def f(x):\n        def f(x): return x\n        return f(x)\n    return f(x)\nf(1)",
        "def f(): yield f\nnext(next(f())())",
        "async def f(x):\n    return await x\nawait f(f(f(f(3))))",
    ],
)
async def test_odd_functions_neither_break_the_checker_nor_what_comes_after(check: Check, source: str) -> None:
    report = await check(source)

    assert not [error for error in report.errors if error.code in ("check-failed", "check-timeout")]
    assert (await check("crm.get_contact(1)['name']")).passed
    assert not (await check("crm.get_contact(1)['nme']")).passed


async def test_a_program_of_many_helpers_is_checked(check: Check) -> None:
    helpers = [f"def f{n}(c):\n    return f{n + 1}(c)" for n in range(40)]

    report = await check("\n".join([*helpers, "def f40(c):\n    return c['nme']", "f0(crm.get_contact(1))"]))

    assert "check-timeout" not in [error.code for error in report.errors]
