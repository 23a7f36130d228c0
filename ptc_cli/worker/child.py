"""A confined process: from the fork to the end of its program."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading

from ptc_cli.worker import program
from ptc_cli.worker.channel import Channel
from ptc_cli.worker.confine import CHANNEL, Cage, isolate, limit, lock, take_descriptors
from ptc_cli.worker.files import Held
from ptc_cli.worker.job import Job
from ptc_cli.worker.keeping import Keeper
from ptc_cli.worker.namespaces import LayerMissingError
from ptc_cli.worker.preload import reseed

_THREAD_STACK_BYTES = 4 << 20  # twice as many threads fit into the same memory as with the usual 8 MiB
_BROKEN_EXIT_CODE = 120


def live(cage: Cage, descriptors: tuple[int, int, int], *, files: Held, already_mapped_bytes: int) -> None:
    """Confine this process, run the one program that the host sends, and end."""
    try:
        _take(descriptors, cage, files)
    except (OSError, LayerMissingError) as error:
        channel = Channel(CHANNEL)
        channel.send({"kind": "broken", "message": str(error)})
        os._exit(_BROKEN_EXIT_CODE)
    channel = Channel(CHANNEL)
    channel.send({"kind": "ready"})
    frame = channel.receive()
    if frame is None:
        os._exit(0)
    job = Job.of(frame)
    _open_output()
    threading.stack_size(_THREAD_STACK_BYTES)
    limit(job.allowance, already_mapped_bytes=already_mapped_bytes)
    channel.start_reading()
    keeper = Keeper(job.keep, most_bytes=job.artifact_bytes)
    reseed(job.seed)
    end = program.run(job, channel)
    _flush()
    keeper.send(channel)
    channel.send(end)
    os._exit(0)


def _take(descriptors: tuple[int, int, int], cage: Cage, files: Held) -> None:
    channel, output, errors = descriptors
    take_descriptors(output, errors, channel, keep={cage.processes, *files.descriptors})
    isolate(cage, files)
    os.close(cage.processes)
    lock(cage, files)
    for descriptor in files.descriptors:
        os.close(descriptor)


def _open_output() -> None:
    """Write through, so that what was printed is out before whatever ends the program."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        # A raw file serves as a buffer here as it does for `python -u`.
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # The program may have put anything there, and what it printed is out.
        with contextlib.suppress(Exception):
            stream.flush()
