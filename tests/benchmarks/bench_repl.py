"""How quick the prompt and the shells' completion are.

Run as `python -m tests.benchmarks.bench_repl`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import open_engine
from ptc_cli.repl.live import LiveCheck
from ptc_cli.repl.programs import completer
from ptc_cli.repl.session import PromptSession
from tests.benchmarks.bench_commands import SERVERS, TOOLS, configuration, timed
from tests.benchmarks.figures import HEADER, machine, row
from tests.engines import REPOSITORY
from tests.integration.cli.screen import Screen

RUNS = 15
_TYPED = ("", "ser", "server_3.", "server_3.echo(", "rows = server_3.ad", "rows.app", "len(ro")


def ready(environ: dict[str, str], folder: Path) -> float:
    """Return the seconds from the start to the first prompt."""
    command = [sys.executable, "-m", "ptc_cli", "--config", "ptc.toml", "repl"]
    started = time.perf_counter()
    with Screen(command, environ={**environ, "TERM": "xterm"}, folder=folder) as screen:
        screen.expect("ptc>")
        return time.perf_counter() - started


async def typing(environ: dict[str, str], folder: Path) -> tuple[list[float], list[float]]:
    """Return how long completions take, and checks after the pause."""
    completed, checked = [], []
    async with open_engine(config=str(folder / "ptc.toml"), cwd=str(folder), environ=environ) as engine:
        caller = Caller(door="repl")
        session = PromptSession(engine, caller, await engine.describe(caller), ask=None)
        session.variables.add("rows = [server_3.add(a=1, b=2)]")
        complete = completer(session)
        for _ in range(RUNS):
            for text in _TYPED:
                started = time.perf_counter()
                list(complete(text, ""))
                completed.append(time.perf_counter() - started)
        await session.check("1")
        for n in range(RUNS):
            live, known = LiveCheck(session.check, pause_seconds=0), asyncio.Event()
            started = time.perf_counter()
            live.see(f"server_3.add(a={n}, b='x')", known.set)
            await known.wait()
            checked.append(time.perf_counter() - started)
    return completed, checked


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        here = Path(name)
        (here / "ptc.toml").write_text(configuration(), encoding="utf-8")
        environ = {"PATH": os.environ["PATH"], "PTC_HOME": str(here / "home"), "PYTHONPATH": str(REPOSITORY)}
        ptc = [sys.executable, "-m", "ptc_cli"]
        timed([*ptc, "--config", "ptc.toml", "tools", "list"], environ, here)
        asked = {"_PTC_COMPLETE": "bash", "PTC_CONFIG": "ptc.toml", "_PTC_LINE": "ptc tools call server_3.echo te"}
        tab = [timed(ptc, environ | asked, here) for _ in range(RUNS)]
        prompt = [ready(environ, here) for _ in range(RUNS)]
        completed, checked = asyncio.run(typing(environ, here))
    print(machine())
    print(HEADER)
    print(row(f"Tab in bash, {SERVERS} x {TOOLS} tools", tab, bar="150"))
    print(row("ptc repl, start to prompt", prompt, bar="500"))
    print(row("completion at the prompt", completed, bar="20"))
    print(row("live check after the pause", checked, bar="50"))


if __name__ == "__main__":
    main()
