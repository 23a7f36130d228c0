"""The protocol of 2026-07-28, where the server has no requests of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from ptc_cli.core.inquiry import Reply
from ptc_cli.core.server import ServerConfig
from tests.integration.upstream.conftest import ORIGIN, SERVERS, Client, Person, free_port, wait_for_port

Connect = Callable[..., Client]


@pytest.fixture(scope="module", params=["stdio", "http"])
def modern(request: pytest.FixtureRequest) -> Iterator[ServerConfig]:
    script = str(SERVERS / "modern.py")
    if request.param == "stdio":
        yield ServerConfig(name="modern", transport="stdio", command=sys.executable, args=(script,), origin=ORIGIN)
        return
    port = free_port()
    process = subprocess.Popen([sys.executable, script, "--http", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield ServerConfig(name="modern", transport="http", url=f"http://127.0.0.1:{port}/mcp", origin=ORIGIN)
    finally:
        process.terminate()
        process.wait(timeout=10)


async def test_changed_tools_are_heard_of(connect: Connect, modern: ServerConfig) -> None:
    client = connect(modern)
    heard = asyncio.Event()
    client.pool.on_changed(lambda server: heard.set())
    assert (await client.pool.list("modern")).protocol_version == "2026-07-28"

    # What happens before the server took note of the listener is not told.
    for _ in range(100):
        await client.call("modern", "grow")
        if heard.is_set():
            break
        await asyncio.sleep(0.05)

    assert heard.is_set()


async def test_an_answer_that_is_put_off_is_asked_for_again(connect: Connect, modern: ServerConfig) -> None:
    result = await connect(modern).call("modern", "later")

    assert (result.content[0].text, result.failure) == ("at last", None)


async def test_a_question_that_nobody_can_answer_is_declined_and_the_result_says_so(
    connect: Connect, modern: ServerConfig
) -> None:
    result = await connect(modern).call("modern", "ask")

    assert '"action": "decline"' in (result.content[0].text or "")
    assert result.warnings == ("server 'modern' asked for input ('Name?'), and got none: there is nobody to ask",)


async def test_a_question_in_the_middle_of_a_call_is_answered_in_the_next_round(
    connect: Connect, modern: ServerConfig
) -> None:
    person = Person(Reply(action="accept", content={"name": "Ada"}))

    result = await connect(modern).call("modern", "ask", requester=person)

    assert '"content": {"name": "Ada"}' in (result.content[0].text or "")
    assert [(inquiry.server, inquiry.message) for inquiry in person.inquiries] == [("modern", "Name?")]


async def test_arguments_are_repeated_in_headers_where_the_tool_wants_it(
    connect: Connect, modern: ServerConfig
) -> None:
    client = connect(modern)
    listing = await client.pool.list("modern")
    spec = next(tool for tool in listing.tools if tool.name == "headed")

    result = await client.call("modern", "headed", spec=spec, region="north east ü")

    assert (result.content[0].text, result.failure) == ("north east ü", None)
