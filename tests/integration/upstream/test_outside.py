"""Servers that others wrote."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ptc_cli.core.server import ServerConfig, Transport
from tests.integration.upstream.conftest import ORIGIN, Client, free_port, wait_for_port

Connect = Callable[..., Client]

EVERYTHING = "@modelcontextprotocol/server-everything"

pytestmark = [pytest.mark.outside, pytest.mark.timeout(300)]


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the reference server of the protocol's authors, and give its entry point."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), EVERYTHING]
    try:
        subprocess.run(install, check=True, capture_output=True, timeout=240)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm cannot give {EVERYTHING}: {error}")
    return folder / "node_modules" / ".bin" / "mcp-server-everything"


async def test_the_time_server_from_pypi_lists_and_answers(connect: Connect) -> None:
    if importlib.util.find_spec("mcp_server_time") is None:
        pytest.skip("mcp-server-time is not installed")
    args = ("-m", "mcp_server_time", "--local-timezone", "UTC")
    client = connect(ServerConfig(name="time", transport="stdio", command=sys.executable, args=args, origin=ORIGIN))

    listing = await client.pool.list("time")
    result = await client.call("time", "get_current_time", timezone="Europe/Berlin")

    assert listing.status == "ok"
    assert {tool.name for tool in listing.tools} == {"get_current_time", "convert_time"}
    assert isinstance(result.value, dict)
    assert result.value["timezone"] == "Europe/Berlin"


async def test_the_reference_server_works_over_stdio(connect: Connect, everything: Path) -> None:
    client = connect(ServerConfig(name="everything", transport="stdio", command=str(everything), origin=ORIGIN))

    await check(client)


@pytest.mark.parametrize(("mode", "transport", "path"), [("streamableHttp", "http", "/mcp"), ("sse", "sse", "/sse")])
async def test_the_reference_server_works_over_http(
    connect: Connect, everything: Path, mode: str, transport: Transport, path: str
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [everything, mode],
        env={**os.environ, "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        url = f"http://127.0.0.1:{port}{path}"
        client = connect(ServerConfig(name="everything", transport=transport, url=url, origin=ORIGIN))
        await check(client)
        await client.pool.close()
    finally:
        process.terminate()
        process.wait(timeout=10)


async def check(client: Client) -> None:
    listing = await client.pool.list("everything")
    assert listing.status == "ok", listing.reason
    tools = {tool.name: tool for tool in listing.tools}
    assert listing.rejected == ()

    echoed = await client.call("everything", "echo", spec=tools["echo"], message="hello")
    image = await client.call("everything", "get-tiny-image", spec=tools["get-tiny-image"])
    weather = await client.call(
        "everything", "get-structured-content", spec=tools["get-structured-content"], location="New York"
    )
    wrong = await client.call("everything", "get-sum", spec=tools["get-sum"], a="not a number")

    assert echoed.value == "Echo: hello"
    assert any(block.type == "image" and block.data for block in image.content)
    assert isinstance(weather.value, dict), json.dumps(weather.value)
    assert "temperature" in weather.value
    assert wrong.failure is not None
