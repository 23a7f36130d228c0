"""`ptc stubs lock` and `diff`: what the tools were when somebody last looked, and what differs since."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_foreign, write_json
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.errors import ConfigError, ConnectError
from ptc_cli.core.files import replace_file
from ptc_cli.core.result import EXIT_CODES

if TYPE_CHECKING:
    from ptc_cli.drift import Change, Lock

LOCK_FILE = "ptc.lock"
MOST_BYTES = 64 << 20
"""Of a lock file: a stranger's project may bring one along, as a link to anything."""

_ANEW = "Write one with: ptc stubs lock"

Command = Callable[..., int]


def _lock_option(command: Command) -> Command:
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--lock", "file", metavar="FILE", type=path, default=LOCK_FILE, show_default=True)(command)


@click.command()
@_lock_option
@json_option
@pass_invocation
def lock(invocation: Invocation, file: Path, as_json: bool) -> int:
    """Ask all servers, and write down what their tools are now, to be committed and compared with."""
    from ptc_cli.drift import lock_of, written

    made = lock_of(perform(_entries(invocation)))
    try:
        # It holds no secrets and is there to be committed.
        replace_file(file, written(made), mode=None if file.exists() else 0o644)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error
    counts = {name: len(server.tools) for name, server in made.servers.items()}
    if as_json:
        write_json(sys.stdout, file=str(file), tools=counts)
    talk.note(sys.stderr, f"{sum(counts.values())} tools of {len(counts)} servers are locked in {file}")
    return 0


@click.command()
@_lock_option
@click.option("--check", is_flag=True, help="Exit with 3 if programs can break of a change.")
@json_option
@pass_invocation
def diff(invocation: Invocation, file: Path, check: bool, as_json: bool) -> int:
    """Ask all servers, and show what of their tools differs from the lock.

    Lines that begin with ! are changes of which a program that was right can break.
    """
    from ptc_cli.drift import changes, lock_of

    before = _read(file)
    found = changes(before, lock_of(perform(_entries(invocation))))
    breaking = sum(change.is_breaking for change in found)
    if as_json:
        write_json(sys.stdout, lock=str(file), breaking=breaking, changes=[_as_json(change) for change in found])
    elif found:
        write_foreign(sys.stdout, "".join(f"{line}\n" for line in _review(found)))
    talk.note(sys.stderr, f"{breaking} breaking and {len(found) - breaking} harmless changes since {file}")
    return EXIT_CODES["rejected"] if check and breaking else 0


def _read(file: Path) -> Lock:
    from ptc_cli.drift import parsed

    try:
        found = file.stat()
        if not S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            raise ConfigError(f"{file}: is no file of at most {MOST_BYTES:,} bytes", hint=_ANEW)
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: there is no such file", hint=_ANEW) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    return parsed(text, str(file))


async def _entries(invocation: Invocation) -> Sequence[ServerEntry]:
    """Return the servers as they are now, but for those that are switched off or not trusted.

    Raises:
        PtcError: One does not answer: nothing can be said of its tools.
    """
    async with invocation.engine() as engine:
        view = await engine.describe(invocation.caller, refresh=True)
        used = [entry for entry in view.servers if entry.listing.status not in ("disabled", "untrusted")]
        for entry in used:
            failure = engine.server_failure(entry.name)
            if failure is not None or entry.listing.status != "ok":
                reason = (entry.listing.reason or "it does not answer").partition("\n")[0]
                raise failure or ConnectError(f"server '{entry.name}' {entry.listing.status}: {reason}")
    return used


def _as_json(change: Change) -> dict[str, object]:
    return {
        "server": change.server,
        "tool": change.tool,
        "where": change.where or None,
        "breaking": change.is_breaking,
        "message": change.message,
    }


def _review(found: Iterable[Change]) -> Iterable[str]:
    for (server, tool), several in groupby(found, key=lambda change: (change.server, change.tool)):
        yield server if tool is None else f"{server}.{tool}"
        for change in several:
            yield f"  {'!' if change.is_breaking else ' '} {change}"
