"""What upstreams cost: connecting, calls over stdio and HTTP, memory; the SDK's own client beside.

Run `python tests/benchmarks/bench_upstream.py`. Medians over rounds, with the fastest and the slowest.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from ptc_cli.core.call import ToolCall
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.upstream import Logins, Pool

ROOT = Path(__file__).parents[2]
PLAIN = str(ROOT / "tests" / "servers" / "plain.py")
ORIGIN = Origin(path="<benchmark>")
CALLS = 100
PORT = 18473


def plain(name: str) -> ServerConfig:
    return ServerConfig(name=name, transport="stdio", command=sys.executable, args=("-S", PLAIN), origin=ORIGIN)


def pool(*configs: ServerConfig, logs: str) -> Pool:
    logins = Logins(Path(logs) / "logins", remember=lambda secret: None)
    return Pool(configs, resolve=lambda config: lambda text: text, logs=Path(logs), logins=logins)


def call(server: str, tool: str, **arguments: object) -> ToolCall:
    return ToolCall(run="bench", server=server, tool=tool, arguments=arguments, deadline=time.time() + 60)


async def measured(action: Callable[[], Awaitable[None]], rounds: int) -> list[float]:
    """Return milliseconds per round; one round more goes first."""
    await action()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        await action()
        times.append((time.perf_counter() - start) * 1000)
    return times


def show(what: str, times: list[float], unit: str = "ms") -> None:
    print(f"{what:58} {statistics.median(times):9.1f} {unit}   ({min(times):.1f} .. {max(times):.1f})")


async def connecting(logs: str) -> None:
    names = [f"s{n}" for n in range(20)]

    async def all_at_once() -> None:
        servers = pool(*(plain(name) for name in names), logs=logs)
        listings = await servers.list_all()
        assert all(listing.status == "ok" for listing in listings)
        spent.append((time.perf_counter() - begun[0]) * 1000)
        await servers.close()

    spent: list[float] = []
    begun = [0.0]
    for _ in range(6):
        begun[0] = time.perf_counter()
        await all_at_once()
    show("connect and list 20 trivial stdio servers", spent[1:])


async def memory(logs: str) -> None:
    names = [f"m{n}" for n in range(20)]
    process = psutil.Process()
    servers = pool(*(plain(name) for name in names), logs=logs)
    await servers.list("m0")
    before = process.memory_info().rss
    await servers.list_all()
    each = (process.memory_info().rss - before) / 19 / 1024
    await servers.close()
    show("memory per idle stdio upstream", [each], "KiB")


async def stdio_calls(logs: str) -> None:
    servers = pool(plain("p"), logs=logs)

    async def sequential() -> None:
        for n in range(CALLS):
            assert (await servers.call(call("p", "add", a=n, b=1))).value == {"sum": n + 1}

    async def concurrent() -> None:
        await asyncio.gather(*(servers.call(call("p", "add", a=n, b=1)) for n in range(CALLS)))

    show(f"{CALLS} calls, one after the other, stdio", await measured(sequential, 9))
    show(f"{CALLS} calls at once, stdio", await measured(concurrent, 9))
    await servers.close()


async def sdk_calls() -> None:
    with open(os.devnull, "w") as quiet:
        transport = stdio_client(StdioServerParameters(command=sys.executable, args=["-S", PLAIN]), errlog=quiet)
        async with Client(transport, mode="legacy") as client:

            async def sequential() -> None:
                for n in range(CALLS):
                    await client.call_tool("add", {"a": n, "b": 1})

            async def concurrent() -> None:
                await asyncio.gather(*(client.call_tool("add", {"a": n, "b": 1}) for n in range(CALLS)))

            show(f"{CALLS} calls, one after the other, stdio, SDK's client", await measured(sequential, 9))
            show(f"{CALLS} calls at once, stdio, SDK's client", await measured(concurrent, 9))


async def http_calls(logs: str) -> None:
    url = f"http://127.0.0.1:{PORT}/mcp"
    servers = pool(ServerConfig(name="h", transport="http", url=url, origin=ORIGIN), logs=logs)

    async def sequential() -> None:
        for _ in range(CALLS):
            assert (await servers.call(call("h", "get_ticket", ticket="T-101"))).failure is None

    show(f"{CALLS} calls, one after the other, HTTP, SDK's server", await measured(sequential, 7))
    await servers.close()
    async with Client(streamable_http_client(url)) as client:

        async def sdk_sequential() -> None:
            for _ in range(CALLS):
                await client.call_tool("get_ticket", {"ticket": "T-101"})

        show(f"{CALLS} calls, one after the other, HTTP, SDK's client", await measured(sdk_sequential, 7))


async def big_results(logs: str) -> None:
    servers = pool(plain("p"), logs=logs)

    async def fifty() -> None:
        assert (await servers.call(call("p", "big", bytes=50_000_000))).failure is None

    show("a result of 50 MB, stdio", await measured(fifty, 3))
    await servers.close()


async def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as logs:
        await connecting(logs)
        await memory(logs)
        await stdio_calls(logs)
        await sdk_calls()
        await big_results(logs)
        await http_calls(logs)


if __name__ == "__main__":
    server = subprocess.Popen(
        [sys.executable, "-m", "ptc_cli.demo.tickets", "--http", str(PORT)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(3)
        asyncio.run(main())
    finally:
        server.terminate()
        server.wait()
