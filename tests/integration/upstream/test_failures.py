from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ptc_cli.core.errors import AuthorisationError
from ptc_cli.core.server import ServerConfig
from tests.integration.upstream.conftest import ORIGIN, Client, free_port, http, odd, plain

Connect = Callable[..., Client]


async def reason(client: Client, server: str) -> str:
    listing = await client.pool.list(server)
    assert listing.status == "failed"
    return listing.reason or ""


async def test_a_missing_command_is_named_with_the_line_that_wants_it(connect: Connect) -> None:
    config = ServerConfig(name="gone", transport="stdio", command="no-such-command", origin=ORIGIN)

    assert await reason(connect(config), "gone") == (
        "ptc.toml:3: server 'gone': command 'no-such-command' does not exist\n"
        "Install it, or write its full path in `command`; only PATH is searched."
    )


async def test_a_missing_folder_is_not_taken_for_a_missing_command(connect: Connect) -> None:
    config = ServerConfig(name="x", transport="stdio", command="true", cwd="/no/such/folder", origin=ORIGIN)

    assert "folder '/no/such/folder' does not exist" in await reason(connect(config), "x")


async def test_a_file_that_may_not_be_run_is_said_to_be_one(connect: Connect, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    config = ServerConfig(name="x", transport="stdio", command=str(script), origin=ORIGIN)

    assert f"chmod +x {script}" in await reason(connect(config), "x")


async def test_a_server_that_exits_at_once_is_quoted(connect: Connect) -> None:
    assert "exited with 2 before it answered: 'no configuration found'" in await reason(connect(odd("exit")), "exit")


async def test_a_server_that_hangs_is_given_up(connect: Connect) -> None:
    client = connect(odd("hang", connect_timeout_seconds=0.7))

    assert "did not answer within 0.7 s" in await reason(client, "hang")


async def test_a_program_that_is_no_mcp_server_is_quoted(connect: Connect) -> None:
    client = connect(odd("rubbish", connect_timeout_seconds=1.0))

    assert "what is not MCP: 'Welcome to my server!'" in await reason(client, "rubbish")


async def test_a_revision_that_nobody_speaks_is_named(connect: Connect) -> None:
    assert "2023-01-01" in await reason(connect(odd("ancient")), "ancient")


async def test_a_reference_without_a_value_is_named(connect: Connect) -> None:
    client = connect(odd("normal", env={"KEY": "${NOT_SET}"}))

    assert await reason(client, "normal") == "ptc.toml:3: ${NOT_SET}: the variable is not set\nSet it."


async def test_a_closed_port_is_named(connect: Connect) -> None:
    url = f"http://127.0.0.1:{free_port()}/mcp"

    assert await reason(connect(http("x", url)), "x") == (
        f"server 'x': nothing answers at {url}\nStart the server, or correct host and port in `url`."
    )


async def test_an_unknown_host_is_named(connect: Connect) -> None:
    said = await reason(connect(http("x", "http://no-such-host.invalid/mcp?key=hidden")), "x")

    assert "the host of http://no-such-host.invalid/mcp is unknown" in said
    assert "hidden" not in said


async def test_an_address_that_is_none_is_an_error_of_the_configuration(connect: Connect) -> None:
    assert "ptc.toml:3: server 'x': ftp://host/mcp is no address" in await reason(
        connect(http("x", "ftp://host/mcp")), "x"
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "there is no MCP server at"),
        ("/html", "answered with a web page"),
        ("/500", "answered HTTP 500"),
        ("/redirect", "redirects to another address, which is not followed"),
    ],
)
async def test_an_http_answer_that_is_not_mcp_is_said_to_be_what_it_is(
    connect: Connect, odd_http: str, path: str, said: str
) -> None:
    assert said in await reason(connect(http("x", odd_http + path)), "x")


async def test_tls_with_a_server_that_has_none_is_said_to_have_failed(connect: Connect, odd_http: str) -> None:
    said = await reason(connect(http("x", odd_http.replace("http:", "https:") + "/mcp")), "x")

    assert "TLS with https://127.0.0.1" in said
    assert "http:// if it has no TLS" in said


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_that_wants_a_login_names_the_command_and_is_not_asked_again(
    connect: Connect, odd_http: str, transport: str
) -> None:
    url = f"{odd_http}/401"
    config = ServerConfig(name="vendor", transport="sse" if transport == "sse" else "http", url=url, origin=ORIGIN)
    client = connect(config)

    said = await reason(client, "vendor")
    result = await client.call("vendor", "ok")

    assert "ptc servers login vendor" in said
    assert result.failure is not None
    assert result.failure.kind == "unavailable"
    assert "ptc servers login vendor" in (result.failure.hint or "")
    assert isinstance(client.pool.failure("vendor"), AuthorisationError)


async def test_an_event_stream_may_not_send_messages_elsewhere(connect: Connect, odd_http: str) -> None:
    config = ServerConfig(name="x", transport="sse", url=f"{odd_http}/elsewhere", origin=ORIGIN)

    assert "sends its messages to another host" in await reason(connect(config), "x")


async def test_a_server_that_forgot_the_session_is_given_a_new_one(connect: Connect, odd_http: str) -> None:
    client = connect(http("x", f"{odd_http}/forgetful"))

    results = [await client.call("x", "ok") for _ in range(3)]

    assert [result.value for result in results] == ["remembered"] * 3


async def test_an_answer_that_breaks_off_fails_its_call_only(connect: Connect, odd_http: str) -> None:
    client = connect(http("x", f"{odd_http}/breaks"))

    result = await client.call("x", "ok")

    assert result.failure is not None
    assert result.failure.kind == "unavailable"
    assert (await client.pool.list("x")).status == "ok"


async def test_a_server_that_keeps_failing_is_not_stormed(connect: Connect, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    config = ServerConfig(
        name="dead", transport="stdio", command="sh", args=("-c", f"echo x >> {starts}; exit 1"), origin=ORIGIN
    )
    client = connect(config, eras={"dead": "2025-11-25"})

    said = [await reason(client, "dead") for _ in range(20)]

    assert len(starts.read_text().split()) == 1
    assert "It is tried again" in said[-1]


async def test_forgiven_it_is_tried_at_once(connect: Connect, tmp_path: Path) -> None:
    late = tmp_path / "server"
    config = ServerConfig(name="late", transport="stdio", command=str(late), origin=ORIGIN)
    client = connect(config)
    await reason(client, "late")
    late.symlink_to("/bin/false")
    assert "does not exist" in await reason(client, "late")

    client.pool.forgive("late")

    assert "exited with 1" in await reason(client, "late")


async def test_secrets_are_in_no_reason_and_no_log(connect: Connect) -> None:
    client = connect(odd("leak", env={"TOKEN": "${TOKEN}"}))

    said = await reason(client, "leak")

    assert "cannot log in with ***" in said
    logs = "".join(path.read_text() for path in client.logs.iterdir())
    assert "cannot log in with ***" in logs
    assert "s3cr3t" not in said + logs


async def test_headers_are_sent_resolved(connect: Connect, odd_http: str) -> None:
    client = connect(http("x", f"{odd_http}/headers", headers={"Authorization": "Bearer ${TOKEN}"}))

    result = await client.call("x", "ok")

    assert isinstance(result.value, dict)
    assert result.value["Authorization"] == "Bearer s3cr3t-t0k3n"


async def test_a_log_is_cut_and_only_ours_to_read(connect: Connect) -> None:
    client = connect(odd("loud"))
    await client.pool.list("loud")

    files = list(client.logs.iterdir())

    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * len(files)
    assert sum(path.stat().st_size for path in files) < 3 << 20


async def test_a_folder_for_logs_that_cannot_be_made_costs_only_the_logs(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")

    assert (await connect(plain()).pool.list("plain")).status == "ok"


async def test_a_server_that_dies_at_every_call_is_not_stormed_either(connect: Connect, tmp_path: Path) -> None:
    client = connect(odd("die"))

    results = [await client.call("die", "ok") for _ in range(20)]

    started = (client.logs / "die.log").read_text().count("starting ")
    assert started < 10
    assert results[-1].failure is not None
    assert "keeps ending before it answers" in results[-1].failure.message
