"""What a worker does once so that no program has to."""

from __future__ import annotations

import asyncio
import gc
import importlib
import socket
import traceback

from ptc_cli.worker.channel import Channel
from ptc_cli.worker.exact import decode, encode
from ptc_cli.worker.failure import failure
from ptc_cli.worker.job import Job
from ptc_cli.worker.output import open_output
from ptc_cli.worker.program import compile_program
from ptc_cli.worker.runtime import module
from ptc_cli.worker.tools import caller, package, supplied

_USUAL = (
    "base64 bisect collections contextlib copy csv dataclasses datetime decimal enum fractions functools hashlib heapq "
    "io itertools json math operator pathlib random re statistics string tempfile textwrap time typing uuid zoneinfo"
)
"""What programs import most; 60 ms when a program does it itself."""


def warm_up() -> None:
    """Import what programs usually import, take every path once, and keep the collector off all of it."""
    for name in _USUAL.split():
        importlib.import_module(name)
    open_output()
    _rehearse()
    gc.collect()
    # Pages that the collector would write to are pages that no child shares any more.
    gc.freeze()


def _rehearse() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(theirs.detach())
    job = Job(
        source="await tools.a()\n1", name="rehearsal", face="async", seed=0, input="{}", supplied=("tools",),
        servers=(), value_bytes=0, keep=(), artifact_bytes=0,
    )  # fmt: skip
    call = caller(job.face, channel, lambda: job.name)
    supplied(job, {**package(job, call), "ptc": module(job, channel, call)})
    compile_program(job.source, job.name)
    decode(encode({"kind": "rehearsal", "value": [1.5, None, "é"]}))
    asyncio.run(asyncio.sleep(0))
    try:
        raise ValueError("rehearsal")
    except ValueError as error:
        failure(error, job.name, {job.name: job.name})
        traceback.format_exc()
    ours.close()
