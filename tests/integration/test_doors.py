"""There is one gate: a tool that is held back or denied is not reached through any door, whatever a program tries."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest
import pytest_asyncio
from httpx2 import AsyncClient

from ptc_cli.api import Engine as PythonEngine
from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.tool_call import Wanted, call_tool
from ptc_cli.console.ask import asker
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.engine import Engine
from ptc_cli.repl.programs import Prompt
from tests.desks import Desks, daemon_over, desks_in, desks_of, session_at
from tests.engines import CALLER, engine_over, run
from tests.integration.serve.clients import connected, served, text
from tests.offers import ADD, ECHO, PULLED, Offer

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, kw_only=True)
class World:
    """A server whose tool `add` is held back and whose tool `become` is denied; only `echo` may be called."""

    engine: Engine
    offer: Offer


@dataclass(frozen=True, kw_only=True)
class Target:
    """A tool that must not be reached."""

    tool: str
    arguments: dict[str, object]
    why: str

    @property
    def call(self) -> str:
        return f"s.{self.tool}(**{self.arguments})"

    @property
    def dynamic(self) -> str:
        return f"import ptc\nptc.call(str('s'), str({self.tool!r}), {self.arguments})"


_FORGER = """
import json, os, time
for number, (method, server, tool, arguments) in enumerate(json.loads({frames!r}), start=1):
    frame = dict(kind="call", id=number, site=1, method=method, server=server, tool=tool, arguments=arguments)
    payload = b"F" + json.dumps(frame).encode()
    os.write(3, len(payload).to_bytes(4, "big") + payload)
time.sleep(0.5)
"""
"""Writes calls to the channel itself, past everything that runs in its process, and lets them be carried."""

TARGETS = (
    Target(tool="add", arguments={"a": 1, "b": 2}, why="held back"),
    Target(tool="become", arguments={"path": "/dev/null"}, why="denied"),
)


@dataclass
class Typed:
    """A reader of what somebody types."""

    entries: list[str]

    async def read(self, proposed: str = "") -> str | None:
        return self.entries.pop(0) if self.entries else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("doors")
    offer = Offer(folder=folder)
    offer.be(ADD, ECHO)
    async with engine_over(folder, offer.configuration('deny = ["become"]')) as engine:
        await engine.describe(CALLER)
        offer.be(PULLED, ECHO)
        await engine.describe(CALLER, refresh=True)
        yield World(engine=engine, offer=offer)


@pytest.fixture(params=TARGETS, ids=lambda target: target.tool)
def target(request: pytest.FixtureRequest) -> Target:
    found: Target = request.param
    return found


@pytest.fixture(autouse=True)
def nothing_reached(world: World) -> object:
    yield
    assert set(world.offer.called) <= {"echo"}


async def test_the_door_of_programs(world: World, target: Target) -> None:
    result = await run(world.engine, target.call)

    assert result.status == "rejected"
    assert target.why in result.diagnostics[0].message
    assert ("ptc servers approve s.add" in str(result.diagnostics[0].hint)) == (target.tool == "add")


@pytest.mark.parametrize(
    "source",
    [
        "{dynamic}",
        "import ptc\n[ptc.call('s', name, {arguments}) for name in ['{tool}']]",
        "getattr(s, ''.join(['{tool}']))(**{arguments})",
        "import tools\nvars(tools)['s'].__dict__['{tool}'](**{arguments})",
        "import ptc\nfrom ptc import call as harmless\nharmless('s', '{tool}', {arguments})",
        "import asyncio, ptc\nasync def go(): return ptc.call('s', '{tool}', {arguments})\nasyncio.run(go())",
        "import threading, ptc\nt = threading.Thread(target=lambda: ptc.call('s', '{tool}', {arguments}))\nt.start(); t.join()",
    ],
)
async def test_the_door_of_names_made_at_run_time(world: World, target: Target, source: str) -> None:
    filled = source.replace("{dynamic}", target.dynamic).replace("{tool}", target.tool)
    result = await run(world.engine, filled.replace("{arguments}", str(target.arguments)))

    if "Thread" not in source:
        assert result.status != "ok"


async def test_the_door_of_frames_that_a_program_forges(world: World, target: Target) -> None:
    forged = [
        ("tools/call", "s", target.tool, target.arguments),
        ("tools/call", "tools.s", target.tool, target.arguments),
        ("resources/read", "s", target.tool, {}),
        ("tools/call", "s", target.tool.upper(), target.arguments),
        ("tools/call", "s", "echo", {"text": "forged"}),
    ]
    before = len(world.offer.called)
    result = await run(world.engine, _FORGER.format(frames=json.dumps(forged)))

    # The forged call of an allowed tool comes through, so forging works; what it is for does not.
    assert result.status == "ok"
    assert world.offer.called[before:] == ["echo"]
    assert [call.tool for call in result.calls if call.ok] == ["echo"]
    assert len(result.calls) == len(forged)


@pytest.mark.parametrize("suffix", ["\u0000", "\u200b", "\ud800", " "])
async def test_the_door_of_names_that_look_alike(world: World, target: Target, suffix: str) -> None:
    forged = [("tools/call", "s", f"{target.tool}{suffix}", target.arguments)]

    await run(world.engine, _FORGER.format(frames=json.dumps(forged)))


@pytest_asyncio.fixture(loop_scope="module", params=["here", "in the daemon"])
async def desks(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Desks]:
    """Desks of prompts, in the process and in a daemon."""
    if request.param == "here":
        yield desks_of(world.engine)
        return
    async with daemon_over(world.engine, world.offer.folder / "place") as place:
        yield desks_in(place, world.offer.folder)


async def test_the_door_of_a_session(world: World, desks: Desks, target: Target) -> None:
    said = StringIO()
    typed = Typed(["x = s.echo(text='hello')", target.call, target.dynamic, "s?"])
    ask = asker(stdin=sys.stdin, talk_to=said, is_granted=True)
    with redirect_stdout(said), redirect_stderr(said):
        async with desks() as desk:
            code = await Prompt(await session_at(desk, ask=ask), typed).serve()

    assert code in (0, 6)
    assert said.getvalue().count(f"{target.tool}' is {target.why}") >= 2
    assert "echo(" in said.getvalue()
    assert "add(" not in said.getvalue().replace(target.call, "")


def test_the_door_of_the_command_that_calls(
    world: World, target: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PTC_HOME", str(world.offer.folder / "home"))
    invocation = Invocation(config=str(world.offer.folder / "ptc.toml"))
    wanted = Wanted(tool=f"s.{target.tool}", given=json.dumps(target.arguments), is_granted=True)
    try:
        code = call_tool(invocation, wanted, as_json=False)
        said = capsys.readouterr().err
    except PtcError as error:
        code, said = error.exit_code, str(error)

    assert code in (4, 6)
    assert target.why in said


async def test_the_door_of_python(world: World, target: Target) -> None:
    door = PythonEngine(world.engine, Caller(door="api"))
    direct = await door.call("s", target.tool, **target.arguments)  # type: ignore[arg-type]  # they are JSON
    report = await door.check(target.call)

    assert direct.failure is not None
    assert direct.failure.kind == "denied"
    assert target.why in direct.failure.message
    assert not report.passed
    assert "add" not in [tool.spec.name for tool in await door.describe()]


async def test_the_door_of_the_shell(world: World) -> None:
    shell = await world.engine.shell(CALLER)
    listed = await shell.run("ls -R / 2>/dev/null; cat /tools/*.pyi /docs/*/*; grep -rn add /tools /docs; s.add a=1")
    found = await world.engine.search(CALLER, "add numbers")

    assert "echo" in listed.stdout
    assert "add" not in listed.stdout
    assert "add" not in [hit.tool.spec.name for hit in found]


async def test_the_doors_of_mcp(world: World, target: Target) -> None:
    async with connected(world.engine, "sidecar") as client:
        offered = [tool.name for tool in (await client.list_tools()).tools]
        direct = await client.call_tool(f"s__{target.tool}", target.arguments)
        program = await client.call_tool("execute_python", {"code": target.dynamic})
    async with connected(world.engine, "catalog") as client:
        listed = text(await client.call_tool("list_functions", {}))
        details = text(await client.call_tool("get_function_details", {"functions": [f"s.{target.tool}"]}))

    assert "s__echo" in offered
    assert "s__add" not in offered
    assert (direct.is_error, program.is_error) == (True, True)
    assert target.why in text(program)
    assert "s.add" not in listed
    assert ("held back" in details) == (target.tool == "add")


async def test_the_door_of_rest(world: World, target: Target) -> None:
    async with served(world.engine, "catalog") as url, AsyncClient(base_url=url.removesuffix("/mcp")) as http:
        listed = (await http.get("/v1/tools", timeout=60)).text
        shown = await http.get(f"/v1/tools/s.{target.tool}")
        direct = await http.post(f"/v1/tools/s.{target.tool}/calls", json={"arguments": target.arguments}, timeout=60)
        program = await http.post("/v1/runs", json={"source": target.dynamic}, timeout=60)

    assert "s.echo" in listed
    assert "s.add" not in listed
    assert target.why in direct.text
    assert target.why in program.text
    assert program.json()["state"] == "failed"
    assert ("held back" in shown.text) == (target.tool == "add")
