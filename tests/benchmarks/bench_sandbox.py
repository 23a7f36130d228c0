"""How long a sandbox takes: `python -m tests.benchmarks.bench_sandbox`. Medians with the 10th and 90th percentile."""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import psutil

from ptc_cli.core.limits import Limits
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox import open_backend
from tests.sandboxes import Sandbox, started

_ONE_CALL = "demo.add(1, 2)"
_MANY_PROGRAMS = 5000


def show(what: str, seconds: list[float], bar: str = "") -> None:
    ordered = sorted(each * 1000 for each in seconds)
    low, high = ordered[len(ordered) // 10], ordered[len(ordered) * 9 // 10]
    print(f"{what:44} {statistics.median(ordered):8.2f} ms   {low:8.2f} .. {high:8.2f}   {bar}")


def timed(deed: Callable[[], object], count: int) -> list[float]:
    found = []
    for _ in range(count):
        start = time.perf_counter()
        deed()
        found.append(time.perf_counter() - start)
    return found


async def timed_async(deed: Callable[[], Awaitable[object]], count: int, pause: float = 0) -> list[float]:
    found = []
    for _ in range(count):
        await asyncio.sleep(pause)
        start = time.perf_counter()
        await deed()
        found.append(time.perf_counter() - start)
    return found


def fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


async def start_and_close(kind: str) -> None:
    backend = open_backend(SandboxSettings(backend=kind))  # type: ignore[arg-type]
    await backend.start()
    await backend.close()


async def per_second(sandbox: Sandbox, together: int, count: int) -> float:
    gate = asyncio.Semaphore(together)

    async def one() -> None:
        async with gate:
            assert await sandbox.value(_ONE_CALL) == 3

    start = time.perf_counter()
    await asyncio.gather(*[one() for _ in range(count)])
    return count / (time.perf_counter() - start)


async def calls(sandbox: Sandbox) -> tuple[float, float]:
    limits = Limits(calls=10_000, concurrent_calls=1000)
    sequential = "import time\nt = time.perf_counter()\nfor i in range(1000): demo.add(i, 1)\ntime.perf_counter() - t"
    together = (
        "import asyncio, time\nt = time.perf_counter()\n"
        "await asyncio.gather(*[demo.add(i, 1) for i in range(1000)])\ntime.perf_counter() - t"
    )
    return await sandbox.value(sequential, limits=limits), await sandbox.value(together, limits=limits)


async def bench(kind: str) -> None:
    show(f"{kind}: worker start", await timed_async(lambda: start_and_close(kind), 5), "bar 200")
    async with started(SandboxSettings(backend=kind)) as sandbox:  # type: ignore[arg-type]
        await sandbox.value(_ONE_CALL)
        show(f"{kind}: cold program, one call", await timed_async(lambda: sandbox.value(_ONE_CALL), 60), "bar 5.5")
        await sandbox.backend.prewarm(4)
        warm = await timed_async(lambda: sandbox.value(_ONE_CALL), 60, pause=0.02)
        show(f"{kind}: prewarmed program, one call", warm, "bar 3.5")
        await sandbox.backend.prewarm(0)
        sequential, together = await calls(sandbox)
        print(f"{kind + ': a call over the channel':44} {sequential:8.3f} ms   gathered {together:.3f} ms   bar 0.3")
        rate = await per_second(sandbox, 50, 400)
        print(f"{kind + ': programs at 50 together':44} {rate:8.0f} /s   bar 300")
        show(f"{kind}: next program of a session, one call", await in_session(sandbox), "")
        await memory(sandbox, kind)


async def in_session(sandbox: Sandbox) -> list[float]:
    async with sandbox.session() as session:
        await session.value(_ONE_CALL)
        return await timed_async(lambda: session.value(_ONE_CALL), 60)


async def memory(sandbox: Sandbox, kind: str) -> None:
    """Show how the host grows while it runs thousands of programs: after the first ones, not at all."""
    host, sizes = psutil.Process(), list[int]()
    for _ in range(5):
        await per_second(sandbox, 20, _MANY_PROGRAMS // 5)
        sizes.append(host.memory_info().rss)
    mib = ", ".join(f"{size / (1 << 20):.1f}" for size in sizes)
    grown = (sizes[-1] - sizes[0]) / (_MANY_PROGRAMS * 4 / 5)
    print(
        f"{kind + f': host memory over {_MANY_PROGRAMS:,} programs':44} {mib} MiB   {grown:.0f} bytes each   bar flat"
    )


async def bench_monty() -> None:
    """Its programs are a subset of Python's, so it is measured by what it is chosen for: start to end."""
    show("monty: start", await timed_async(lambda: start_and_close("monty"), 5))
    async with started(SandboxSettings(backend="monty")) as sandbox:
        show("monty: cold program, one call", await timed_async(lambda: sandbox.value(_ONE_CALL), 20))
        await sandbox.backend.prewarm(4)
        warm = await timed_async(lambda: sandbox.value(_ONE_CALL), 20, pause=0.5)
        show("monty: prewarmed program, one call", warm)


def main() -> None:
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]}"
    )
    show("fork and exit", timed(fork, 60))
    show("python -I -c pass", timed(lambda: subprocess.run([sys.executable, "-I", "-c", "pass"], check=True), 20))
    for kind in ("zygote", "landlock"):
        asyncio.run(bench(kind))
    asyncio.run(bench_monty())


if __name__ == "__main__":
    main()
