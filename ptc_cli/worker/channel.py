"""The program's end of its socket to the host."""

from __future__ import annotations

import _thread
import os
import queue
import select
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeAlias
from weakref import WeakSet

from ptc_cli.worker.exact import FAST, decode, encode

Frame: TypeAlias = dict[str, Any]

_LENGTH_BYTES = 4
_READ_BYTES = 1 << 16
_ENDED = "the program that made this call ended before its answer came"
_STRAY = "no tool can be called here: this thread was started by a program that has ended. Start threads and pools anew"
_VALUES = 1 << 18
_FRAME_BYTES, _EXACT_BYTES = 8 << 20, 1 << 20


@dataclass(slots=True, kw_only=True)
class _Calls:
    """The calls that wait for an answer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: int = 0
    waiting: dict[int, Future[Frame]] = field(default_factory=dict)
    are_open: bool = True
    """Whether a program runs that calls can belong to."""

    strangers: WeakSet[threading.Thread] = field(default_factory=WeakSet)
    """Threads of programs that have ended."""

    def belong(self) -> bool:
        """Say whether a call that this thread makes is one of the program that runs."""
        return self.are_open and not (self.strangers and threading.current_thread() in self.strangers)


class Channel:
    """Frames to the host and back: each a length, and JSON of that length.

    One thread reads; any thread may send. So calls work from both faces, from threads, and from several event loops.
    """

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.settimeout(None)
        self._calls = _Calls()
        self._buffer = bytearray()
        self._is_interrupted = False
        self.entries: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        """The further programs of a session."""

    def receive(self) -> Frame | None:
        """Return the next frame; None when the host is gone."""
        header = self._take(_LENGTH_BYTES)
        payload = self._take(int.from_bytes(header, "big")) if header is not None else None
        if payload is None:
            return None
        frame = decode(payload)
        assert isinstance(frame, dict)
        return frame

    def start_reading(self, *, leave: Callable[[], object] = lambda: os._exit(1)) -> None:
        """Have a thread deliver what comes from now on; when the host goes away, leave: the process ends."""
        # Not a `Thread`, whose `start` waits until it runs: 2 ms where all processors are busy.
        _thread.start_new_thread(self._deliver, (leave,))

    def deliver_next(self) -> bool:
        """Give the next frame to who waits for it; say whether there was one."""
        frame = self.receive()
        if frame is None:
            return False
        if frame["kind"] == "entry":
            self.entries.put(frame)
        else:
            _answer(self._calls.waiting.pop(frame["id"], None), frame)
        return True

    def has_more(self) -> bool:
        """Say whether a frame from the host is there, or begins to be."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Let go of the host."""
        self._socket.close()

    def begin(self) -> None:
        """Tell the host that a program of a session begins: from now on it may be interrupted, and call."""
        with self._calls.lock:
            self._calls.strangers = WeakSet(threading.enumerate())
            self._calls.strangers.discard(threading.main_thread())
            self._calls.are_open = True
            self._write(encode({"kind": "begun"}))

    def finish(self, frame: Frame) -> None:
        """Send the last frame of a program: nothing follows, and what still waits for an answer gets a failure."""
        with self._calls.lock:
            self._calls.are_open = False
            left, self._calls.waiting = self._calls.waiting, {}
            self._write(encode(frame))
        for future in left.values():
            _answer(future, _failed(_ENDED))

    def send(self, frame: Frame) -> None:
        """Send a frame; one of a program that has ended is dropped."""
        with self._calls.lock:
            if self._calls.belong():
                self._write(encode(frame))
        self._catch_up()

    def call(self, frame: Frame) -> Future[Frame]:
        """Send a call, and return what will hold the answer.

        Raises:
            ValueError: Its arguments are longer than the host accepts.
        """
        future: Future[Frame] = Future()
        with self._calls.lock:
            if self._calls.belong():
                call = self._calls.last + 1
                payload = encode({"kind": "call", "id": call, **frame})
                _check_length(payload)
                self._calls.last = call
                self._calls.waiting[call] = future
                future.add_done_callback(lambda done: self._cancel(call) if done.cancelled() else None)
                self._write(payload)
            else:
                future.set_result(_failed(_STRAY))
        self._catch_up()
        return future

    def interrupt(self, _: int, frame: FrameType | None) -> None:
        """Interrupt the program that runs: a handler of signals. Half a frame would be the end of its session."""
        while frame is not None:
            if frame.f_code in (Channel.send.__code__, Channel.call.__code__):
                self._is_interrupted = True
                return
            frame = frame.f_back
        raise KeyboardInterrupt

    def _catch_up(self) -> None:
        if self._is_interrupted and threading.current_thread() is threading.main_thread():
            self._is_interrupted = False
            raise KeyboardInterrupt

    def _write(self, payload: bytes) -> None:
        self._socket.sendall(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)

    def _cancel(self, call: int) -> None:
        if self._calls.waiting.pop(call, None) is not None:
            self.send({"kind": "cancel", "id": call})

    def _deliver(self, leave: Callable[[], object]) -> None:
        while self.deliver_next():
            pass
        leave()

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


def _answer(future: Future[Frame] | None, frame: Frame) -> None:
    if future is not None and future.set_running_or_notify_cancel():
        future.set_result(frame)


def _failed(text: str) -> Frame:
    return {"kind": "answer", "failure": "cancelled", "message": text, "text": text, "content": []}


def _check_length(payload: bytes) -> None:
    most = _FRAME_BYTES if payload[:1] == FAST else _EXACT_BYTES
    if len(payload) > most:
        raise ValueError(f"the arguments are {len(payload):,} bytes of JSON; at most {most:,} can be sent")
    if len(payload) > 2 * _VALUES and _has_more_values(payload, _VALUES):
        raise ValueError(f"the arguments hold more than {_VALUES:,} values; send them in parts")


def _has_more_values(text: bytes, most: int) -> bool:
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b"".join(plain.split(b'"')[::2])
    return plain.count(b'"') > 4 * most or sum(map(outside.count, (b",", b"[", b"{"))) > most
