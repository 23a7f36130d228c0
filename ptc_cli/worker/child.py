"""A confined process: from the fork to the end of its program."""

from __future__ import annotations

import os
import threading

from ptc_cli.worker import program
from ptc_cli.worker.channel import Channel
from ptc_cli.worker.confine import CHANNEL, Allowance, Cage, isolate, limit, lock, take_descriptors
from ptc_cli.worker.files import Held
from ptc_cli.worker.job import Job
from ptc_cli.worker.keeping import Keeper
from ptc_cli.worker.namespaces import LayerMissingError
from ptc_cli.worker.output import flush
from ptc_cli.worker.session import Session
from ptc_cli.worker.warm import rehearse

_THREAD_STACK_BYTES = 4 << 20  # twice as many threads fit into the same memory as with the usual 8 MiB
_BROKEN_EXIT_CODE = 120


def live(cage: Cage, descriptors: tuple[int, int, int], *, files: Held, already_mapped_bytes: int) -> None:
    """Confine this process, run the one program that the host sends, or those of a session, and end."""
    try:
        _take(descriptors, cage, files)
    except (OSError, LayerMissingError) as error:
        channel = Channel(CHANNEL)
        channel.send({"kind": "broken", "message": str(error)})
        os._exit(_BROKEN_EXIT_CODE)
    channel = Channel(CHANNEL)
    channel.send({"kind": "ready"})
    if not channel.has_more():
        # The program is yet to come: what it will touch can be made this process's own meanwhile.
        rehearse()
    frame = channel.receive()
    if frame is None:
        os._exit(0)
    threading.stack_size(_THREAD_STACK_BYTES)
    limit(Allowance(**frame["allowance"]), already_mapped_bytes=already_mapped_bytes)
    channel.start_reading()
    if frame["job"] is None:
        Session(channel).serve()
    job, keeper = Job.of(frame["job"]), Keeper(channel)
    end = program.run(job, channel)
    flush()
    keeper.keep(job)
    channel.finish(end)
    os._exit(0)


def _take(descriptors: tuple[int, int, int], cage: Cage, files: Held) -> None:
    channel, output, errors = descriptors
    take_descriptors(output, errors, channel, keep={cage.processes, *files.descriptors})
    isolate(cage, files)
    os.close(cage.processes)
    lock(cage, files)
    for descriptor in files.descriptors:
        os.close(descriptor)
