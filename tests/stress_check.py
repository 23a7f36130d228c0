"""Check right and wrong programs while everything around the checker fails: `python -m tests.stress_check [--seconds 60]`.

Several processes share one home, each with an engine whose servers come and go. Checker processes are killed, the cache
is removed and damaged, engines are killed and start anew. Fails where a wrong program passes or a right one is rejected.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from ptc_cli.core.catalog import Caller
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.engine import Engine, open_engine
from tests.engines import plain_server

ENGINES = 3
AT_ONCE = 20

RIGHT = (
    "{s}.add(a={n}, b=3)",
    "from tools import {s}\n{s}.add({n}, 3)['sum'] + 1",
    "import tools\nprint(tools.{s}.echo(text='x{n}'))",
    "import nosuch\n{s}.add(a={n}, b=3)",
    "from tools.{s} import add as plus\nplus({n}, b=2)",
    "def total(n):\n    return {s}.add(a=n, b=1)['sum']\ntotal({n})",
    "import asyncio\nawait asyncio.gather({s}.add(a={n}, b=1), {s}.echo(text='x'))",
    "mcp__{s}__add(a={n}, b=2)",
)
WRONG = (
    "{s}.add(a='{n}', b=3)",
    "from tools import {s}\n{s}.add({n}, 3)['smu']",
    "import tools\nprint(tools.{s}.echo(txt='x{n}'))",
    "import nosuch\n{s}.add(a='{n}', b=3)",
    "from tools.{s} import add as plus\nplus({n})",
    "def total(n):\n    return {s}.add(a=n, b=1)['sum']\ntotal('{n}')",
    "import asyncio\nawait asyncio.gather({s}.add(a='{n}', b=1), {s}.echo(text='x'))",
    "mcp__{s}__add(a='{n}', b=2)",
    "{s}.ad(a={n}, b=3)",
    "{s}.add(a={n}, b=3, c=4)",
    "PY2 = {n}\nassert PY2\n{s}.add(a='2', b=3)",
    "x: list[[print('a', 2, {n})]] = []\n{s}.add(a='2', b=3)",
    "missing{n}.add(a=1, b=3)",
)
ENTRIES = ("from tools import {s}", "n = {n}", "def twice(n: int) -> int:\n    return n * 2")
UNLISTED = "offers no tools now: it has not answered yet"
CALLERS = (Caller(door="api"), Caller(door="cli"), Caller(door="mcp", tools=("*.add", "*.echo")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A program, and what must be said of it."""

    source: str
    is_right: bool


@dataclass(slots=True)
class Tally:
    """What was seen."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def configuration(chance: random.Random) -> tuple[str, tuple[str, ...]]:
    """Return a configuration with some of the servers, and which; the tools of one are not always the same."""
    names = ("plain", *(name for name in ("desk", "other") if chance.random() < 0.6))
    more = {name: ("--also", f"extra{chance.randrange(3)}") for name in names if chance.random() < 0.5}
    return "".join(plain_server(name, *more.get(name, ())) for name in names), names


def case(chance: random.Random, servers: tuple[str, ...]) -> Case:
    """Return a program that is right or wrong for certain."""
    is_right = chance.random() < 0.5
    template = chance.choice(RIGHT if is_right else WRONG)
    gone = [name for name in ("desk", "other") if name not in servers]
    if is_right and gone and chance.random() < 0.2:
        servers, is_right = tuple(gone), False
    return Case(source=template.format(s=chance.choice(servers), n=chance.randrange(10**9)), is_right=is_right)


async def judge(engine: Engine, each: Case, chance: random.Random, tally: Tally, *, session: str | None) -> None:
    """Have one program checked."""
    caller = CALLERS[0] if session else chance.choice(CALLERS)
    report = await engine.check(Program.of(each.source), caller, session=session)
    said = [f"{remark.code}: {remark.message}: {remark.hint}" for remark in report.diagnostics]
    if any(UNLISTED in text for text in said):
        tally.counts["with a server that did not answer in time"] += 1
        return
    tally.counts["right" if each.is_right else "wrong"] += 1
    tally.counts["by the cold checker"] += report.checker == "cold"
    if report.passed != each.is_right:
        tally.faults.append(f"{'rejected' if each.is_right else 'passed'} ({report.checker}): {each.source!r} {said}")


async def enter(engine: Engine, chance: random.Random, servers: tuple[str, ...], name: str) -> None:
    """Run some programs of a session, that later ones rest on."""
    for entry in ENTRIES:
        source = entry.format(s=chance.choice(servers), n=chance.randrange(100))
        await engine.run(replace(Execution.of(Program.of(source), caller=CALLERS[0]), session=name))


async def rounds(engine: Engine, path: Path, chance: random.Random, tally: Tally, until: float) -> None:
    """Check programs a few at once, and change something after each time."""
    text, servers = configuration(chance)
    path.write_text(text)
    engine.reload()
    session: str | None = None
    while time.monotonic() < until:
        cases = [case(chance, servers) for _ in range(AT_ONCE)]
        in_session = session if chance.random() < 0.3 and not any("await" in each.source for each in cases) else None
        await asyncio.gather(*(judge(engine, each, chance, tally, session=in_session) for each in cases))
        match chance.randrange(30):
            case 0:
                for pid in engine._late.checker.pids:
                    os.kill(pid, signal.SIGKILL)
                tally.counts["checkers killed"] += 1
            case 1:
                text, servers = configuration(chance)
                path.write_text(text)
                engine.reload()
                tally.counts["reloads"] += 1
            case 2:
                session = f"s{chance.randrange(10**6)}"
                await enter(engine, chance, servers, session)
                tally.counts["sessions"] += 1
            case 3:
                engine.renew()
            case _:
                pass


async def engine(folder: Path, seed: int, seconds: float) -> Tally:
    """Be one of the processes."""
    chance, tally = random.Random(seed), Tally()
    path = folder / f"{seed}.toml"
    path.write_text(plain_server("plain"))
    variables = {"PATH": os.environ["PATH"], "PTC_HOME": str(folder / "home")}
    async with open_engine(config=str(path), cwd=folder, environ=variables) as opened:
        await rounds(opened, path, chance, tally, time.monotonic() + seconds)
    return tally


def harm(cache: Path, chance: random.Random, tally: Tally) -> None:
    """Remove or damage the checker's cache, while others read and write it."""
    # `Path.rglob` would not survive what others remove meanwhile.
    files = [Path(folder, name) for folder, _, names in os.walk(cache) for name in names]
    what = chance.choice(("remove", "remove a file", "cut a file", "scramble a file"))
    tally.counts[f"cache: {what}"] += 1
    if what == "remove":
        shutil.rmtree(cache, ignore_errors=True)
    elif files:
        file = chance.choice(files)
        try:
            content = b"" if what == "cut a file" else bytes(reversed(file.read_bytes()))
            file.unlink() if what == "remove a file" else file.write_bytes(content)
        except OSError:
            return


async def child(folder: Path, seed: int, seconds: float, tally: Tally) -> None:
    """Have one engine after the other check programs in a process of its own; some are killed in the middle."""
    until, chance = time.monotonic() + seconds, random.Random(seed)
    while (left := until - time.monotonic()) > 5:
        seed += ENGINES
        span = min(left, chance.uniform(20, 90))
        arguments = ["--engine", str(folder), "--seed", str(seed), "--seconds", str(span)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.stress_check", *arguments, stdout=asyncio.subprocess.PIPE
        )
        if chance.random() < 0.25:
            await asyncio.sleep(span / 2)
            process.kill()
            tally.counts["engines killed"] += 1
        said, _ = await process.communicate()
        if process.returncode == 0:
            found = json.loads(said)
            tally.counts.update(found["counts"])
            tally.faults += found["faults"]
        elif process.returncode != -signal.SIGKILL:
            tally.faults.append(f"engine {seed} ended with status {process.returncode}")


async def stress(folder: Path, seed: int, seconds: float) -> Tally:
    """Run all processes, and harm what they share."""
    tally, chance = Tally(), random.Random(seed)
    work = asyncio.gather(*(child(folder, seed + number, seconds, tally) for number in range(ENGINES)))
    while not work.done():
        await asyncio.wait([work], timeout=chance.uniform(1, 8))
        harm(folder / "home" / "cache" / "checker", chance, tally)
    await work
    return tally


def main() -> int:
    """Stress, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        tally = asyncio.run(engine(arguments.engine, arguments.seed, arguments.seconds))
        print(json.dumps({"counts": tally.counts, "faults": tally.faults}))
        return 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tally = asyncio.run(stress(Path(folder), arguments.seed, arguments.seconds))
    print(", ".join(f"{count:,} {name}" for name, count in sorted(tally.counts.items())))
    print(f"{len(tally.faults)} faults", *tally.faults[:20], sep="\n")
    return bool(tally.faults) or not tally.counts["wrong"]


if __name__ == "__main__":
    sys.exit(main())
