"""Starting a daemon in the background, one however many want it at the same time."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.place import STARTING, Place

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Door

START_SECONDS = 15.0
"""How long a daemon may take until it answers; after that a command does its work itself."""

READY = b"ready"
"""What a daemon writes to its standard output once it answers."""

_LOOK_SECONDS = 0.02


def found(place: Place, name: str, *, door: Door) -> Client:
    """Return the way to the daemon of a name.

    Raises:
        DaemonError: There is none.
    """
    client = Client(place, name, door=door)
    client.greet()
    return client


def started(place: Place, name: str, options: Sequence[str], *, door: Door) -> Client:
    """Return the way to the daemon of a name, which is started if there is none.

    Raises:
        DaemonError: None can be started, or it takes too long.
    """
    try:
        return found(place, name, door=door)
    except DaemonError:
        deadline = time.monotonic() + START_SECONDS
    with _turn(place, name, deadline):
        try:
            return found(place, name, door=door)
        except DaemonError:
            _start(options, deadline)
        return found(place, name, door=door)


@contextmanager
def _turn(place: Place, name: str, deadline: float) -> Iterator[None]:
    while True:
        with place.locked(f"{name}{STARTING}") as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > deadline:
            raise DaemonError("another command has been starting the daemon for too long")
        time.sleep(_LOOK_SECONDS)


def _start(options: Sequence[str], deadline: float) -> None:
    """Start the daemon of the current folder, and wait until it says that it answers."""
    # -P: what lies in the current folder is not to be imported.
    command = [sys.executable, "-P", "-m", "ptc_cli", *options, "daemon", "serve"]
    reading, writing = os.pipe()
    try:
        os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writing, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsid=True,
        )
        os.close(writing)
        writing = -1
        _wait(reading, deadline)
    except OSError as error:
        raise DaemonError(f"the daemon cannot be started: {error.strerror}") from error
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)


def _wait(reading: int, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(reading, select.POLLIN)
    if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise DaemonError(f"the daemon did not answer within {START_SECONDS:g} s", hint="See: ptc daemon logs")
    if os.read(reading, len(READY)) != READY:
        raise DaemonError("the daemon did not start", hint="See: ptc daemon logs")
