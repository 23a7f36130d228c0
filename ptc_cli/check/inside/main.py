"""A checker process: one request a line on standard input, one reply a line on standard output, to the end of input."""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from dataclasses import replace
from typing import BinaryIO

from ptc_cli.check.inside.bounds import bound_memory, compute_at_most, end_after
from ptc_cli.check.inside.desk import Desk
from ptc_cli.check.inside.selftest import self_test
from ptc_cli.check.wire import (
    CHECK_SECONDS,
    Boot,
    Check,
    Checked,
    Failed,
    Ready,
    Reply,
    Request,
    Update,
    Updated,
    pack,
    unpack_request,
)

_MEMORY_BYTES = 2 << 30
_STACK_BYTES = 256 << 20
_BOOT_SECONDS = 180
_REQUEST_SECONDS = 30
"""Longer than the host's own deadlines: this is for a host that is gone, and a check that never ends. All of these end
the process where it stands."""

_TIDY_EVERY = 8


def main() -> None:
    """Serve requests until the host is gone."""
    replies = _take_standard_output()
    _bound()
    try:
        _serve(sys.stdin.buffer, replies)
    except Exception:  # noqa: BLE001 (the front door of the process: the host is told, and starts another)
        _answer(replies, Failed(message=traceback.format_exc(limit=-3)[-4000:]))
        sys.exit(1)


def _take_standard_output() -> BinaryIO:
    """Return the way to the host, and leave nothing that mypy may print to reach it."""
    replies = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    return replies


def _bound() -> None:
    os.chdir("/")
    sys.setrecursionlimit(1 << 14)
    bound_memory(_MEMORY_BYTES, _STACK_BYTES)


def _serve(requests: BinaryIO, replies: BinaryIO) -> None:
    desk: Desk | None = None
    for number, line in enumerate(requests):
        request = unpack_request(line)
        end_after(_BOOT_SECONDS if desk is None else _REQUEST_SECONDS)
        if desk is None:
            desk = _boot(request, replies)
        else:
            compute_at_most(CHECK_SECONDS)
            _answer(replies, _reply(desk, request), request)
            if desk.checker.is_broken:
                return
        compute_at_most(0)
        end_after(0)
        # It takes 0.3 ms for each program since the last time, when most often nobody waits.
        if number % _TIDY_EVERY == 0:
            desk.checker.tidy()


def _boot(request: Request, replies: BinaryIO) -> Desk:
    started = time.perf_counter()
    if not isinstance(request.body, Boot):
        raise TypeError("the first request must be `Boot`")
    desk = Desk(request.body)
    failures = self_test(desk.checker)
    if failures and desk.used_cache:
        desk = Desk(replace(request.body, cache=None))
        failures = self_test(desk.checker)
    if failures:
        desk.turn_cold()
    ready = Ready(
        checker="cold" if failures else "warm",
        used_cache=desk.used_cache,
        seconds=time.perf_counter() - started,
        failures=failures,
        version=desk.version,
    )
    _answer(replies, ready, request)
    gc.collect()
    gc.freeze()
    gc.disable()
    return desk


def _reply(desk: Desk, request: Request) -> Checked | Updated:
    match request.body:
        case Check() as check:
            return desk.check(check)
        case Update() as update:
            return desk.update(update)
        case Boot():
            raise TypeError("`Boot` was asked twice")


def _answer(replies: BinaryIO, body: Ready | Checked | Updated | Failed, request: Request | None = None) -> None:
    replies.write(pack(Reply(body=body, number=request.number if request else 0)))
    replies.flush()
