"""Servers as processes, and a pool over them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from pathlib import Path

import pytest

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply, Requester
from ptc_cli.core.server import Origin, ServerConfig, ToolSpec
from ptc_cli.upstream import Logins, Pool

REPOSITORY = Path(__file__).parents[3]
SERVERS = REPOSITORY / "tests" / "servers"
ORIGIN = Origin(path="ptc.toml", line=3)
SECRETS = {"${TOKEN}": "s3cr3t-t0k3n"}


def look_up(text: str) -> str:
    """Resolve references as the configuration would."""
    for reference, value in SECRETS.items():
        text = text.replace(reference, value)
    if "${" in text:
        raise ConfigError(f"ptc.toml:3: {text}: the variable is not set", hint="Set it.")
    return text


def plain(name: str = "plain", *args: str, timeout_seconds: float = 20.0) -> ServerConfig:
    command = ("-S", str(SERVERS / "plain.py"), *args)
    return ServerConfig(
        name=name,
        transport="stdio",
        command=sys.executable,
        args=command,
        origin=ORIGIN,
        timeout_seconds=timeout_seconds,
    )


def odd(
    kind: str, *args: str, connect_timeout_seconds: float = 10.0, env: dict[str, str] | None = None
) -> ServerConfig:
    return ServerConfig(
        name=kind,
        transport="stdio",
        command=sys.executable,
        args=("-S", str(SERVERS / "odd.py"), kind, *args),
        env=env or {},
        origin=ORIGIN,
        connect_timeout_seconds=connect_timeout_seconds,
    )


def demo(name: str) -> ServerConfig:
    return ServerConfig(
        name=name,
        transport="stdio",
        command=sys.executable,
        args=("-m", f"ptc_cli.demo.{name}"),
        env={"PYTHONPATH": str(REPOSITORY)},
        origin=ORIGIN,
    )


def http(name: str, url: str, *, headers: dict[str, str] | None = None) -> ServerConfig:
    return ServerConfig(name=name, transport="http", url=url, headers=headers or {}, origin=ORIGIN)


class Client:
    """A pool with calls in short."""

    def __init__(self, pool: Pool, logs: Path) -> None:
        self.pool = pool
        self.logs = logs

    async def call(
        self,
        server: str,
        tool: str,
        *,
        spec: ToolSpec | None = None,
        within: float = 20.0,
        run: str = "test",
        requester: Requester | None = None,
        **arguments: object,
    ) -> ToolResult:
        deadline = time.time() + within
        call = ToolCall(run=run, server=server, tool=tool, arguments=arguments, deadline=deadline)
        return await self.pool.call(call, spec=spec, requester=requester)


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Callable[..., Client]]:
    """Give pools over servers, and end them."""
    pools: list[Pool] = []

    def made(
        *configs: ServerConfig, eras: dict[str, str] | None = None, answers: Collection[InquiryKind] = ()
    ) -> Client:
        logins = Logins(tmp_path / "logins", remember=lambda secret: None)
        pool = Pool(
            configs,
            resolve=lambda config: look_up,
            logs=tmp_path / "logs",
            logins=logins,
            eras=eras,
            answers=answers,
        )
        pools.append(pool)
        return Client(pool, tmp_path / "logs")

    yield made
    for pool in pools:
        await pool.close()


@pytest.fixture(scope="session")
def odd_http() -> Iterator[str]:
    """Give the address of the server that misbehaves by path."""
    process = subprocess.Popen(
        [sys.executable, str(SERVERS / "odd_http.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.communicate(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", params=["http", "sse"])
def served_tickets(request: pytest.FixtureRequest) -> Iterator[ServerConfig]:
    """Give the demo tickets over either HTTP transport."""
    transport, port = request.param, free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ptc_cli.demo.tickets", f"--{transport}", str(port)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        path = "/mcp" if transport == "http" else "/sse"
        yield ServerConfig(name="tickets", transport=transport, url=f"http://127.0.0.1:{port}{path}", origin=ORIGIN)
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for_port(port: int, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Person:
    """Whoever made a call, with the replies that they give."""

    def __init__(self, *replies: Reply, answers: Collection[InquiryKind] = ("form", "url")) -> None:
        self.answers = answers
        self.inquiries: list[Inquiry] = []
        self.steps: list[tuple[float, float | None, str]] = []
        self.logs: list[tuple[str, str, str]] = []
        self.asked = asyncio.Event()
        self._replies = list(replies)

    async def inquire(self, inquiry: Inquiry) -> Reply:
        self.inquiries.append(inquiry)
        self.asked.set()
        if not self._replies:
            await asyncio.Event().wait()
        return self._replies.pop(0)

    def progress(self, done: float, total: float | None, note: str) -> None:
        self.steps.append((done, total, note))

    def log(self, server: str, level: str, text: str) -> None:
        self.logs.append((server, level, text))
