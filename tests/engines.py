"""Real engines over real servers, for tests."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from ptc_cli.core.catalog import Caller
from ptc_cli.core.event import Asked, Decision
from ptc_cli.core.execution import Execution
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine, Run, open_engine
from tests.homes import home

REPOSITORY = Path(__file__).parents[1]
PLAIN = REPOSITORY / "tests" / "servers" / "plain.py"
CALLER = Caller(door="api")


def plain_server(name: str = "plain", *args: str, more: str = "") -> str:
    """Return the configuration of a trivial server over stdio."""
    command = json.dumps(["-S", str(PLAIN), *args])
    return f"[servers.{name}]\ncommand = {json.dumps(sys.executable)}\nargs = {command}\n{more}\n"


@asynccontextmanager
async def engine_over(
    folder: Path, configuration: str, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Engine]:
    """Open an engine over a configuration, with a home of its own in a folder."""
    path = folder / "ptc.toml"
    path.write_text(configuration, encoding="utf-8")
    variables = {"PATH": os.environ["PATH"], "PTC_HOME": home(folder / "home"), **(environ or {})}
    async with open_engine(config=str(path), cwd=folder, environ=variables) as engine:
        yield engine


async def run(engine: Engine, source: str, *, caller: Caller = CALLER, **limits: float) -> Result:
    """Run a program to its end."""
    return await engine.run(execution(source, caller=caller, **limits))


def execution(source: str, *, caller: Caller = CALLER, **limits: float) -> Execution:
    """Return a run to be."""
    return Execution.of(Program.of(source), caller=caller, limits=Limits(**limits))  # type: ignore[arg-type]  # whole numbers where they must be


async def answering(started: Run, decision: Decision) -> Result:
    """Follow a run to its end, giving every question the same answer."""
    async for event in started.events():
        if isinstance(event.what, Asked):
            assert started.answer(event.what.question.id, decision, by="test")
    return await started.result()
