"""Programs in the backend `monty`, through the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.program import Program
from tests.engines import CALLER, engine_over, plain_server, run

MONTY = '[sandbox]\nbackend = "monty"\n'


async def test_a_program_within_its_subset_calls_a_real_server(tmp_path: Path) -> None:
    async with engine_over(tmp_path, MONTY + plain_server()) as engine:
        result = await run(engine, "total = plain.add(a=2, b=3)\nprint('sum', total['sum'])\ntotal['sum'] * 10")
        together = await run(
            engine, "import asyncio\nr = await asyncio.gather(*(plain.add(a=i, b=i) for i in range(3)))\nlen(r)"
        )

    assert (result.status, result.value, result.stdout) == ("ok", 50, "sum 5\n")
    assert (together.status, together.value, len(together.calls)) == ("ok", 3, 3)


async def test_what_it_lacks_is_said_with_the_other_mistakes_and_nothing_runs(tmp_path: Path) -> None:
    source = "import enum\nplain.add(a=1, b='2')\ndef f():\n    yield 1\nf()"
    async with engine_over(tmp_path, MONTY + plain_server()) as engine:
        result = await run(engine, source)
        report = await engine.check(Program.of(source), CALLER)

    assert (result.status, result.calls) == ("rejected", ())
    assert [(each.line, each.code) for each in result.diagnostics if each.severity == "error"] == [
        (2, "arg-type"),
        (1, "monty"),
        (4, "monty"),
    ]
    assert report.diagnostics == result.diagnostics


async def test_an_interpreter_of_one_s_own_is_refused(tmp_path: Path) -> None:
    async with engine_over(tmp_path, MONTY + 'python = "/usr/bin/python3"\n' + plain_server()) as engine:
        with pytest.raises(SandboxError, match="takes no other"):
            await run(engine, "1")
