"""The engine over REST."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import pytest_asyncio

from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.event import Event, Finished
from ptc_cli.engine import Engine
from ptc_cli.serve.rest.openapi import OPERATIONS, document
from tests.integration.serve.clients import CONFIGURATION, engine_of, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "correct-horse-battery"
ADA = {"Authorization": "Bearer ada-correct-horse-battery"}
BOB = {"Authorization": "Bearer bob-correct-horse-battery"}

TOKENS = """
[serve.tokens.ada]
token = "ada-correct-horse-battery"

[serve.tokens.bob]
token = "bob-correct-horse-battery"
tools = ["desk.add"]
"""


@asynccontextmanager
async def speaking(engine: Engine, *, token: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(engine, "catalog", token=token) as url:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(base_url=url.removesuffix("/mcp"), timeout=60, headers=headers) as http:
            yield http


@pytest_asyncio.fixture(loop_scope="module")
async def http(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    async with speaking(engine) as client:
        yield client


@asynccontextmanager
async def two_tokens(folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with engine_of(folder, CONFIGURATION + TOKENS) as engine, speaking(engine) as client:
        yield client


async def events(answer: httpx2.Response) -> list[Event]:
    lines = [line async for line in answer.aiter_lines() if line.startswith("data: ")]
    return [from_json(Event, json.loads(line.removeprefix("data: "))) for line in lines]


async def test_a_program_is_checked_run_and_looked_up(http: httpx2.AsyncClient) -> None:
    listed = (await http.get("/v1/tools")).json()
    shown = (await http.get("/v1/tools/desk.add")).json()["tool"]
    wrong = (await http.post("/v1/check", json={"source": "desk.add(a=1)"})).json()
    ran = (await http.post("/v1/runs", json={"source": "desk.add(1, ptc.input['b'])", "input": {"b": 2}})).json()
    again = (await http.get(f"/v1/runs/{ran['run']}")).json()

    assert "desk.add" in [tool["tool"] for tool in listed["tools"]]
    assert shown["input_schema"]["required"] == ["a", "b"]
    assert "origin" not in shown
    assert not wrong["passed"]
    assert "b" in wrong["diagnostics"][0]["message"]
    assert (ran["state"], ran["result"]["value"], ran["result"]["exit_code"]) == ("ok", {"sum": 3}, 0)
    assert again == ran


async def test_a_wrong_program_is_an_answer_and_calls_nothing(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/v1/runs", json={"source": "desk.add(a='x', b=1)"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["result"]["calls"]) == ("rejected", [])


async def test_events_come_as_they_happen_and_can_be_read_again_from_any_of_them(http: httpx2.AsyncClient) -> None:
    source = "print('on')\ndesk.add(1, 2)['sum']"
    async with http.stream(
        "POST", "/v1/runs", json={"source": source}, headers={"Accept": "text/event-stream"}
    ) as answer:
        run = answer.headers["ptc-run"]
        live = await events(answer)
    async with http.stream("GET", f"/v1/runs/{run}/events", params={"after": 1}) as answer:
        later = await events(answer)
    async with http.stream("GET", f"/v1/runs/{run}/events", headers={"Last-Event-ID": "1"}) as answer:
        resumed = await events(answer)

    assert [event.sequence for event in live] == list(range(len(live)))
    assert isinstance(live[-1].what, Finished)
    assert live[-1].what.result.value == 3
    assert later == resumed == live[2:]


async def test_a_run_in_the_background_is_followed_and_cancelled(http: httpx2.AsyncClient) -> None:
    started = await http.post("/v1/runs", json={"source": "desk.nap(60)", "background": True})
    run = started.json()["run"]
    going = [each["run"] for each in (await http.get("/v1/runs")).json()["runs"]]
    cancelled = await http.post(f"/v1/runs/{run}/cancel")
    late = await http.post(f"/v1/runs/{run}/cancel")

    assert started.status_code == 202
    assert going == [run]
    assert cancelled.json()["result"]["status"] == "cancelled"
    assert late.status_code == 409


async def test_a_client_that_goes_away_ends_its_run(engine: Engine, http: httpx2.AsyncClient) -> None:
    for accept in ("application/json", "text/event-stream"):
        waiting = asyncio.create_task(
            http.post("/v1/runs", json={"source": "desk.nap(60)"}, headers={"Accept": accept})
        )
        while "running" not in (states := await _states(http)):
            await asyncio.sleep(0.01)
        waiting.cancel()
        while "running" in (states := await _states(http)):
            await asyncio.sleep(0.01)
        assert states[0] == "cancelled"


async def _states(http: httpx2.AsyncClient) -> list[str]:
    return [run["state"] for run in (await http.get("/v1/runs")).json()["runs"]]


@pytest.mark.parametrize(("decision", "state"), [("once", "ok"), ("no", "failed")])
async def test_a_question_is_answered_by_who_started_the_run(
    http: httpx2.AsyncClient, decision: str, state: str
) -> None:
    asked = {"source": "desk.wipe('disk')", "can_ask": True, "background": True}
    run = (await http.post("/v1/runs", json=asked)).json()["run"]
    while not (questions := (await http.get(f"/v1/runs/{run}")).json()["questions"]):
        await asyncio.sleep(0.01)
    answered = await http.post(f"/v1/runs/{run}/answers", json={"question": questions[0]["id"], "decision": decision})
    async with http.stream("GET", f"/v1/runs/{run}/events") as answer:
        last = (await events(answer))[-1].what

    assert questions[0]["call"]["arguments"] == {"what": "disk"}
    assert answered.status_code == 204
    assert isinstance(last, Finished)
    assert last.result.status == state


async def test_a_tool_is_called_directly_through_the_same_gate(http: httpx2.AsyncClient) -> None:
    called = await http.post("/v1/tools/desk.add/calls", json={"arguments": {"a": 1, "b": 2}})
    refused = await http.post("/v1/tools/desk.wipe/calls", json={"arguments": {"what": "disk"}})
    unknown = await http.post("/v1/tools/desk.ad/calls", json={})

    assert called.json()["returned"]["value"] == {"sum": 3}
    assert refused.json()["result"]["error"]["type"] == "ToolDenied"
    assert (unknown.status_code, unknown.json()["error"]["hint"]) == (404, "Did you mean 'add'?")


async def test_files_that_a_run_kept_are_downloads(http: httpx2.AsyncClient) -> None:
    source = "open('page.html', 'w').write('<script>')"
    ran = (await http.post("/v1/runs", json={"source": source, "keep": ["*"]})).json()
    file = await http.get(f"/v1/runs/{ran['run']}/files/page.html")
    missing = await http.get(f"/v1/runs/{ran['run']}/files/../../etc/passwd")

    assert (file.content, file.headers["content-disposition"]) == (b"<script>", "attachment")
    assert missing.status_code == 404


async def test_sessions_and_the_shell_are_there_too(http: httpx2.AsyncClient) -> None:
    await http.post("/v1/runs", json={"source": "x = 41", "session": "a"})
    later = await http.post("/v1/runs", json={"source": "x + 1", "session": "a"})
    ended = await http.delete("/v1/sessions/a")
    nobody = await http.delete("/v1/sessions/a")
    listed = await http.post("/v1/shell", json={"command": "ls"})

    assert later.json()["result"]["value"] == 42
    assert (ended.status_code, nobody.status_code) == (204, 404)
    assert listed.json()["stdout"].startswith("README.md\n")


async def test_each_token_sees_its_own_tools_and_runs(tmp_path: Path) -> None:
    async with two_tokens(tmp_path) as http:
        nobody = await http.get("/v1/tools")
        tools = [(await http.get("/v1/tools", headers=who)).json()["total"] for who in (ADA, BOB)]
        run = (await http.post("/v1/runs", json={"source": "desk.add(1, 2)"}, headers=ADA)).json()["run"]
        seen = [(await http.get(f"/v1/runs/{run}", headers=who)).status_code for who in (ADA, BOB)]
        followed = (await http.get(f"/v1/runs/{run}/events", headers=BOB)).status_code
        mine = (await http.get("/v1/runs", headers=BOB)).json()["runs"]
        beyond = await http.post("/v1/runs", json={"source": "desk.nap(0)"}, headers=BOB)
        direct = await http.post("/v1/tools/desk.nap/calls", json={"arguments": {"seconds": 0}}, headers=BOB)

    assert nobody.status_code == 401
    assert tools == [6, 1]
    assert (seen, followed, mine) == ([200, 404], 404, [])
    assert beyond.json()["state"] == "rejected"
    assert direct.status_code == 404


async def test_a_session_of_mcp_opens_for_its_own_token_alone(tmp_path: Path) -> None:
    begin = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}},
    }
    accept = {"Accept": "application/json, text/event-stream"}
    async with two_tokens(tmp_path) as http:
        session = (await http.post("/mcp", json=begin, headers=ADA | accept)).headers["mcp-session-id"]
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        with_it = accept | {"mcp-session-id": session, "mcp-protocol-version": "2025-11-25"}
        answers = [(await http.post("/mcp", json=listing, headers=who | with_it)).status_code for who in (ADA, BOB)]

    assert answers == [200, 404]


async def test_a_session_of_one_token_is_nobody_elses(tmp_path: Path) -> None:
    program = {"source": "x", "session": "mine"}
    async with two_tokens(tmp_path) as http:
        await http.post("/v1/runs", json={"source": "x = 1", "session": "mine"}, headers=ADA)
        # What tells the user's own commands apart says nothing over TCP.
        posing = [BOB | {"Ptc-Door": door, "Ptc-Client": client} for door, client in (("http", ""), ("repl", "mine"))]
        ended = [(await http.delete("/v1/sessions/mine", headers=who)).status_code for who in (BOB, *posing)]
        ran = [(await http.post("/v1/runs", json=program, headers=who)).json()["state"] for who in (BOB, *posing)]
        checked = [(await http.post("/v1/check", json=program, headers=who)).json()["passed"] for who in (BOB, *posing)]
        after = (await http.post("/v1/runs", json=program, headers=ADA)).json()

    assert (ran, checked, ended) == (["rejected"] * 3, [False] * 3, [404] * 3)
    assert (after["state"], after["result"]["value"]) == ("ok", 1)


async def test_what_completes_a_command_line_is_in_the_tokens_own_tree(tmp_path: Path) -> None:
    asked = {"text": "cat docs/desk/a"}
    async with two_tokens(tmp_path) as http:
        words = [(await http.post("/v1/shell/completions", json=asked, headers=who)).json() for who in (ADA, BOB)]
        beyond = (await http.post("/v1/shell/completions", json={"text": "cat docs/desk/n"}, headers=BOB)).json()

    assert words == [{"words": ["docs/desk/add.md"]}] * 2
    assert beyond == {"words": []}


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/view"), ("GET", "/v1/presence"), ("POST", "/v1/warm")])
async def test_what_is_for_the_users_own_prompts_is_not_given_over_tcp(
    http: httpx2.AsyncClient, method: str, path: str
) -> None:
    answer = await http.request(method, path, headers={"Ptc-Door": "repl", "Ptc-Client": "me"})

    assert answer.status_code == 403
    assert "the user's own commands" in answer.json()["error"]["message"]


@pytest.mark.parametrize("extra", [{"workspace": "w"}, {"mounts": ["/etc"]}])
async def test_folders_of_the_machine_are_not_given_over_tcp(http: httpx2.AsyncClient, extra: dict[str, Any]) -> None:
    assert (await http.post("/v1/runs", json={"source": "1", **extra})).status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"rubbish", 422, "body: Invalid JSON"),
        (b"[]", 422, "body: "),
        (b'{"name": "x"}', 422, "source: Field required"),
        (b'{"source": 1}', 422, "source: Input should be a valid string"),
        (b'{"source": "", "sauce": 1}', 422, "sauce: "),
        (b'{"source": "", "limits": {"cals": 1}}', 422, "limits.cals: there is no such limit"),
        (b'{"source": "", "limits": {"calls": 1.5}}', 422, "limits.calls: expected a whole number above 0"),
        (b'{"source": "", "limits": {"calls": NaN}}', 422, "limits.calls"),
        (b'{"source": "\\ud800"}', 422, "source"),
        (b"[" * 200_000, 422, "body"),
        (b" " * (5 << 20), 413, "longer than"),
    ],
)
async def test_what_is_wrong_with_a_body_is_said(http: httpx2.AsyncClient, body: bytes, status: int, said: str) -> None:
    answer = await http.post("/v1/runs", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


async def test_what_a_page_can_send_unasked_is_refused(http: httpx2.AsyncClient) -> None:
    plain = await http.post("/v1/runs", content=b'{"source": "1"}', headers={"Content-Type": "text/plain"})
    page = await http.post("/v1/runs", json={"source": "1"}, headers={"Origin": "https://evil.example"})
    rebound = await http.get("/v1/tools", headers={"Host": "evil.example"})

    assert (plain.status_code, page.status_code, rebound.status_code) == (415, 403, 421)


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/runs/none", "/v1/runs/none/events", "/v1/tools/x.y"])
async def test_what_is_not_there_is_said_in_the_same_shape(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


async def test_the_document_describes_what_is_answered(http: httpx2.AsyncClient) -> None:
    told = (await http.get("/v1/openapi.json")).json()
    ran = (await http.post("/v1/runs", json={"source": "desk.add(1, 2)"})).json()
    report = (await http.post("/v1/check", json={"source": "desk.add(1)"})).json()

    assert told == document()
    assert {path.replace(":path", "") for path in (each.path for each in OPERATIONS)} == set(told["paths"])
    schemas = {"components": told["components"]}
    for name, value in (("Run", ran), ("CheckReport", report)):
        jsonschema.validate(value, {"$ref": f"#/components/schemas/{name}"} | schemas)
    async with http.stream("GET", f"/v1/runs/{ran['run']}/events") as answer:
        for event in await events(answer):
            jsonschema.validate(to_json(event), {"$ref": "#/components/schemas/Event"} | schemas)
