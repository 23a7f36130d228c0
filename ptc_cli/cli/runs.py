"""`ptc runs`: what ran."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.kept_files import chosen, kept_files, write_below, write_to_stdout
from ptc_cli.cli.options import json_option
from ptc_cli.cli.run_views import without_content, write_record
from ptc_cli.console import results, talk
from ptc_cli.console.tables import table
from ptc_cli.console.terminal import write_json
from ptc_cli.core.codec import to_json
from ptc_cli.core.event import Kept
from ptc_cli.core.record import RunHeader, RunRecord


@click.group(cls=Noun)
def command() -> None:
    """Look at what ran: calls, output, timing."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
@pass_invocation
def list_runs(invocation: Invocation, limit: int, as_json: bool) -> int:
    """List the latest runs, the newest first."""
    headers = perform(_headers(invocation, limit))
    if as_json:
        write_json(sys.stdout, runs=[to_json(header) for header in headers])
    else:
        table(sys.stdout, ("run", "started", "state", "program", "calls", "seconds", "door"), [*map(_row, headers)])
    if not headers:
        talk.note(sys.stderr, "nothing has run yet")
    return 0


async def _headers(invocation: Invocation, limit: int) -> tuple[RunHeader, ...]:
    async with invocation.engine() as engine:
        return engine.journal.runs(limit=limit)


@command.command()
@click.argument("run")
@click.argument("path", required=False)
@click.option("-o", "--output", metavar="FOLDER", help="Write into FOLDER, which may exist; - is stdout, for one file.")
@json_option
@pass_invocation
def files(invocation: Invocation, run: str, path: str | None, output: str | None, as_json: bool) -> int:
    """List the files that a run kept, or get PATH, or with -o all of them. RUN is an id, or `last`."""
    if output == "-" and path is None:
        raise click.UsageError("stdout takes one file: name its PATH")
    record = perform(_record(invocation, run))
    found = kept_files(record)
    wanted = found if path is None else (chosen(found, path, record.header.run),)
    if output not in (None, "-"):
        write_below(Path(output), wanted)
        talk.note(sys.stderr, f"{len(wanted)} file{'' if len(wanted) == 1 else 's'} written to {output}")
    elif not as_json:
        _show_files(wanted, whole=path is not None)
    if as_json:
        write_json(sys.stdout, files=[{"path": each.path, "bytes": len(each.content)} for each in wanted])
    return 0


def _show_files(files: tuple[Kept, ...], *, whole: bool) -> None:
    if whole:
        write_to_stdout(files[0].content)
    else:
        table(sys.stdout, ("path", "size"), [(each.path, results.size(len(each.content))) for each in files])


@command.command()
@click.argument("run")
@json_option
@pass_invocation
def show(invocation: Invocation, run: str, as_json: bool) -> int:
    """Show one run: its program, calls and result. RUN is an id, or `last`."""
    record = perform(_record(invocation, run))
    if as_json:
        write_json(sys.stdout, run=to_json(without_content(record)))
    else:
        write_record(sys.stdout, record)
    return 0


async def _record(invocation: Invocation, run: str) -> RunRecord:
    async with invocation.engine() as engine:
        if run != "last":
            return engine.journal.load(run)
        latest = engine.journal.runs(limit=1)
        if not latest:
            raise click.UsageError("nothing has run yet")
        return engine.journal.load(latest[0].run)


@command.command()
@click.option("--days", type=click.FloatRange(min=0), help="Keep the runs of so many days; default: as configured.")
@click.option("--bytes", "most_bytes", type=click.IntRange(min=0), help="Keep at most so many bytes.")
@json_option
@pass_invocation
def prune(invocation: Invocation, days: float | None, most_bytes: int | None, as_json: bool) -> int:
    """Forget runs that are older, or take more space, than is kept."""
    gone = perform(_prune(invocation, days, most_bytes))
    if as_json:
        write_json(sys.stdout, pruned=gone)
    talk.note(sys.stderr, f"{gone} run{'' if gone == 1 else 's'} forgotten")
    return 0


async def _prune(invocation: Invocation, days: float | None, most_bytes: int | None) -> int:
    async with invocation.engine() as engine:
        kept = engine.settings.journal
        return engine.journal.prune(
            keep_days=kept.keep_days if days is None else days,
            keep_bytes=kept.keep_bytes if most_bytes is None else most_bytes,
        )


def _row(header: RunHeader) -> tuple[str, ...]:
    started = datetime.fromtimestamp(header.started_at, tz=UTC).astimezone()
    return (
        header.run,
        started.strftime("%Y-%m-%d %H:%M:%S"),
        header.state,
        header.program,
        str(header.calls),
        f"{header.seconds:.2f}",
        header.door,
    )
