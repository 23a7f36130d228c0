"""The host's end of a program's socket."""

from __future__ import annotations

import asyncio
import socket

from ptc_cli.sandbox.channel import Channel
from ptc_cli.sandbox.wire import Frame, Progressed, encode, framed


async def test_what_a_program_said_last_is_taken_though_an_answer_finds_it_gone() -> None:
    ours, theirs = socket.socketpair()
    received: list[Frame] = []
    violations: list[str] = []
    channel = Channel(receive=received.append, violated=violations.append, value_bytes=1 << 20)
    await asyncio.get_running_loop().create_connection(lambda: channel, sock=ours)

    theirs.sendall(framed(encode({"kind": "progress", "done": 1.0, "total": None, "note": "last"})))
    theirs.close()
    # Before the loop comes to read.
    channel.send(b"an answer")
    await asyncio.wait_for(channel.closed, 10)

    assert violations == []
    assert received == [Progressed(done=1.0, total=None, note="last")]
