"""One caller's tree, search, diagnostics and errors never name what only another may see."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import pytest

from ptc_cli.core.catalog import Caller, ServerEntry
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.program import Program
from ptc_cli.engine import Engine
from tests.engines import REPOSITORY, engine_over, plain_server, run

EVERYTHING = Caller(door="mcp", token="admin")
LITTLE = Caller(door="mcp", token="guest", servers=("open",), tools=("open.add", "open.echo"))
HIDDEN = ("vault", "tool_0000", "tool_0001")
"""A server, and tools of the open one, that the second caller must not hear of."""

ODD = REPOSITORY / "tests" / "servers" / "odd.py"

WRONG = [
    "vault.echo(text='x')",
    "vaul.echo(text='x')",
    "from tools import vault",
    "open.tool_000()",
    "open.tool_0000()",
    "open.tol_0001()",
    "import tools\ntools.vaults.echo(text='x')",
    "from tools.vault import echo",
    "mcp__vault__echo(text='x')",
    "import ptc\nptc.call('vaul', 'echo', {})",
    "import ptc\nptc.call('open', 'tool_3', {})",
    "import ptc\nptc.call('vault', 'echo', {'text': 'x'})",
    "import ptc\nprint(ptc.tools('open'))",
    "import ptc\nprint(ptc.tools('vault'))",
    "import tools\nprint(dir(tools), dir(tools.open))",
]


@pytest.fixture
async def engine(tmp_path: Path):  # type: ignore[no-untyped-def]  # an async generator of one engine
    async with engine_over(tmp_path, plain_server("open", "--tools", "2") + plain_server("vault")) as opened:
        await opened.describe(EVERYTHING)
        yield opened


def names(text: str, *, given: str = "") -> list[str]:
    return [name for name in HIDDEN if name in text.replace(given, "")]


async def test_the_tree_and_the_shell_hold_nothing_of_it(engine: Engine) -> None:
    everything, little = await engine.tree(EVERYTHING), await engine.tree(LITTLE)
    found = await (await engine.shell(LITTLE)).run("ls -R / ; grep -r . / | head -500")

    assert names(json.dumps(dict(everything.files))) == list(HIDDEN)
    assert names(json.dumps(dict(little.files))) == []
    assert names(found.stdout + found.stderr) == []


async def test_search_finds_nothing_of_it(engine: Engine) -> None:
    for query in ("vault echo", "tool_0000", "tool", "echo"):
        hits = await engine.search(LITTLE, query, limit=50)
        assert {hit.tool.path for hit in hits} <= {"open.add", "open.echo"}


@pytest.mark.parametrize("source", WRONG)
async def test_no_diagnostic_error_or_output_names_it_beyond_what_the_program_itself_wrote(
    engine: Engine, source: str
) -> None:
    report = await engine.check(Program.of(source), LITTLE)
    result = await run(engine, source, caller=LITTLE)

    said = [f"{remark.message} {remark.hint}" for remark in report.diagnostics]
    error = result.error
    ended = f"{error.type} {error.message} {error.hint}" if error else ""
    written = {name for name in HIDDEN if name in source}
    leaked = {name for name in HIDDEN if name in " ".join([*said, ended, result.stdout, *report.signatures])}
    assert leaked <= written, (said, ended, result.stdout)


async def test_an_error_suggests_only_what_the_caller_sees(engine: Engine) -> None:
    view = await engine.describe(LITTLE)

    with pytest.raises(ToolNotFoundError) as caught:
        view.tool("open", "tool_")

    assert names(str(caught.value), given="tool_3") == []


async def test_what_a_caller_saw_of_tools_that_changed_since_is_not_kept(tmp_path: Path) -> None:
    changing = f"[servers.open]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps([str(ODD), 'moody'])}\n"
    async with engine_over(tmp_path, changing) as engine:
        before = kept_entries()
        for _ in range(30):
            await engine.describe(Caller(door="mcp", token="guest", tools=("open.o*",)), refresh=True)

        assert kept_entries() - before < 10


def kept_entries() -> int:
    gc.collect()
    return sum(isinstance(each, ServerEntry) for each in gc.get_objects())
