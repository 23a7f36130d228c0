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

from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import PLAIN, REPOSITORY

SERVERS, TOOLS, RUNS = 10, 30, 15


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
    ptc = [sys.executable, "-m", "ptc_cli"]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "ptc.toml").write_text(configuration(), encoding="utf-8")
        (here / "one.py").write_text("server_0.echo(text='x')\n", encoding="utf-8")
        named = [*ptc, "--config", "ptc.toml"]
        environ = {"PATH": os.environ["PATH"], "PTC_HOME": str(here / "home"), "PYTHONPATH": str(REPOSITORY)}
        cold = [*named, "--no-daemon"]
        commands = {
            "python -c pass (floor)": ([sys.executable, "-c", "pass"], ""),
            "ptc --help": ([*ptc, "--help"], "120"),
            f"ptc tools list, cached, {SERVERS} x {TOOLS} tools": ([*named, "tools", "list"], "110"),
            "ptc tools list tickets --json": ([*named, "tools", "list", "server_0", "--json"], "200"),
            "ptc check, checker's cache on disk": ([*cold, "check", "one.py"], "500"),
            "ptc run, one call, no daemon": ([*cold, "run", "one.py"], "900"),
            "ptc run, one call, warm daemon": ([*named, "run", "one.py"], "100"),
            "ptc tools call, warm daemon": ([*named, "tools", "call", "server_0.echo", "text=x"], "100"),
            "ptc check, warm daemon": ([*named, "check", "one.py"], "100"),
        }
        for command, _ in commands.values():
            timed(command, environ, here)
        samples: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, (command, _) in commands.items():
                samples[name].append(timed(command, environ, here))
        timed([*named, "daemon", "stop"], environ, here)
    print(machine())
    print(HEADER)
    for name, (_, bar) in commands.items():
        print(row(name, samples[name], bar=bar))


if __name__ == "__main__":
    main()
