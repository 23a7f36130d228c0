"""The program's end of its socket to the host."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ptc_cli.worker.exact import FAST, decode, encode

Frame: TypeAlias = dict[str, Any]

_LENGTH_BYTES = 4
_READ_BYTES = 1 << 16
_FRAME_BYTES, _EXACT_BYTES = 8 << 20, 1 << 20


@dataclass(slots=True, kw_only=True)
class _Calls:
    """The calls that wait for an answer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: int = 0
    waiting: dict[int, Future[Frame]] = field(default_factory=dict)


class Channel:
    """Frames to the host and back: each a length, and JSON of that length.

    One thread reads; any thread may send. So calls work from both faces, from threads, and from several event loops.
    """

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.settimeout(None)
        self._calls = _Calls()
        self._buffer = bytearray()

    def receive(self) -> Frame | None:
        """Return the next frame; None when the host is gone."""
        header = self._take(_LENGTH_BYTES)
        payload = self._take(int.from_bytes(header, "big")) if header is not None else None
        if payload is None:
            return None
        frame = decode(payload)
        assert isinstance(frame, dict)
        return frame

    def start_reading(self) -> None:
        """Have a thread deliver answers from now on; when the host goes away, the process ends."""
        threading.Thread(target=self._deliver, name="ptc-channel", daemon=True).start()

    def send(self, frame: Frame) -> None:
        """Send a frame."""
        with self._calls.lock:
            self._write(encode(frame))

    def call(self, frame: Frame) -> Future[Frame]:
        """Send a call, and return what will hold the answer.

        Raises:
            ValueError: Its arguments are longer than the host accepts.
        """
        future: Future[Frame] = Future()
        with self._calls.lock:
            call = self._calls.last + 1
            payload = encode({"kind": "call", "id": call, **frame})
            _check_length(payload)
            self._calls.last = call
            self._calls.waiting[call] = future
            self._write(payload)
        future.add_done_callback(lambda done: self._cancel(call) if done.cancelled() else None)
        return future

    def _write(self, payload: bytes) -> None:
        self._socket.sendall(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)

    def _cancel(self, call: int) -> None:
        if self._calls.waiting.pop(call, None) is not None:
            self.send({"kind": "cancel", "id": call})

    def _deliver(self) -> None:
        while (frame := self.receive()) is not None:
            future = self._calls.waiting.pop(frame["id"], None)
            if future is not None and future.set_running_or_notify_cancel():
                future.set_result(frame)
        os._exit(1)

    def _take(self, count: int) -> bytes | None:
        """Return so many bytes of what comes in; None when nothing more comes."""
        while len(self._buffer) < count:
            try:
                more = self._socket.recv(max(_READ_BYTES, count - len(self._buffer)))
            except OSError:
                return None
            if not more:
                return None
            self._buffer += more
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _check_length(payload: bytes) -> None:
    most = _FRAME_BYTES if payload[:1] == FAST else _EXACT_BYTES
    if len(payload) > most:
        raise ValueError(f"the arguments are {len(payload):,} bytes of JSON; at most {most:,} can be sent")
