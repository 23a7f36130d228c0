"""Clients that we did not write, in front of every mode."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.outside.conftest import Ptc
from tests.outside.packages import fastmcp_python, node, node_modules, script

HERE = Path(__file__).parent
MODES = ["catalog", "filesystem", "sidecar"]
WIRES = ["stdio", "http"]
EACH = pytest.mark.parametrize("mode", MODES)


def typescript(told: str) -> list[str]:
    # Modules are looked for beside the script.
    copy = shutil.copy(HERE / "typescript_client.mjs", node_modules().parent)
    return [node(), str(copy), told]


def fastmcp(told: str) -> list[str]:
    return [fastmcp_python(), str(HERE / "fastmcp_client.py"), told]


def output(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("client", [typescript, fastmcp], ids=["typescript", "fastmcp"])
@pytest.mark.parametrize("wire", WIRES)
@EACH
def test_a_client_lists_runs_a_program_and_is_asked(ptc: Ptc, mode: str, wire: str, client: Any) -> None:
    with ptc.serving(mode) if wire == "http" else nullcontext(None) as address:
        found = output(client(json.dumps({"entry": ptc.entry(mode), "address": address})))

    assert "execute_python" in found["tools"]
    assert ("conformance__test_simple_text" in found["tools"]) is (mode == "sidecar")
    assert "ptc://tree/README.md" in found["resources"]
    assert "write_program" in found["prompts"]
    assert "Hello, Ada!" in found["result"]["content"][0]["text"]
    assert [message.splitlines()[-1] for message in found["asked"]] == ["> What is your name?"]


@EACH
def test_the_inspector_lists_and_runs_a_program(ptc: Ptc, tmp_path: Path, mode: str) -> None:
    config = tmp_path / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"ptc": ptc.entry(mode)}}))
    inspector = script("@modelcontextprotocol", "inspector", "cli", "build", "cli.js")
    inspect = [node(), inspector, "--cli", "--config", str(config), "--server", "ptc", "--method"]

    listed = output([*inspect, "tools/list"])
    ran = output([*inspect, "tools/call", "--tool-name", "execute_python", "--tool-arg", "code=6 * 7"])

    assert "execute_python" in [tool["name"] for tool in listed["tools"]]
    assert ran["content"] == [{"type": "text", "text": "42"}]
