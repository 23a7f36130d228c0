"""What only monty does: say beforehand what of a program it does not have, and hold by an interpreter of its own."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic_monty import Monty, MontyError

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.errors import SandboxError, SandboxUnavailableError
from ptc_cli.core.execution import FunctionBinding, ModuleBinding
from ptc_cli.core.limits import Limits
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox import open_backend
from ptc_cli.sandbox.monty import installed
from ptc_cli.sandbox.monty.lacking import lacking
from ptc_cli.sandbox.monty.subset import MISSING_BUILTINS, MODULES, VERSION
from tests.sandboxes import Sandbox, Tools, started

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAMS = Path(__file__).parents[2] / "data" / "check"

LACKING = [
    ("def f():\n    yield 1\nlist(f())", "2:5 a generator"),
    ("def f():\n    yield from [1]\nlist(f())", "2:5 a generator"),
    ("import asyncio\nasync with asyncio.timeout(1):\n    pass", "2:1 'async with'"),
    ("async def f(): return 1\n[await x async for x in [f()]]", "2:20 an asynchronous comprehension"),
    ("x = {'a': 1}\ndel x['a']", "2:1 'del'"),
    ("try:\n    1/0\nexcept* ValueError:\n    pass", "1:1 'except*'"),
    ("class A(ValueError):\n    pass", "1:9 a class with a base or a metaclass"),
    ("class A:\n    @property\n    def f(self): return 1", "2:6 a decorated method"),
    ("from enum import Enum", "1:1 the module 'enum'"),
    ("import é_, threading", "1:8 the module 'é_'"),
    ("import os.path, string", "1:17 the module 'string'"),
    ("import sys\nsys.exit(1)", "2:1 'sys.exit'"),
    ("import asyncio as a\n'é'; a.create_task", "2:6 'asyncio.create_task'"),
    ("from typing import Any, TypedDict", "1:25 'typing.TypedDict'"),
    ("from math import *", "1:1 'import *'"),
    ("print(1)\nexit()", "2:1 'exit'"),
    ("def f(x): return issubclass(x, int)\nf(1)", "1:18 'issubclass'"),
    ("import asyncio\nasync def f(): return 1\nawait asyncio.gather(f(), return_exceptions=True)", "3:45 a keyword"),
    ("open('x')", "1:1 a file"),
    (
        "import ptc\ntry:\n    demo.fail('error')\nexcept ptc.ToolError as e:\n    print(e.kind)",
        "5:11 the field 'kind'",
    ),
    ("d = {'a': 1}\nmax(d, key=d.get)", "2:12 a method that is not called"),
    ("list(map(str.upper, ['a']))", "1:10 a method that is not called"),
    ("def f(): return 1\nf.calls = 0", "2:1 an attribute of a function"),
    ("from ptc import Content", "1:17 'ptc.Content'"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def monty() -> AsyncIterator[Sandbox]:
    async with started(SandboxSettings(backend="monty")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Monty]:
    with Monty(max_processes=1) as pool:
        yield pool


def runs(interpreter: Monty, source: str) -> bool:
    """Say whether monty itself gets to the end of a program."""
    try:
        with interpreter.checkout() as session:
            session.feed_run(source, print_callback=lambda *_: None)
    except MontyError:
        return False
    return True


@pytest.mark.parametrize(("source", "said"), LACKING)
async def test_what_monty_lacks_is_said_at_its_place_and_does_not_run(monty: Sandbox, source: str, said: str) -> None:
    found = [f"{each.line}:{each.column} {each.message}" for each in lacking(source)]
    ran = await monty.run(source)

    assert found[0].startswith(said)
    assert ran.outcome.status == "failed", ran.outcome


async def test_every_remark_is_an_error_that_says_what_to_do() -> None:
    remark = lacking("import asyncio\nasyncio.create_task(1)")[0]

    assert (remark.severity, remark.code) == ("error", "monty")
    assert remark.hint == 'Use asyncio.gather. Set backend = "zygote" under [sandbox] for all of Python.'
    assert remark.end_column == len("asyncio.create_task") + 1


@pytest.mark.parametrize("module", MODULES)
async def test_the_names_that_a_program_may_import_are_there(interpreter: Monty, module: str) -> None:
    assert runs(interpreter, f"from {module} import {', '.join(MODULES[module])}")


async def test_the_built_in_names_that_are_refused_are_not_there(interpreter: Monty) -> None:
    assert [name for name in sorted(MISSING_BUILTINS) if runs(interpreter, name)] == []


async def test_the_tables_are_of_the_version_that_is_installed() -> None:
    assert importlib.metadata.version("pydantic-monty").rpartition(".")[0] == VERSION.rpartition(".")[0]


@pytest.mark.parametrize(
    "source",
    [
        "exit = 1\nexit", "def vars(x): return x\nvars(1)", "import json\njson.dumps({'a': 1})", "import os\nos.path.join('a', 'b')",
        "x = 1\nx.exit", "import tools\ntools.demo.add(1, 2)", "class A:\n    x: int = 1", "[x for x in (1, 2)]", "def f(", "a\x00",
        "from __future__ import annotations", "try:\n    import yaml\nexcept ImportError:\n    yaml = None", "from tools.demo import *", "try:\n    1/0\nexcept ValueError as e:\n    e.kind",
    ],
)  # fmt: skip
async def test_what_monty_has_is_not_remarked_on(source: str) -> None:
    assert lacking(source) == ()


def right_programs() -> Iterator[tuple[str, str]]:
    for part in (PROGRAMS / "right.txt").read_text().split("### ")[1:]:
        title, _, text = part.partition("\n")
        yield title, text
    for line in (PROGRAMS / "programs.jsonl").read_text().splitlines():
        case = json.loads(line)
        if case["verdict"] == "accept":
            yield case["id"], case["code"]


async def test_what_is_not_remarked_on_of_programs_as_agents_write_them_is_not_lacking(monty: Sandbox) -> None:
    """They are not given what their tools would return: they may fail for that, not for what monty lacks."""
    functions = [FunctionBinding(name=name, tool=name, positional=("a", "b", "c")) for name in _crm_tools()]
    bindings = (ModuleBinding(module="crm", server="crm", functions=tuple(functions), types=_crm_types()),)
    clean = [(title, text) for title, text in right_programs() if not lacking(text)]
    failures = {}
    for title, text in clean:
        ran = await monty.run(text, bindings=bindings, tools=Anything(), limits=Limits(wall_seconds=1.5))
        error = ran.outcome.error
        if error is not None and error.type not in _FOR_WANT_OF_ANSWERS:
            failures[title] = error.type

    # A tool that goes to `map` under another name: syntax does not tell that it is one.
    assert failures == {"tool_as_a_value": "NotImplementedError"}
    assert len(clean) >= 48


_FOR_WANT_OF_ANSWERS = ("KeyError", "IndexError", "TypeError", "ValueError", "AssertionError", "LimitExceeded")


class Anything(Tools):
    async def _answer(self, call: ToolCall) -> ToolResult:
        return ToolResult(value={"id": 1, "name": "n", "items": []})


def _crm_tools() -> list[str]:
    return re.findall(r"^def (\w+)", (PROGRAMS / "crm_stub.txt").read_text(), re.MULTILINE)


def _crm_types() -> tuple[str, ...]:
    return tuple(re.findall(r"^class (\w+)", (PROGRAMS / "crm_stub.txt").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("source", "memory_bytes", "limit"),
    [
        ("'a' * 10 ** 12", 64 << 20, "memory_bytes"),
        ("10 ** 10 ** 8", 64 << 20, "memory_bytes"),
        ("10 ** 10 ** 8", 1 << 30, "cpu_seconds"),
        ("sum(range(10 ** 12))", 64 << 20, "cpu_seconds"),
    ],
)
async def test_one_operation_that_is_a_bomb_ends_by_its_limit(
    monty: Sandbox, source: str, memory_bytes: int, limit: str
) -> None:
    ran = await monty.run(source, limits=Limits(wall_seconds=20, cpu_seconds=1, memory_bytes=memory_bytes))

    assert ran.outcome.limit is not None, ran.outcome
    assert (ran.outcome.status, ran.outcome.limit.name) == ("limit", limit)


@pytest.mark.parametrize(
    "source",
    [
        "x = []\nfor _ in range(10 ** 6): x = [x]\nx",
        "x = []\nx.append(x)\nx",
        "def f(n): return f(n + 1)\nf(0)",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        "'x' * (400 << 20)",
        "import json\njson.loads('[' * 10 ** 6)",
        "str(eval('(' * 10 ** 5))",
        "\u2028".join(["x = 1"] * 3),
    ],
)
async def test_whatever_it_makes_of_a_program_the_next_one_runs(monty: Sandbox, source: str) -> None:
    ran = await monty.run(source, limits=Limits(wall_seconds=20, cpu_seconds=5))

    assert ran.outcome.status in ("ok", "failed", "limit", "killed")
    assert await monty.value("demo.add(1, 2)") == 3


@pytest.mark.parametrize(
    "source",
    [
        "open('/etc/passwd').read()", "open('/tmp/x', 'w')", "import os\nos.listdir('/')", "import os\nos.environ['HOME']",
        "import pathlib\npathlib.Path('/etc/passwd').read_text()", "import os\nos.mkdir('/tmp/ptc-monty')",
        "import os\nos.getenv('HOME')", "print.__globals__", "().__class__.__base__.__subclasses__()",
        "(lambda: 1).__code__", "import tools.demo\ntools.demo.add.__globals__", "eval(\"__import__('os')\")",
    ],
)  # fmt: skip
async def test_the_host_cannot_be_reached(monty: Sandbox, source: str) -> None:
    ran = await monty.run(source)

    assert ran.outcome.status == "failed", ran.outcome


async def test_its_layers_are_said_and_one_that_it_lacks_refuses() -> None:
    async with started(SandboxSettings(backend="monty", require=("own-interpreter", "rlimits"))) as sandbox:
        assert sandbox.layers.backend == "monty"
        assert {"own-interpreter", "rlimits"} <= set(sandbox.layers.holding)
    backend = open_backend(SandboxSettings(backend="monty", require=("seccomp",)))

    with pytest.raises(SandboxUnavailableError, match="seccomp is missing"):
        await backend.start()


async def test_the_layer_that_only_monty_has_is_missing_elsewhere() -> None:
    with pytest.raises(SandboxUnavailableError, match="own-interpreter is missing"):
        async with started(SandboxSettings(backend="zygote", require=("own-interpreter",))):
            pass


async def test_where_it_is_not_installed_the_hint_says_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in an environment without it: nothing of it is found on the path.
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    monkeypatch.delitem(sys.modules, "pydantic_monty")

    with pytest.raises(SandboxUnavailableError, match="not installed") as caught:
        installed.installed()
    assert caught.value.hint == "pip install 'ptc-cli[monty]'"


async def test_a_session_is_refused(monty: Sandbox) -> None:
    with pytest.raises(SandboxError, match="sessions are not supported by the monty backend"):
        await monty.open_session()


async def test_all_names_of_our_own_modules_can_be_imported(monty: Sandbox) -> None:
    source = (
        "from ptc import *\nfrom tools import *\nfrom tools.demo import *\n"
        "try:\n    fail('denied')\nexcept ToolDenied as e:\n    r = str(e)\n"
        "[add(1, 2), demo.add(1, 2), call('demo', 'add', {'a': 1, 'b': 2}), Issue(title='t'), r]"
    )
    assert await monty.value(source) == [3, 3, 3, {"title": "t"}, "upstream says no\nAsk nicely."]


async def test_sleeps_overlap_and_pass(monty: Sandbox) -> None:
    source = (
        "import asyncio, time\nasync def f(n):\n    await asyncio.sleep(n / 100)\n    return n\n"
        "time.sleep(0.01)\nawait asyncio.gather(*[f(n) for n in (3, 1, 2)], asyncio.sleep(0.01))"
    )
    assert await monty.value(source) == [3, 1, 2, None]


async def test_what_a_program_leaves_in_a_prewarmed_process_is_not_another_s() -> None:
    async with started(SandboxSettings(backend="monty")) as sandbox:
        await sandbox.backend.prewarm(1)
        first: Any = await sandbox.value("x = 5\nx")
        await asyncio.sleep(0)
        second = (await sandbox.run("x")).outcome.error

    assert first == 5
    assert second is not None
    assert second.type == "NameError"
