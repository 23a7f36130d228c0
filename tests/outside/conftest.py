"""`ptc` as others meet it: a process, over stdio or HTTP, in a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.homes import home

ROOT = Path(__file__).parents[2]
SERVERS = ROOT / "tests" / "servers"

CONFIGURATION = f"""
[servers.conformance]
command = {json.dumps(sys.executable)}
args = [{json.dumps(str(SERVERS / "conformance.py"))}]
"""


class Ptc:
    """The command over the server that the conformance suite knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = folder / "ptc.toml"
        config.write_text(CONFIGURATION)
        self.environ = {**os.environ, "PTC_HOME": home(folder / "home"), "PYTHONPATH": str(ROOT)}
        self.command = [sys.executable, "-m", "ptc_cli", "--config", str(config)]

    def entry(self, mode: str) -> dict[str, object]:
        """Return what a client is configured with."""
        words = [*self.command, "mcp", "start", "--mode", mode]
        environ = {name: self.environ[name] for name in ("PTC_HOME", "PYTHONPATH")}
        return {"command": words[0], "args": words[1:], "env": environ}

    @contextmanager
    def serving(self, mode: str, *options: str) -> Iterator[str]:
        """Serve over HTTP on a free port; yield the address."""
        words = [*self.command, "mcp", "start", "--transport", "http", "--port", "0", "--mode", mode, *options]
        log = (self.folder / "serving.log").open("w+")
        running = subprocess.Popen(words, env=self.environ, stderr=subprocess.PIPE, stdout=log, text=True)
        try:
            assert running.stderr is not None
            line = running.stderr.readline()
            assert line.startswith("serving MCP at "), line
            yield line.split()[3].rstrip(";")
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)
            log.close()


@pytest.fixture(scope="module")
def ptc(tmp_path_factory: pytest.TempPathFactory) -> Ptc:
    return Ptc(tmp_path_factory.mktemp("outside"))
