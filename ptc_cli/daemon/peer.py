"""Who is at the other end of a local socket, as the kernel knows."""

from __future__ import annotations

import os
import socket
import struct

_CREDENTIALS = struct.Struct("iII")


def process_of(connection: socket.socket) -> tuple[int, int]:
    """Return the process and the user at the other end: of a server, those that began to listen."""
    size = _CREDENTIALS.size
    pid, user, _ = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return pid, user


def is_ours(connection: socket.socket) -> bool:
    """Say whether the other end belongs to the user that we are."""
    return process_of(connection)[1] == os.geteuid()
