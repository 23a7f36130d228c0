from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ptc_cli.core.call import Content, ToolCall
from ptc_cli.core.server import ServerConfig, ToolConfig
from tests.integration.upstream.conftest import Client, Person, demo, http, odd, plain

Connect = Callable[..., Client]


async def test_structured_content_is_the_value(connect: Connect) -> None:
    result = await connect(plain()).call("plain", "add", a=1, b=2)

    assert (result.value, result.structured, result.failure) == ({"sum": 3}, {"sum": 3}, None)


async def test_a_wrapped_result_is_unwrapped_by_the_declared_schema(connect: Connect) -> None:
    client = connect(demo("tickets"))
    listing = await client.pool.list("tickets")
    spec = next(tool for tool in listing.tools if tool.name == "list_tickets")

    result = await client.call("tickets", "list_tickets", spec=spec, limit=2)

    assert isinstance(result.value, list)
    assert [ticket["id"] for ticket in result.value] == ["T-101", "T-102"]


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
async def test_both_protocols_carry_calls(connect: Connect, era: str) -> None:
    result = await connect(demo("team"), eras={"team": era}).call("team", "find_person", name="Ada")

    assert isinstance(result.value, dict)
    assert result.value["email"] == "ada@example.com"


async def test_every_transport_carries_calls_and_failures(connect: Connect, served_tickets: ServerConfig) -> None:
    client = connect(served_tickets)

    found = await client.call("tickets", "get_ticket", ticket="T-101")
    missing = await client.call("tickets", "get_ticket", ticket="T-999")

    assert isinstance(found.value, dict)
    assert found.value["title"] == "Login page loops after password reset"
    assert missing.failure is not None
    assert missing.failure.kind == "error"
    assert "There is no ticket T-999" in missing.failure.message


async def test_what_the_tool_says_of_its_failure_is_passed_on(connect: Connect) -> None:
    result = await connect(plain()).call("plain", "fail", message="disk on fire")

    assert result.failure is not None
    assert (result.failure.kind, result.failure.message) == ("error", "disk on fire")
    assert result.content == (Content(type="text", text="disk on fire"),)


async def test_a_picture_comes_as_bytes_and_nothing_as_none(connect: Connect) -> None:
    client = connect(plain())
    picture = await client.call("plain", "image")
    nothing = await client.call("plain", "nothing")

    assert picture.is_content
    assert picture.content[0].mime_type == "image/png"
    assert (picture.content[0].data or b"").startswith(b"\x89PNG")
    assert (nothing.value, nothing.is_content, nothing.failure) == (None, False, None)


async def test_fifty_megabytes_arrive_whole(connect: Connect) -> None:
    result = await connect(plain()).call("plain", "big", bytes=50_000_000)

    assert isinstance(result.value, str)
    assert len(result.value) == 50_000_000


@pytest.mark.parametrize("path", ["/big", "/big-events"])
async def test_fifty_megabytes_arrive_whole_over_http(connect: Connect, odd_http: str, path: str) -> None:
    result = await connect(http("x", odd_http + path)).call("x", "ok")

    assert isinstance(result.value, str)
    assert len(result.value) == 50_000_000


async def test_a_result_that_breaks_its_schema_is_not_lost(connect: Connect) -> None:
    client = connect(odd("mismatch"))
    listing = await client.pool.list("mismatch")

    result = await client.call("mismatch", "ok", spec=listing.tools[0])

    assert (result.value, result.failure) == ({"a": 5}, None)


async def test_content_of_unknown_kinds_is_kept_as_its_json(connect: Connect) -> None:
    result = await connect(odd("strange")).call("strange", "ok")

    assert result.failure is None
    assert [json.loads(str(block.text)) for block in result.content] == [
        {"type": "hologram", "beams": 3},
        {"type": "image", "data": "?", "mimeType": 7},
        5,
    ]


async def test_a_resource_is_read(connect: Connect) -> None:
    client = connect(odd("normal"))
    call = ToolCall(
        run="r", method="resources/read", server="normal", tool="note://1", arguments={}, deadline=time.time() + 20
    )

    result = await client.pool.call(call)

    assert result.content == (Content(type="resource", text="hello", mime_type="text/plain", uri="note://1"),)


async def test_calls_run_side_by_side(connect: Connect) -> None:
    client = connect(plain())

    results = await asyncio.gather(*(client.call("plain", "add", a=n, b=n) for n in range(200)))

    assert [result.value for result in results] == [{"sum": 2 * n} for n in range(200)]


async def test_a_call_that_takes_too_long_is_given_up_and_the_server_told(connect: Connect, tmp_path: Path) -> None:
    log = tmp_path / "messages"
    client = connect(plain("plain", "--log", str(log), timeout_seconds=0.3))

    result = await client.call("plain", "sleep", seconds=60)
    await client.call("plain", "nothing")

    assert result.failure is not None
    assert result.failure.kind == "timeout"
    assert result.failure.message == "server 'plain': no answer to 'sleep' within 0.3 s"
    assert "notifications/cancelled" in log.read_text()


async def test_a_tool_may_have_a_time_limit_of_its_own(connect: Connect) -> None:
    config = plain()
    hurried = ServerConfig(
        name="plain",
        transport="stdio",
        command=config.command,
        args=config.args,
        origin=config.origin,
        tools={"sleep": ToolConfig(timeout_seconds=0.2)},
    )

    result = await connect(hurried).call("plain", "sleep", seconds=60)

    assert result.failure is not None
    assert result.failure.kind == "timeout"


async def test_a_cancelled_call_is_cancelled_at_the_server(connect: Connect, tmp_path: Path) -> None:
    log = tmp_path / "messages"
    client = connect(plain("plain", "--log", str(log)))
    await client.call("plain", "nothing")
    call = asyncio.create_task(client.call("plain", "sleep", seconds=60))
    while "sleep" not in log.read_text():
        await asyncio.sleep(0.01)

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await client.call("plain", "nothing")

    assert "notifications/cancelled" in log.read_text()


async def test_progress_is_passed_on(connect: Connect) -> None:
    client = connect(odd("progress"))
    call = ToolCall(run="r", server="progress", tool="ok", arguments={}, deadline=time.time() + 20)

    requester = Person()
    await client.pool.call(call, requester=requester)

    assert requester.steps == [(1.0, 2.0, "step 1"), (2.0, 2.0, "step 2")]


async def test_a_server_that_dies_in_a_call_fails_it_at_once_and_is_started_again(connect: Connect) -> None:
    client = connect(odd("die"))

    first = await client.call("die", "ok", within=60)
    second = await client.call("die", "ok", within=60)

    for result in (first, second):
        assert result.failure is not None
        assert result.failure.kind == "unavailable"
        assert result.failure.message == "server 'die': was lost while 'ok' ran: exited with 3"
        assert "not repeated" in (result.failure.hint or "")


async def test_a_server_whose_child_holds_its_output_is_seen_to_die(connect: Connect, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    client = connect(odd("orphan", str(pid)))

    result = await client.call("orphan", "ok", within=60)
    await client.pool.close()

    assert result.failure is not None
    assert result.failure.kind == "unavailable"
    assert not _runs(int(pid.read_text()))


async def test_an_answer_that_does_not_parse_fails_its_call_at_once(connect: Connect) -> None:
    result = await connect(odd("unparsable")).call("unparsable", "ok", within=60)

    assert result.failure is not None
    assert result.failure.kind == "error"
    assert "not valid JSON-RPC" in result.failure.message


async def test_an_error_of_the_server_is_its_own_text_and_no_lost_connection(connect: Connect) -> None:
    result = await connect(odd("refuse")).call("refuse", "ok")

    assert result.failure is not None
    assert (result.failure.kind, result.failure.message) == ("error", "not today")


async def test_a_server_that_asks_for_input_is_told_that_nobody_can_answer(connect: Connect) -> None:
    result = await connect(odd("ask")).call("ask", "ok")

    assert isinstance(result.value, dict)
    assert result.value["message"] == "Elicitation not supported"


async def test_a_server_sees_only_what_it_needs_of_our_environment(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not yours")

    result = await connect(odd("environment", env={"OWN": "value", "KEY": "${TOKEN}"})).call("environment", "ok")

    assert isinstance(result.value, dict)
    assert "AWS_SECRET_ACCESS_KEY" not in result.value
    assert result.value["PATH"] == os.environ["PATH"]
    assert (result.value["OWN"], result.value["KEY"]) == ("value", "s3cr3t-t0k3n")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
