"""What holds in every mode, over every wire, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import json
import re
from itertools import product
from pathlib import Path
from typing import cast, get_args

import anyio
import mcp_types as types
import pytest
from mcp import Client

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Engine
from ptc_cli.serve.mcp import Mode
from tests.integration.serve.clients import (
    CONFIGURATION,
    Era,
    Heard,
    Wire,
    connected,
    engine_of,
    text,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODES: tuple[Mode, ...] = get_args(Mode)
ERAS: tuple[Era, ...] = get_args(Era)
WIRES: tuple[Wire, ...] = get_args(Wire)
BOTH = list(product(ERAS, WIRES))
EVERYWHERE = list(product(MODES, ERAS, WIRES))

LISTED = {
    "catalog": {"list_functions", "search_functions", "get_function_details", "execute_python"},
    "filesystem": {"execute_bash", "execute_python"},
    "sidecar": {
        "execute_python",
        "desk__add",
        "desk__fail",
        "desk__grow",
        "desk__nap",
        "desk__picture",
        "desk__wipe",
    },
}


async def run(client: Client, code: str, **rest: object) -> types.CallToolResult:
    return await client.call_tool("execute_python", {"code": code, **rest})


@pytest.mark.parametrize(("mode", "era", "wire"), EVERYWHERE)
async def test_a_client_lists_the_tools_and_runs_a_program_that_calls_one(
    engine: Engine, mode: Mode, era: Era, wire: Wire
) -> None:
    # Instructions do not wait long for a server that has not been listed yet.
    await engine.describe(Caller(door="mcp"))
    async with connected(engine, mode, era=era, wire=wire) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        result = await run(client, "from tools import desk\nprint('hi')\ndesk.add(2, 3)['sum']")
        instructions = client.instructions or ""

    assert tools == LISTED[mode]
    assert (result.is_error, text(result), result.structured_content) == (False, "5\n\nstdout:\nhi", None)
    assert "desk: 6 functions - An office desk" in instructions


@pytest.mark.parametrize(("mode", "era", "wire"), EVERYWHERE)
async def test_a_wrong_program_is_an_error_result_and_calls_nothing(
    engine: Engine, mode: Mode, era: Era, wire: Wire
) -> None:
    heard = Heard()
    async with connected(engine, mode, era=era, wire=wire, heard=heard) as client:
        result = await client.call_tool(
            "execute_python",
            {"code": "from tools import desk\ndesk.wipe(what='x')\ndesk.add(a='2', b=3)"},
            progress_callback=heard.on_progress,
        )

    assert result.is_error
    assert text(result).startswith("Rejected by the type check. Nothing ran, no function was called.")
    assert "add(a: int, b: int)" in text(result)
    assert heard.progress == []
    assert heard.questions == []


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_programs_of_one_session_share_their_variables_and_others_do_not(
    engine: Engine, era: Era, wire: Wire
) -> None:
    async with connected(engine, "catalog", era=era, wire=wire) as client:
        first = await run(client, "from tools import desk\nfound = desk.add(2, 3)", session="a")
        same = await run(client, "found['sum']", session=told_session(first, "a"))
        other = await run(client, "found['sum']", session="b")
        alone = await run(client, "found['sum']")

    assert (same.is_error, text(same)) == (False, "5")
    assert (other.is_error, alone.is_error) == (True, True)


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_clients_that_choose_the_same_name_for_a_session_share_nothing(
    engine: Engine, era: Era, wire: Wire
) -> None:
    async with (
        connected(engine, "catalog", era=era, wire=wire) as one,
        connected(engine, "catalog", era=era, wire=wire) as other,
    ):
        await run(one, "secret = 'of one'", session="main")
        stolen = await run(other, "print(secret)", session="main")

    assert stolen.is_error
    assert "of one" not in text(stolen)


def told_session(result: types.CallToolResult, chosen: str) -> str:
    """Return the name under which a session goes on: where clients cannot be told apart it is not the chosen one."""
    told = re.search(r"this session is '(.+?)'", text(result))
    return told[1] if told else chosen


@pytest.mark.parametrize("wire", WIRES)
async def test_what_is_cut_for_the_model_is_in_the_tree_in_full(engine: Engine, wire: Wire) -> None:
    code = "for number in range(20_000):\n    print('line', number)"
    async with connected(engine, "filesystem", era="legacy", wire=wire) as client:
        cut = text(await run(client, code))
        found = await client.call_tool("execute_bash", {"command": "grep -c line /runs/1/stdout"})

    assert "bytes cut; all of it: /runs/1/stdout ...]" in cut
    assert text(found) == "20000"


@pytest.mark.parametrize(("mode", "era", "wire"), EVERYWHERE)
async def test_an_unknown_tool_is_an_error_result_that_helps(engine: Engine, mode: Mode, era: Era, wire: Wire) -> None:
    async with connected(engine, mode, era=era, wire=wire) as client:
        result = await client.call_tool("execute_pyton", {"code": "1"})

    assert result.is_error
    assert text(result) == "no tool 'execute_pyton'\nDid you mean 'execute_python'?"


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_progress_grows_with_calls_and_with_what_the_program_reports(
    engine: Engine, era: Era, wire: Wire
) -> None:
    heard = Heard()
    code = "import ptc\nfrom tools import desk\ndesk.add(1, 1)\ndesk.add(1, 2)\nptc.progress(1, 1, 'all done')"
    async with connected(engine, "catalog", era=era, wire=wire, heard=heard) as client:
        await client.call_tool("execute_python", {"code": code}, progress_callback=heard.on_progress)

    assert heard.progress == [(1, None, "desk.add"), (2, None, "desk.add"), (3, 3, "all done")]


@pytest.mark.filterwarnings("ignore:The logging capability is deprecated")
@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_logs_come_only_to_a_client_that_wants_them(engine: Engine, era: Era, wire: Wire) -> None:
    heard = Heard()
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)"
    async with connected(engine, "catalog", era=era, wire=wire, heard=heard) as client:
        await run(client, code)
        assert heard.logs == []
        if era == "legacy":
            await client.set_logging_level("warning")
            await run(client, code)
        else:
            meta = cast("types.RequestParamsMeta", {types.LOG_LEVEL_META_KEY: "warning"})
            await client.call_tool("execute_python", {"code": code}, meta=meta)

    assert heard.logs == [("warning", "err")]


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_a_request_that_is_cancelled_ends_its_run(engine: Engine, era: Era, wire: Wire) -> None:
    started = anyio.Event()

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        started.set()

    code = "from tools import desk\ndesk.add(1, 1)\ndesk.nap(seconds=60)"
    async with connected(engine, "catalog", era=era, wire=wire) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: client.call_tool("execute_python", {"code": code}, progress_callback=on_progress))
            await started.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(20):
            while engine.journal.runs(limit=1)[0].state == "running":
                await anyio.sleep(0.02)

    assert engine.journal.runs(limit=1)[0].state == "cancelled"


@pytest.mark.parametrize(("era", "wire"), BOTH)
@pytest.mark.parametrize(
    ("answer", "is_error"),
    [
        (types.ElicitResult(action="accept", content={"decision": "once"}), False),
        (types.ElicitResult(action="accept", content={"decision": "no"}), True),
        (types.ElicitResult(action="accept", content={"decision": "rubbish"}), True),
        (types.ElicitResult(action="decline"), True),
        (types.ElicitResult(action="cancel"), True),
    ],
)
async def test_a_person_is_asked_before_something_is_destroyed(
    engine: Engine, era: Era, wire: Wire, answer: types.ElicitResult, is_error: bool
) -> None:
    heard = Heard(answer=answer)
    async with connected(engine, "catalog", era=era, wire=wire, heard=heard) as client:
        result = await run(client, "from tools import desk\ndesk.wipe(what='disk')")

    assert result.is_error is is_error
    assert ("wipe done" in text(result)) is not is_error
    assert len(heard.questions) == 1
    assert "desk.wipe at line 2: desk.wipe(what='disk')" in heard.questions[0]
    assert '{"what": "disk"}' in heard.questions[0]


@pytest.mark.parametrize("era", ERAS)
async def test_yes_to_all_asks_once(engine: Engine, era: Era) -> None:
    heard = Heard(answer=types.ElicitResult(action="accept", content={"decision": "all"}))
    async with connected(engine, "catalog", era=era, heard=heard) as client:
        result = await run(client, "from tools import desk\n[desk.wipe(what=str(n)) for n in range(3)]")

    assert not result.is_error
    assert len(heard.questions) == 1


async def test_a_question_that_nobody_answers_in_time_is_a_no_and_is_taken_back(tmp_path: Path) -> None:
    taken_back = asyncio.Event()

    class Silent(Heard):
        async def on_question(self, *_: object) -> types.ElicitResult:
            try:
                await asyncio.sleep(60)
            finally:
                taken_back.set()
            return types.ElicitResult(action="cancel")

    hasty = CONFIGURATION + "\n[policy]\nask_timeout_seconds = 0.3\n"
    async with engine_of(tmp_path, hasty) as engine, connected(engine, "catalog", heard=Silent()) as client:
        result = await run(client, "from tools import desk\ndesk.wipe(what='disk')")
        await asyncio.wait_for(taken_back.wait(), 30)

    assert result.is_error
    assert "was not approved" in text(result)


@pytest.mark.parametrize("era", ERAS)
async def test_where_nobody_can_be_asked_the_answer_is_no_and_the_text_says_why(engine: Engine, era: Era) -> None:
    heard = Heard(answer=types.ElicitResult(action="accept", content={"decision": "once"}))
    async with connected(engine, "catalog", era=era, heard=heard, asks=False) as client:
        result = await run(client, "from tools import desk\ndesk.wipe(what='disk')")

    assert result.is_error
    assert "ToolDenied" in text(result)
    assert "'desk.wipe' needs approval, and there is nobody to ask here" in text(result)
    assert heard.questions == []


@pytest.mark.parametrize("wire", WIRES)
async def test_a_client_of_the_old_era_is_told_when_the_tools_change(tmp_path: Path, wire: Wire) -> None:
    heard = Heard()
    async with (
        engine_of(tmp_path, CONFIGURATION) as engine,
        connected(engine, "sidecar", wire=wire, heard=heard) as client,
    ):
        await client.list_tools()
        await client.call_tool("desk__grow", {})
        tools: set[str] = set()
        async with asyncio.timeout(30):
            # That the servers are asked anew at the start may have been news too.
            while "desk__grown" not in tools:
                await heard.changed.wait()
                heard.changed.clear()
                tools = {tool.name for tool in (await client.list_tools(cache_mode="refresh")).tools}

    assert tools == LISTED["sidecar"] | {"desk__grown"}


@pytest.mark.parametrize("wire", WIRES)
async def test_a_client_of_the_new_era_that_listens_is_told_when_the_tools_change(tmp_path: Path, wire: Wire) -> None:
    async with (
        engine_of(tmp_path, CONFIGURATION) as engine,
        connected(engine, "sidecar", era="auto", wire=wire) as client,
        client.listen(tools_list_changed=True) as events,
    ):
        await client.call_tool("desk__grow", {})
        tools: set[str] = set()
        with anyio.fail_after(30):
            # That the servers are asked anew at the start may have been news too.
            async for _ in events:
                tools = {tool.name for tool in (await client.list_tools(cache_mode="refresh")).tools}
                if "desk__grown" in tools:
                    break

    assert tools == LISTED["sidecar"] | {"desk__grown"}


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_a_tool_of_an_upstream_comes_through_as_it_is(engine: Engine, era: Era, wire: Wire) -> None:
    async with connected(engine, "sidecar", era=era, wire=wire) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        added = await client.call_tool("desk__add", {"a": 2, "b": 3})
        failed = await client.call_tool("desk__fail", {})
        wrong = await client.call_tool("desk__add", {"a": "2"})
        picture = await client.call_tool("desk__picture", {})

    add = tools["desk__add"]
    assert (add.description or "").startswith("In a program: desk.add(a: int, b: int) -> ")
    assert (add.description or "").endswith("\n\nAdd two whole numbers. The sum is exact.")
    assert add.output_schema is not None
    assert add.annotations is not None
    assert add.annotations.read_only_hint is True
    assert (added.structured_content, added.is_error) == ({"sum": 5}, False)
    assert (text(failed), failed.is_error) == ("the printer is on fire", True)
    assert wrong.is_error
    assert "'b'" in text(wrong)
    assert [block.type for block in picture.content] == ["image"]


@pytest.mark.parametrize("era", ERAS)
async def test_functions_are_listed_searched_and_shown(engine: Engine, era: Era) -> None:
    async with connected(engine, "catalog", era=era) as client:
        listed = text(await client.call_tool("list_functions", {}))
        found = text(await client.call_tool("search_functions", {"query": "adding numbers", "detail": "name"}))
        shown = text(await client.call_tool("get_function_details", {"functions": ["desk.add"]}))

    assert listed.startswith("6 functions:\ndesk.add(a: int, b: int)")
    assert found == "1 of 6 functions, best first:\ndesk.add"
    assert "The sum is exact" in shown
    assert "class " in shown or "sum" in shown


@pytest.mark.parametrize("wire", WIRES)
async def test_each_session_has_its_own_place_in_the_tree(engine: Engine, wire: Wire) -> None:
    async with (
        connected(engine, "filesystem", wire=wire) as one,
        connected(engine, "filesystem", wire=wire) as other,
    ):
        await one.call_tool("execute_bash", {"command": "cd /tools"})
        here = text(await one.call_tool("execute_bash", {"command": "pwd"}))
        there = text(await other.call_tool("execute_bash", {"command": "pwd"}))

    assert here == "/tools"
    assert there != "/tools"


async def test_requests_without_a_session_never_stand_where_another_went(engine: Engine) -> None:
    async with connected(engine, "filesystem", era="auto", wire="http") as client:
        await client.call_tool("execute_bash", {"command": "cd /tools; export WHO=me"})
        here = text(await client.call_tool("execute_bash", {"command": "pwd; echo $WHO"}))

    assert here.splitlines()[0] != "/tools"
    assert "me" not in here


async def test_a_command_that_fails_says_its_status(engine: Engine) -> None:
    async with connected(engine, "filesystem") as client:
        result = await client.call_tool("execute_bash", {"command": "ls /nowhere"})

    assert text(result).endswith("\n[exit status 2]")


@pytest.mark.parametrize("mode", MODES)
async def test_without_servers_it_starts_and_says_how_to_add_one(tmp_path: Path, mode: Mode) -> None:
    async with engine_of(tmp_path, "") as engine, connected(engine, mode) as client:
        ran = await run(client, "1 + 1")
        listed = await client.call_tool("list_functions", {}) if mode == "catalog" else ran
        instructions = client.instructions or ""

    assert text(ran) == "2"
    assert "ptc servers add" in instructions
    assert "ptc servers add" in text(listed) or mode != "catalog"


@pytest.mark.parametrize(("era", "wire"), BOTH)
async def test_parallel_requests_of_one_client_do_not_wait_for_each_other(engine: Engine, era: Era, wire: Wire) -> None:
    results: dict[int, str] = {}
    async with connected(engine, "catalog", era=era, wire=wire) as client:

        async def one(number: int) -> None:
            results[number] = text(await run(client, f"from tools import desk\ndesk.add({number}, 100)['sum']"))

        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(one, number)

    assert results == {number: str(100 + number) for number in range(5)}


async def test_structure_is_sent_only_where_the_configuration_wants_it(tmp_path: Path) -> None:
    wanted = CONFIGURATION + "\n[serve]\nstructured_results = true\n"
    async with engine_of(tmp_path, wanted) as engine, connected(engine, "catalog") as client:
        result = await run(client, "[1, 2]")

    assert isinstance(result.structured_content, dict)
    assert json.loads(text(result)) == result.structured_content["value"] == [1, 2]


@pytest.mark.parametrize("era", ERAS)
async def test_a_picture_that_is_a_programs_value_comes_as_one(engine: Engine, era: Era) -> None:
    async with connected(engine, "catalog", era=era) as client:
        result = await run(client, "from tools import desk\nprint('see:')\ndesk.picture()")

    assert [block.type for block in result.content] == ["text", "image"]
    assert (text(result), result.is_error) == ("see:", False)


async def test_a_program_can_be_given_less_time(engine: Engine) -> None:
    async with connected(engine, "catalog") as client:
        result = await run(client, "import time\ntime.sleep(60)", timeout=0.5)

    assert result.is_error
    assert text(result).startswith("Timed out")
