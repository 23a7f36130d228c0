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

from ptc_cli.cli.desks import Desks
from ptc_cli.cli.invocation import Invocation
from ptc_cli.core.catalog import Caller
from ptc_cli.repl.live import LiveCheck
from ptc_cli.repl.programs import completer
from tests.benchmarks.bench_commands import SERVERS, TOOLS, configuration, timed
from tests.benchmarks.figures import HEADER, machine, row
from tests.desks import session_at
from tests.engines import REPOSITORY
from tests.integration.cli.screen import Screen

RUNS = 15
_TYPED = ("", "ser", "server_3.", "server_3.echo(", "rows = server_3.ad", "rows.app", "len(ro")


def ready(environ: dict[str, str], folder: Path, *more: str) -> float:
    """Return the seconds from the start to the first prompt."""
    command = [sys.executable, "-m", "ptc_cli", "--config", "ptc.toml", "repl", *more]
    started = time.perf_counter()
    with Screen(command, environ=environ, folder=folder) as screen:
        screen.expect("ptc>")
        return time.perf_counter() - started


async def typing(invocation: Invocation) -> tuple[list[float], list[float]]:
    """Return how long completions take, and checks after the pause."""
    completed, checked = [], []
    async with Desks(invocation, Caller(door="repl")) as desks:
        session = await session_at(await desks.open())
        session.variables.add("rows = [server_3.add(a=1, b=2)]")
        complete = completer(session)
        for _ in range(RUNS):
            for text in _TYPED:
                started = time.perf_counter()
                list(await complete(text, ""))
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
        environ |= {"TERM": "xterm"}
        ptc = [sys.executable, "-m", "ptc_cli"]
        timed([*ptc, "--config", "ptc.toml", "tools", "list"], environ, here)
        asked = {"_PTC_COMPLETE": "bash", "PTC_CONFIG": "ptc.toml", "_PTC_LINE": "ptc tools call server_3.echo te"}
        tab = [timed(ptc, environ | asked, here) for _ in range(RUNS)]
        timed([*ptc, "--config", "ptc.toml", "daemon", "start"], environ, here)
        prompts = [(ready(environ, here), ready(environ, here, "--no-daemon")) for _ in range(RUNS)]
        os.environ.clear()
        os.environ |= environ
        os.chdir(here)
        there = asyncio.run(typing(Invocation(config="ptc.toml")))
        process = asyncio.run(typing(Invocation(config="ptc.toml", no_daemon=True)))
        timed([*ptc, "--config", "ptc.toml", "daemon", "stop", "--all"], environ, here)
    print(machine())
    print(HEADER)
    print(row(f"Tab in bash, {SERVERS} x {TOOLS} tools", tab, bar="150"))
    print(row("ptc repl, start to prompt, warm daemon", [warm for warm, _ in prompts], bar="250"))
    print(row("ptc repl, start to prompt, no daemon", [alone for _, alone in prompts], bar="500"))
    for where, (completed, checked) in (("warm daemon", there), ("no daemon", process)):
        print(row(f"completion at the prompt, {where}", completed, bar="20"))
        print(row(f"live check after the pause, {where}", checked, bar="50"))


if __name__ == "__main__":
    main()
