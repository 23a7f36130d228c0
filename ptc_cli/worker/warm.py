"""What a worker does once so that no program has to."""

from __future__ import annotations

import asyncio
import gc
import importlib
import socket
import sys
import traceback
from concurrent.futures import Future

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import encode
from ptc_cli.worker.failure import failure
from ptc_cli.worker.job import Job
from ptc_cli.worker.output import open_output
from ptc_cli.worker.program import evaluate
from ptc_cli.worker.surroundings import Surroundings

_USUAL = (
    "base64 bisect collections contextlib copy csv dataclasses datetime decimal enum fractions functools hashlib heapq "
    "io itertools json math operator pathlib random re statistics string tempfile textwrap time typing uuid zoneinfo"
)
"""What programs import most; 60 ms when a program does it itself."""


_FRAME = {
    "source": "from tools import a\nx = a.b(1, c=2)\nx", "name": "rehearsal", "face": "sync", "seed": 0, "input": "{}",
    "supplied": ["a"], "value_bytes": 1000, "keep": [], "artifact_bytes": 0,
    "bindings": [
        {
            "module": "a", "server": "a", "types": ["T"],
            "functions": [{"name": "b", "tool": "b", "positional": ["d"], "renamed": {"c": "c_"}}],
        }
    ],
}  # fmt: skip
_ANSWER = {"kind": "answer", "id": 1, "value": [1.5, None, "é"]}

_TIMES = 16
"""After which the interpreter has adapted the code of the path, and writes to it no more."""


def warm_up() -> None:
    """Import what programs usually import, take every path, and keep the collector off all of it."""
    for name in _USUAL.split():
        importlib.import_module(name)
    open_output()
    asyncio.run(asyncio.sleep(0))
    for _ in range(_TIMES):
        rehearse()
    _rehearse_failure()
    gc.collect()
    # Pages that the collector would write to are pages that no child shares any more.
    gc.freeze()


def rehearse() -> None:
    """Run a program with one call as it will be, but for the host and the thread that listens to it."""
    ours, theirs = socket.socketpair()
    channel, main = _Rehearsed(theirs.detach()), sys.modules["__main__"]
    answer = encode(_ANSWER)
    ours.sendall(len(answer).to_bytes(4, "big") + answer)
    evaluate(Job.of(_FRAME), Surroundings(channel), asyncio.run)
    ours.close()
    channel.close()
    sys.modules["__main__"] = main
    for name in ("tools", "tools.a", "ptc"):
        del sys.modules[name]


class _Rehearsed(Channel):
    """A channel without a thread: an answer is taken when the call is made."""

    def call(self, frame: Frame) -> Future[Frame]:
        """Make a call whose answer is there already."""
        future = super().call(frame)
        self.deliver_next()
        return future


def _rehearse_failure() -> None:
    try:
        raise ValueError("rehearsal")
    except ValueError as error:
        failure(error, "rehearsal", {"rehearsal": "rehearsal"})
        traceback.format_exc()
