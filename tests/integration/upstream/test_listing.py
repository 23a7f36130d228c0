from __future__ import annotations

from collections.abc import Callable

import pytest

from ptc_cli.core.server import ServerConfig
from tests.integration.upstream.conftest import Client, demo, odd, plain

Connect = Callable[..., Client]


async def test_one_invalid_tool_costs_only_itself(connect: Connect) -> None:
    listing = await connect(odd("tools")).pool.list("tools")

    assert [tool.name for tool in listing.tools] == ["ok", "no_type", "bad_output", "bad_ref", "bare"]
    reasons = {tool.name: tool.reason for tool in listing.rejected}
    assert reasons["no_schema"] == "it has no input schema"
    assert reasons["list_schema"] == "its input schema is not an object"
    assert reasons["string_schema"] == "its input schema is for 'string', not for an object of arguments"
    assert reasons["bad_annotations"] == "its annotations are not an object"
    assert reasons["bad_hint"] == "its annotation destructiveHint is neither true nor false"
    assert reasons["ok"] == "another tool of this server has the same name"
    assert reasons["huge"] == "its definition is larger than 1 MiB"
    assert "control characters" in reasons["red\\x1b[31m"]
    assert len(listing.rejected) == 14


async def test_pages_are_fetched_to_the_end(connect: Connect) -> None:
    listing = await connect(odd("pages")).pool.list("pages")

    assert [tool.name for tool in listing.tools] == ["t0", "t1", "t2", "t3", "t4"]
    assert listing.rejected == ()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("repeat", "the server repeats a page for ever; what came until then is kept"),
        ("endless", "the server lists more than 500 pages; the rest is left out"),
        ("nolist", "the answer to tools/list has no list of tools"),
    ],
)
async def test_a_listing_that_never_ends_is_cut_and_says_so(connect: Connect, kind: str, reason: str) -> None:
    listing = await connect(odd(kind)).pool.list(kind)

    assert listing.status == "ok"
    assert [(tool.name, tool.reason) for tool in listing.rejected] == [("*", reason)]


async def test_a_server_that_fails_never_takes_down_the_others(connect: Connect) -> None:
    listings = await connect(odd("exit"), plain(), odd("flood")).pool.list_all()

    assert [(listing.server, listing.status) for listing in listings] == [
        ("exit", "failed"),
        ("plain", "ok"),
        ("flood", "failed"),
    ]


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("normal", "2025-11-25"),
        ("old", "2024-11-05"),
        ("ignores", "2025-11-25"),  # server/discover is not answered
        ("leaves", "2025-11-25"),  # the process ends on server/discover
        ("junk", "2025-11-25"),  # lines of a log between the messages
        ("loud", "2025-11-25"),  # megabytes on standard error before anything else
    ],
)
async def test_old_servers_are_understood_as_they_are(connect: Connect, kind: str, version: str) -> None:
    listing = await connect(odd(kind, connect_timeout_seconds=8.0)).pool.list(kind)

    assert (listing.status, listing.protocol_version) == ("ok", version)


async def test_a_server_of_the_new_protocol_is_spoken_to_in_it(connect: Connect) -> None:
    listing = await connect(demo("tickets")).pool.list("tickets")

    assert listing.protocol_version == "2026-07-28"
    assert listing.instructions.startswith("A ticket tracker.")
    assert {tool.name: tool.annotations.destructive for tool in listing.tools}["close_ticket"] is True


async def test_a_remembered_era_is_not_probed_again(connect: Connect) -> None:
    # This server ends on the probe, and is given one process only.
    listing = await connect(odd("leaves"), eras={"leaves": "2025-06-18"}).pool.list("leaves")

    assert listing.status == "ok"


async def test_a_wrongly_remembered_era_is_corrected(connect: Connect) -> None:
    listing = await connect(demo("team"), eras={"team": "2025-11-25"}).pool.list("team")

    assert listing.status == "ok"


async def test_the_same_tools_come_over_every_transport(connect: Connect, served_tickets: ServerConfig) -> None:
    over_http = await connect(served_tickets).pool.list("tickets")
    over_stdio = await connect(demo("tickets")).pool.list("tickets")

    assert over_http.tools == over_stdio.tools
    assert len(over_http.tools) == 5


async def test_a_server_that_says_its_tools_changed_is_heard(connect: Connect) -> None:
    client = connect(odd("changes"))
    heard: list[str] = []
    client.pool.on_changed(heard.append)

    await client.call("changes", "ok")

    assert heard == ["changes"]


async def test_switched_off_and_untrusted_servers_are_not_started(connect: Connect, tmp_path: object) -> None:
    off = ServerConfig(name="off", transport="stdio", command="false", origin=plain().origin, enabled=False)
    foreign = ServerConfig(name="foreign", transport="stdio", command="false", origin=plain().origin, is_trusted=False)

    listings = await connect(off, foreign).pool.list_all()

    assert [listing.status for listing in listings] == ["disabled", "untrusted"]
    assert "ptc servers trust" in (listings[1].reason or "")


async def test_an_unknown_server_is_named_with_the_nearest_known(connect: Connect) -> None:
    listing = await connect(plain("github")).pool.list("gihub")

    assert listing.reason == "no server 'gihub'\nDid you mean 'github'?"
