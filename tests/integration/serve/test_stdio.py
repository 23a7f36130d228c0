"""`ptc mcp start` as a client starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from ptc_cli.serve.mcp import Mode
from tests.homes import home
from tests.integration.serve.clients import CONFIGURATION, Era, text

ROOT = Path(__file__).parents[3]


def command(mode: Mode) -> list[str]:
    return [sys.executable, "-m", "ptc_cli", "mcp", "start", "--mode", mode]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    configuration = tmp_path / "ptc.toml"
    configuration.write_text(CONFIGURATION)
    return {
        **os.environ,
        "PTC_HOME": home(tmp_path / "home"),
        "PTC_CONFIG": str(configuration),
        "PYTHONPATH": str(ROOT),
    }


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("era", get_args(Era))
async def test_a_client_that_starts_it_runs_a_program(environ: dict[str, str], mode: Mode, era: Era) -> None:
    first, *rest = command(mode)
    transport = stdio_client(StdioServerParameters(command=first, args=rest, env=environ))
    async with Client(transport, mode=era) as client:
        result = await client.call_tool(
            "execute_python", {"code": "import os\nfrom tools import desk\nos.write(1, b'')\ndesk.add(2, 3)['sum']"}
        )

    assert text(result) == "5"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_told_to(environ: dict[str, str], number: signal.Signals) -> None:
    with _started(environ) as process:
        _initialize(process)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert out == b""


def test_it_ends_when_its_client_goes_away_in_the_middle_of_a_program(environ: dict[str, str]) -> None:
    with _started(environ) as process:
        _initialize(process)
        call = types.CallToolRequestParams(name="execute_python", arguments={"code": "while True: pass"})
        _send(process, "tools/call", call.model_dump(by_alias=True, exclude_none=True), 2)
        process.communicate(timeout=30)

    assert process.returncode == 0


@pytest.mark.parametrize("rubbish", [b"rubbish\n", b"[]\n", b"\xff\xfe\n", b"\n", b"{}\n", b'"' * 100_000 + b"\n"])
def test_rubbish_on_the_wire_is_not_the_end(environ: dict[str, str], rubbish: bytes) -> None:
    with _started(environ) as process:
        assert process.stdin is not None
        process.stdin.write(rubbish)
        answer = _initialize(process)
        process.communicate(timeout=30)

    assert b'"serverInfo"' in answer
    assert process.returncode == 0


def _started(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command("catalog"), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environ)


def _initialize(process: subprocess.Popen[bytes]) -> bytes:
    params = types.InitializeRequestParams(
        protocol_version="2025-11-25",
        capabilities=types.ClientCapabilities(),
        client_info=types.Implementation(name="test", version="1"),
    )
    _send(process, "initialize", params.model_dump(by_alias=True, exclude_none=True), 1)
    assert process.stdout is not None
    answer = process.stdout.readline()
    _send(process, "notifications/initialized", None, None)
    return answer


def _send(process: subprocess.Popen[bytes], method: str, params: dict[str, object] | None, number: int | None) -> None:
    fields: dict[str, object] = {"jsonrpc": "2.0", "method": method}
    fields |= {} if params is None else {"params": params}
    fields |= {} if number is None else {"id": number}
    assert process.stdin is not None
    process.stdin.write(json.dumps(fields).encode() + b"\n")
    process.stdin.flush()
