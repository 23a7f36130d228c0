"""How long whole commands take, as processes, beside a bare Python.

Run as `python -m tests.benchmarks.bench_commands`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import PLAIN, REPOSITORY
from tests.outside.packages import mcporter as fetched

SERVERS, TOOLS, RUNS = 10, 30, 15
PTC = [sys.executable, "-m", "ptc_cli"]

Commands: TypeAlias = dict[str, tuple[list[str], str]]
"""By what they do: the command, and how many milliseconds it may take."""


def configuration() -> str:
    """Return ten servers of thirty tools."""
    args = json.dumps(["-S", str(PLAIN), "--tools", str(TOOLS - 7)])
    return "".join(
        f"[servers.server_{n}]\ncommand = {json.dumps(sys.executable)}\nargs = {args}\n" for n in range(SERVERS)
    )


def timed(command: Sequence[str], environ: dict[str, str], cwd: Path) -> float:
    """Return the seconds that one process takes."""
    started = time.perf_counter()
    subprocess.run(command, env=environ, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print the figures, the commands in turn so that a noisy machine is noisy for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "ptc.toml").write_text(configuration(), encoding="utf-8")
        (here / "one.py").write_text("server_0.echo(text='x')\n", encoding="utf-8")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "PTC_HOME": str(here / "home"),
            "PYTHONPATH": str(REPOSITORY),
        }
        peers, ending = peer(here)
        commands = {**own(), **peers}
        for command, _ in commands.values():
            timed(command, environ, here)
        samples: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, (command, _) in commands.items():
                samples[name].append(timed(command, environ, here))
        for command in (*ending, [*PTC, "--config", "ptc.toml", "daemon", "stop"]):
            timed(command, environ, here)
    print(machine())
    print(HEADER)
    for name, (_, bar) in commands.items():
        print(row(name, samples[name], bar=bar))


def own() -> Commands:
    """Return our commands, each with its bar."""
    named = [*PTC, "--config", "ptc.toml"]
    cold = [*named, "--no-daemon"]
    return {
        "python -c pass (floor)": ([sys.executable, "-c", "pass"], ""),
        "ptc --help": ([*PTC, "--help"], "120"),
        f"ptc tools list, cached, {SERVERS} x {TOOLS} tools": ([*named, "tools", "list"], "110"),
        "ptc tools list tickets --json": ([*named, "tools", "list", "server_0", "--json"], "200"),
        "ptc check, checker's cache on disk": ([*cold, "check", "one.py"], "500"),
        "ptc run, one call, no daemon": ([*cold, "run", "one.py"], "900"),
        "ptc run, one call, warm daemon": ([*named, "run", "one.py"], "100"),
        "ptc tools call, warm daemon": ([*named, "tools", "call", "server_0.echo", "text=x"], "100"),
        "ptc check, warm daemon": ([*named, "check", "one.py"], "100"),
    }


def peer(folder: Path) -> tuple[Commands, list[list[str]]]:
    """Return the same with mcporter, over the same servers, and what ends its daemon."""
    try:
        mcporter = [*fetched(), "--config", "mcporter.json"]
    except pytest.skip.Exception as reason:
        print(f"mcporter: {reason}")
        return {}, []
    args = ["-S", str(PLAIN), "--tools", str(TOOLS - 7)]
    servers = {
        f"server_{n}": {"command": sys.executable, "args": args, "lifecycle": "keep-alive"} for n in range(SERVERS)
    }
    (folder / "mcporter.json").write_text(json.dumps({"mcpServers": servers, "imports": []}), encoding="utf-8")
    commands: Commands = {
        f"  mcporter list, {SERVERS} x {TOOLS} tools": ([*mcporter, "list"], ""),
        "  mcporter call, its daemon warm": ([*mcporter, "call", "server_0.echo", "text=x"], ""),
    }
    return commands, [[*mcporter, "daemon", "stop"]]


if __name__ == "__main__":
    main()
