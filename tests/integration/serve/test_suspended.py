"""Runs that wait for a client of 2026-07-28 to come back with what a person said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import mcp_types as types
import pytest
from mcp import Client, MCPError

from ptc_cli.engine import Engine
from ptc_cli.serve.mcp import rounds
from tests.integration.serve.clients import CONFIGURATION, Heard, connected, engine_of, text

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIPE = "from tools import desk\ndesk.wipe(what='disk')"
YES = types.ElicitResult(action="accept", content={"decision": "once"})
NO = types.ElicitResult(action="decline")


async def call(
    client: Client, code: str, *, responses: Mapping[str, types.ElicitResult] | None = None, state: str | None = None
) -> types.CallToolResult | types.InputRequiredResult:
    return await client.session.call_tool(
        "execute_python",
        {"code": code},
        input_responses=None if responses is None else dict(responses),
        request_state=state,
        allow_input_required=True,
    )


async def asked(client: Client, code: str = WIPE) -> types.InputRequiredResult:
    result = await call(client, code)
    assert isinstance(result, types.InputRequiredResult)
    return result


async def told(client: Client, code: str, state: str | None, responses: Mapping[str, types.ElicitResult]) -> str:
    result = await call(client, code, responses=responses, state=state)
    assert isinstance(result, types.CallToolResult)
    return text(result)


async def test_questions_of_parallel_calls_come_together_and_are_answered_one_by_one(engine: Engine) -> None:
    code = (
        "import asyncio\n"
        "async def wipe(what):\n"
        "    try:\n"
        "        return await desk.wipe(what=what)\n"
        "    except ptc.ToolError:\n"
        "        return 'refused'\n"
        "await asyncio.gather(*(wipe(str(number)) for number in range(3)))"
    )
    async with connected(engine, "catalog", era="auto", heard=Heard(), wire="http") as client:
        required = await asked(client, f"import ptc\nfrom tools import desk\n{code}")
        keys = list(required.input_requests or {})
        said = await told(
            client,
            f"import ptc\nfrom tools import desk\n{code}",
            required.request_state,
            dict(zip(keys, [YES, NO, YES], strict=True)),
        )

    assert said.count("wipe done") == 2
    assert said.count("refused") == 1


async def test_a_run_waits_while_its_client_is_away(engine: Engine) -> None:
    async with connected(engine, "catalog", era="auto", heard=Heard(), wire="http") as client:
        required = await asked(client)
        (wanted,) = (required.input_requests or {}).values()
        state = engine.journal.runs(limit=1)[0].state
        said = await told(client, WIPE, required.request_state, {"ask-1": YES})

    assert state == "running"
    assert isinstance(wanted, types.ElicitRequest)
    assert "desk.wipe at line 2" in wanted.params.message
    assert "wipe done" in said


async def test_what_is_left_unanswered_is_asked_again(engine: Engine) -> None:
    async with connected(engine, "catalog", era="auto", heard=Heard()) as client:
        required = await asked(client)
        again = await call(client, WIPE, responses={}, state=required.request_state)
        assert isinstance(again, types.InputRequiredResult)
        said = await told(client, WIPE, again.request_state, {"ask-1": YES})

    assert again.request_state != required.request_state
    assert "wipe done" in said


async def test_an_answer_counts_once(engine: Engine) -> None:
    async with connected(engine, "catalog", era="auto", heard=Heard()) as client:
        required = await asked(client)
        await told(client, WIPE, required.request_state, {"ask-1": YES})
        said = await told(client, WIPE, required.request_state, {"ask-1": YES})

    assert (
        said
        == "The run that these answers are for has gone on without them, or is over. Start again, without requestState."
    )


@pytest.mark.parametrize("forged", ["", "x", "v1.AAAA", "v1." + "A" * 200])
async def test_a_state_that_was_made_up_is_refused(engine: Engine, forged: str) -> None:
    async with connected(engine, "catalog", era="auto", heard=Heard()) as client:
        with pytest.raises(MCPError, match="requestState"):
            await call(client, WIPE, responses={"ask-1": YES}, state=forged)


async def test_a_state_is_good_for_the_program_it_was_given_for_only(engine: Engine) -> None:
    async with connected(engine, "catalog", era="auto", heard=Heard()) as client:
        required = await asked(client)
        with pytest.raises(MCPError, match="requestState"):
            await call(client, WIPE + "  # other", responses={"ask-1": YES}, state=required.request_state)


async def test_a_state_is_good_for_the_client_it_was_given_to_only(engine: Engine) -> None:
    async with (
        connected(engine, "catalog", era="auto", heard=Heard()) as one,
        connected(engine, "catalog", era="auto", heard=Heard()) as other,
    ):
        required = await asked(one)
        with pytest.raises(MCPError, match="requestState"):
            await call(other, WIPE, responses={"ask-1": YES}, state=required.request_state)


async def test_a_direct_call_of_a_tool_waits_in_the_same_way(engine: Engine) -> None:
    heard = Heard(answer=YES)
    async with connected(engine, "sidecar", era="auto", heard=heard) as client:
        result = await client.call_tool("desk__wipe", {"what": "disk"})

    assert "wipe done" in text(result)
    assert len(heard.questions) == 1


async def test_a_question_that_was_not_answered_in_time_is_a_no_that_the_client_hears(tmp_path: Path) -> None:
    hasty = CONFIGURATION + "\n[policy]\nask_timeout_seconds = 0.3\n"
    async with (
        engine_of(tmp_path, hasty) as engine,
        connected(engine, "catalog", era="auto", heard=Heard()) as client,
    ):
        required = await asked(client)
        await ended(engine)
        said = await told(client, WIPE, required.request_state, {"ask-1": YES})

    assert "was not approved" in said


async def test_a_run_whose_client_never_comes_back_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "COLLECT_SECONDS", 0.1)
    hasty = CONFIGURATION + "\n[policy]\nask_timeout_seconds = 0.1\n"
    endless = "import ptc, time\nfrom tools import desk\ntry:\n    desk.wipe(what='x')\nexcept ptc.ToolError:\n    time.sleep(60)"
    async with (
        engine_of(tmp_path, hasty) as engine,
        connected(engine, "catalog", era="auto", heard=Heard()) as client,
    ):
        required = await asked(client, endless)
        await ended(engine)
        state = engine.journal.runs(limit=1)[0].state
        said = await told(client, endless, required.request_state, {})

    assert state == "cancelled"
    assert "Start again" in said


async def test_when_too_many_wait_the_answer_is_no(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_SUSPENDED", 1)
    async with connected(engine, "catalog", era="auto", heard=Heard()) as client:
        required = await asked(client)
        crowded = await call(client, WIPE)
        said = await told(client, WIPE, required.request_state, {"ask-1": YES})

    assert isinstance(crowded, types.CallToolResult)
    assert "was not approved" in text(crowded)
    assert "wipe done" in said


async def ended(engine: Engine) -> None:
    """Wait until the last run is over."""
    async with asyncio.timeout(20):
        while engine.journal.runs(limit=1)[0].state == "running":
            await asyncio.sleep(0.02)
