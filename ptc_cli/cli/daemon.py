"""`ptc daemon`: the process that keeps servers, checker and sandbox warm for the other commands."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import click

from ptc_cli.cli.fitting import Fitting, fitted, fitting
from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.options import json_option
from ptc_cli.cli.warm import options
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_foreign, write_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.inquiry import InquiryKind
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.daemon.ending import ended
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.logs import log_of
from ptc_cli.daemon.place import Place
from ptc_cli.daemon.starting import READY, found, started

_LOG_BYTES = 64 << 10


@click.group(cls=Noun)
def command() -> None:
    """Look after the daemon, which commands start by themselves and which ends when idle."""


@command.command()
@json_option
@pass_invocation
def start(invocation: Invocation, as_json: bool) -> int:
    """Start the daemon for this folder and configuration, unless it runs."""
    with fitted(invocation) as fits:
        client = started(fits.place, fits.name, options(invocation), door="cli")
        if as_json:
            write_json(sys.stdout, name=fits.name, pid=client.pid)
        talk.note(sys.stderr, f"daemon {fits.name[:8]} runs as process {client.pid}")
    return 0


@command.command()
@click.option("--all", "is_all", is_flag=True, help="Also those for other folders and configurations.")
@json_option
@pass_invocation
def stop(invocation: Invocation, is_all: bool, as_json: bool) -> int:
    """End the daemon for this folder and configuration."""
    with fitted(invocation) as fits:
        names = fits.place.names() if is_all else (fits.name,)
        gone = [name for name in names if ended(fits.place, name)]
    if as_json:
        write_json(sys.stdout, ended=[*gone])
    talk.note(sys.stderr, f"ended: {', '.join(name[:8] for name in gone)}" if gone else "there was none")
    return 0


@command.command()
@json_option
@pass_invocation
def status(invocation: Invocation, as_json: bool) -> int:
    """Show the daemons that run; * marks the one for this folder and configuration."""
    from ptc_cli.console.tables import table

    with fitted(invocation) as fits:
        running = [{"name": name, **said, "fits": name == fits.name} for name, said in _running(fits.place)]
    if as_json:
        write_json(sys.stdout, daemons=running)
    else:
        columns = ("daemon", "process", "since", "idle", "folder", "configuration")
        table(sys.stdout, columns, [_row(each) for each in running])
    if not running:
        talk.note(sys.stderr, "none runs; commands start one when they need it")
    return 0


@command.command()
@json_option
@pass_invocation
def logs(invocation: Invocation, as_json: bool) -> int:
    """Show the end of the log of the daemon for this folder and configuration."""
    with fitted(invocation) as fits:
        path = log_of(fits.folders.state, fits.name)
    content = path.read_bytes()[-_LOG_BYTES:].decode("utf-8", "replace") if path.exists() else None
    if as_json:
        write_json(sys.stdout, file=str(path), text=content)
    elif content is not None:
        write_foreign(sys.stdout, content)
    if content is None:
        talk.note(sys.stderr, "it has not run yet")
    return 0


@command.command(hidden=True)
@pass_invocation
def serve(invocation: Invocation) -> int:
    """Be the daemon; what starts it reads from standard output when it answers."""
    # A descriptor of whoever started the command would be held open for as long as the daemon lives.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    gc.enable()  # which commands that do not last can do without
    with fitted(invocation) as fits:
        asyncio.run(_serve(invocation, fits))
    return 0


async def _serve(invocation: Invocation, fits: Fitting) -> None:
    from ptc_cli.engine import open_engine
    from ptc_cli.serve.daemon import serve_daemon

    async with open_engine(config=invocation.config, answers=get_args(InquiryKind)) as engine:
        if engine.settings != fits.settings:
            raise DaemonError("the configuration changed while the daemon started", hint="Try again.")
        await serve_daemon(
            engine,
            fits.place,
            fits.name,
            fits=lambda: fitting(invocation, fits.place).name,
            log=log_of(fits.folders.state, fits.name),
            on_ready=_say_ready,
        )


def _say_ready() -> None:
    """Tell whoever started us, and hold nothing of theirs any longer."""
    os.write(1, READY)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _running(place: Place) -> Iterator[tuple[str, JsonObject]]:
    for name in place.names():
        try:
            yield name, found(place, name, door="cli").ask("GET", "/healthz")
        except PtcError:
            continue


def _row(daemon: JsonObject) -> tuple[str, ...]:
    since = datetime.fromtimestamp(daemon["started_at"], tz=UTC).astimezone()
    return (
        f"{daemon['name'][:8]}{' *' if daemon['fits'] else ''}",
        str(daemon["pid"]),
        since.strftime("%Y-%m-%d %H:%M:%S"),
        f"{daemon['idle_seconds']:.0f} s",
        daemon["folder"],
        ", ".join(daemon["files"]) or "-",
    )
