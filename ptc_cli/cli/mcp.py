"""`ptc mcp`: serve all tools to an MCP client."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, get_args

import click

from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.mcp_config import config
from ptc_cli.cli.options import daemon_option
from ptc_cli.console import talk
from ptc_cli.console.reloading import reloading
from ptc_cli.core import nesting
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.inquiry import InquiryKind

if TYPE_CHECKING:
    from ptc_cli.engine import Engine
    from ptc_cli.serve.mcp import Mode, Names

TOKEN_VARIABLE = "PTC_TOKEN"  # noqa: S105  # the name of a variable

# One in front of another, with other servers, makes sense; one that starts itself would not end.
_MOST_NESTED = 1


@click.group(cls=Noun)
def command() -> None:
    """Serve all of your servers to an MCP client, as one."""


@command.command()
@click.option(
    "--mode",
    type=click.Choice(["catalog", "filesystem", "sidecar"]),
    help="What is disclosed, and how; as configured, else catalog.",
)
@click.option("--transport", type=click.Choice(["stdio", "http"]), default="stdio", show_default=True)
@click.option("--host", help="With http: the address to listen on; 127.0.0.1 unless told otherwise.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="With http: 8717 unless told otherwise; 0 takes any free one."
)
@click.option("--token", help=f"With http: what clients must show. Better in {TOKEN_VARIABLE}: others see arguments.")
@click.option("--servers", "globs", multiple=True, metavar="GLOB", help="Only these servers. Repeatable.")
@click.option(
    "--names",
    type=click.Choice(["prefixed", "plain"]),
    default="prefixed",
    show_default=True,
    help="With sidecar: SERVER__TOOL, or a tool's own name where only one server has it.",
)
@click.option("--attach", is_flag=True, help="With stdio: let the daemon serve, which several clients can share.")
@daemon_option
@pass_invocation
def start(
    invocation: Invocation,
    mode: Mode | None,
    transport: str,
    host: str | None,
    port: int | None,
    token: str | None,
    globs: tuple[str, ...],
    names: Names,
    attach: bool,
) -> int:
    """Start serving, over stdio unless told otherwise.

    \b
    catalog     list, search and read functions, then execute_python
    filesystem  execute_bash over the tree of stubs, then execute_python
    sidecar     every tool as it is, and execute_python beside them
    """
    if transport == "stdio" and not (host is None and port is None and token is None):
        raise click.UsageError("--host, --port and --token are for --transport http")
    if nesting.depth(os.environ) > _MOST_NESTED:
        raise ConfigError(
            "mcp start: this ptc is behind a ptc that is behind a ptc: one of them has itself among its servers",
            hint="Take ptc out of the configuration that ptc reads; `ptc servers list` says which file that is.",
        )
    if attach:
        _demand_attachable(transport, names)
    servers = globs or ("*",)
    if attach and _attached(invocation, mode, servers):
        return 0

    async def serve() -> None:
        from ptc_cli.serve.mcp import serve_stdio

        # What a client does not declare is declined when it is asked.
        async with invocation.engine(answers=get_args(InquiryKind)) as engine, reloading(engine):
            chosen = mode or engine.settings.serve.mode
            if names == "plain" and chosen != "sidecar":
                raise click.UsageError("--names is for --mode sidecar")
            if transport == "stdio":
                await serve_stdio(engine, chosen, servers=servers, names=names)
            else:
                await _serve_http(engine, chosen, host, port, token=token, servers=servers, names=names)

    import asyncio  # who attaches has no use for it

    gc.enable()  # which commands that do not last can do without
    asyncio.run(serve())
    return 0


def _demand_attachable(transport: str, names: Names) -> None:
    if transport != "stdio":
        raise click.UsageError("--attach is for --transport stdio")
    if names == "plain":
        raise click.UsageError("--names is not for --attach")


def _attached(invocation: Invocation, mode: Mode | None, servers: tuple[str, ...]) -> bool:
    """Have the daemon serve; say whether it did."""
    from ptc_cli.cli.warm import reached
    from ptc_cli.daemon.attach import attach
    from ptc_cli.daemon.errors import DaemonError

    try:
        with reached(invocation) as found:
            for message in found.warnings:
                talk.warning(sys.stderr, message)
            attach(found.client, mode=mode, servers=servers)
    except DaemonError as error:
        talk.note(sys.stderr, f"serving without the daemon: {error.message}")
        return False
    return True


command.add_command(config)


async def _serve_http(
    engine: Engine,
    mode: Mode,
    host: str | None,
    port: int | None,
    *,
    token: str | None,
    servers: tuple[str, ...],
    names: Names,
) -> None:
    from ptc_cli.serve.front import DEFAULT_HOST, DEFAULT_PORT, serve_http

    await serve_http(
        engine,
        mode,
        host or DEFAULT_HOST,
        DEFAULT_PORT if port is None else port,
        token or os.environ.get(TOKEN_VARIABLE),
        servers=servers,
        names=names,
        on_ready=_say_where,
    )


def _say_where(address: str) -> None:
    talk.note(sys.stderr, f"serving MCP at {address}; Ctrl-C ends it")
