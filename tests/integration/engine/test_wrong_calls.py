"""Ways to hide a wrong call from the type checker: each is stopped by the check or by the gate, and none arrives."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ptc_cli.engine import Engine
from tests.engines import engine_over, plain_server, run

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "plain.add(a='2', b=3)"

HIDDEN = {
    "in plain sight": WRONG,
    "Any": "from typing import Any, cast\ncast(Any, plain).add(a='2', b=3)",
    "variable of type Any": "from typing import Any\np: Any = plain\np.add(a='2', b=3)",
    "getattr": "getattr(plain, 'add')(a='2', b=3)",
    "unpacked dict": "a = {'a': '2', 'b': 3}\nplain.add(**a)",
    "unpacked JSON": 'import json\nplain.add(**json.loads(\'{"a": "2", "b": 3}\'))',
    "missing in unpacked JSON": "import json\nplain.add(**json.loads('{\"a\": 2}'))",
    "JSON": "import json\nplain.add(a=json.loads('[2]'), b=3)",
    "unknown in unpacked JSON": 'import json\nplain.add(**json.loads(\'{"a": 2, "b": 3, "c": 4}\'))',
    "unknown by ptc.call": "import ptc\nptc.call('plain', 'add', {'a': 2, 'b': 3, 'c': 4})",
    "unknown by getattr": "getattr(plain, 'add')(a=1, b=2, bb=2)",
    "unknown by a lambda": "f = lambda **more: plain.add(a=1, **more)\nf(b=2, c=3)",
    "exec": f"from tools import plain\nexec({WRONG!r})",
    "eval": f"from tools import plain\neval({WRONG!r})",
    "globals": "from tools import plain\nglobals()['plain'].add(a='2', b=3)",
    "importlib": "import importlib\nimportlib.import_module('tools.plain').add(a='2', b=3)",
    "sys.modules": "import sys, tools.plain\nsys.modules['tools.plain'].add(a='2', b=3)",
    "ptc.call": "import ptc\nptc.call('plain', 'add', {'a': '2', 'b': 3})",
    "helper without annotations": "def f(x): return plain.add(a=x, b=3)\nf('2')",
    "lambda": "f = lambda x: plain.add(a=x, b=3)\nf('2')",
    "decorator": "def d(f): return f\n@d\ndef f(x): return plain.add(a=x, b=3)\nf('2')",
    "module as a value": "def f(p): return p.add(a='2', b=3)\nf(plain)",
    "module in a dict": "d = {'p': plain}\nd['p'].add(a='2', b=3)",
    "no_type_check": f"from typing import no_type_check\n@no_type_check\ndef f(): {WRONG}\nf()",
    "NoReturn": f"from typing import NoReturn\ndef f() -> NoReturn: ...\nf()\n{WRONG}",
    "TYPE_CHECKING": f"from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    {WRONG}",
    "blocker": f"x: list[[print('a', 2, 3)]] = []\n{WRONG}",
    "narrowed to nothing": f"r = plain.add(a=1, b=2)\nif isinstance(r['sum'], str) or True:\n    {WRONG}",
    "kept by a context": f"from contextlib import contextmanager\n@contextmanager\ndef c():\n    try: yield\n"
    f"    except ValueError: pass\nwith c():\n    raise ValueError\n{WRONG}",
    "type: ignore": f"{WRONG}  # type: ignore",
    "own class": "class T:\n    def __getattr__(self, name): return getattr(plain, name)\nT().add(a='2', b=3)",
    "async": "import asyncio\nasync def f(x): return await plain.add(a=x, b=3)\nawait f('2')",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wrong") / "received.jsonl"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(received: Path) -> AsyncIterator[Engine]:
    async with engine_over(received.parent, plain_server("plain", "--log", str(received))) as opened:
        yield opened


def wrong_calls(received: Path) -> list[object]:
    messages = [json.loads(line) for line in received.read_text().splitlines()] if received.exists() else []
    sent = [each["params"]["arguments"] for each in messages if each.get("method") == "tools/call"]
    return [each for each in sent if each != {"a": 1, "b": 2}]


@pytest.mark.parametrize("name", HIDDEN)
async def test_a_wrong_call_never_reaches_the_server(engine: Engine, received: Path, name: str) -> None:
    result = await run(engine, HIDDEN[name])

    assert result.status in ("rejected", "failed")
    assert wrong_calls(received) == []
    if result.status == "failed":
        assert result.error is not None
        assert "plain.add: " in result.error.message, result.error
