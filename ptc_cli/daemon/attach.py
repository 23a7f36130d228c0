"""Passing a client's conversation on to the daemon: bytes are copied, and nothing is understood."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress

from ptc_cli.daemon.client import Client, conversation

_CHUNK_BYTES = 1 << 16


def attach(client: Client, *, mode: str | None, servers: Sequence[str]) -> None:
    """Be one stdio conversation, which the daemon leads, until either side ends it.

    Raises:
        DaemonError: The daemon does not take it.
    """
    with conversation(client) as connection:
        connection.sendall(json.dumps({"mode": mode, "servers": list(servers)}).encode() + b"\n")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: connection.shutdown(socket.SHUT_RDWR))
        # Nothing can interrupt a read of standard input: where the daemon ends first, the process ends around it.
        threading.Thread(target=_send, args=(connection,), daemon=True).start()
        with suppress(OSError):  # whoever hangs up has ended it
            while part := connection.recv(_CHUNK_BYTES):
                _write(part)


def _send(connection: socket.socket) -> None:
    with suppress(OSError):
        while part := os.read(0, _CHUNK_BYTES):
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)


def _write(content: bytes) -> None:
    while content:
        content = content[os.write(1, content) :]
