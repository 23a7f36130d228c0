"""Ending a daemon: in order if it can, and otherwise all the same."""

from __future__ import annotations

import os
import select
import signal

from ptc_cli.daemon.client import connected
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.peer import process_of
from ptc_cli.daemon.place import HTTP, Place

END_SECONDS = 15.0
"""How long a daemon may take to end runs, servers and sandbox."""


def ended(place: Place, name: str) -> bool:
    """End the daemon of a name, and wait until it has; say whether there was one.

    Raises:
        DaemonError: It does not end.
    """
    try:
        with connected(place, f"{name}{HTTP}") as connection:
            # While we are connected its number is its own; through the descriptor it stays that one process.
            process = os.pidfd_open(process_of(connection)[0])
    except (DaemonError, ProcessLookupError):
        return False
    try:
        _end(process)
    finally:
        os.close(process)
    return True


def _end(process: int) -> None:
    waiting = select.poll()
    waiting.register(process, select.POLLIN)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            signal.pidfd_send_signal(process, number)
        except ProcessLookupError:
            return
        if waiting.poll(END_SECONDS * 1000):
            return
    raise DaemonError("the daemon does not end")
