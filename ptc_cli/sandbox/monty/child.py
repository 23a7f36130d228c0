"""The process around monty on this side: start it, hear of its end, end it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import ptc_cli
from ptc_cli.core.errors import SandboxError, WorkerError
from ptc_cli.core.layers import Layers, MissingLayer
from ptc_cli.sandbox.ground import Ground
from ptc_cli.sandbox.layers import NAMESPACE_LAYERS, PROCESS_LAYERS, refused_descriptors
from ptc_cli.sandbox.monty.installed import Installed
from ptc_cli.sandbox.outcome import Exit
from ptc_cli.sandbox.worker import ENVIRONMENT, Child

_PROGRAM = Path(ptc_cli.__file__).parent / "worker" / "monty"
_ABSENT = "the monty backend does not build it"
_ADVICE = "Use the zygote backend, on Linux."


class MontyChild(Child):
    """The process around monty, and monty's own: one group of processes."""

    async def spoke(self) -> None:
        """Wait until it has said something, or is gone: nothing is taken of what it said."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self.channel, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self.channel)

    def send_signal(self, number: signal.Signals) -> None:
        """Send both a signal, unless the first has ended by itself."""
        # Until it is reaped, which is when `exited` is told, its number is nobody else's.
        if not self.exited.done():
            with suppress(ProcessLookupError):
                os.killpg(self.process, number)


async def try_once(place: Installed, seconds: float) -> Layers:
    """Start monty, have it do a sum, and return what held.

    Raises:
        WorkerError: It does not start.
    """
    plan = _plan(place, channel=None, lifeline=None, layers=())
    process = await asyncio.create_subprocess_exec(
        *_command(plan), env=ENVIRONMENT, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), seconds)
        told = json.loads(out)
    except (TimeoutError, ValueError) as error:
        words = "it did not answer in time" if isinstance(error, TimeoutError) else _last_line(err)
        raise WorkerError(f"sandbox 'monty': it does not start: {words}", hint="Run `ptc doctor`.") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    absent = {name: told["missing"].get(name, _ABSENT) for name in (*NAMESPACE_LAYERS, *PROCESS_LAYERS)}
    holding = tuple(told["holding"])
    return Layers(
        backend="monty",
        holding=holding,
        missing=tuple(
            MissingLayer(name=name, reason=reason, advice=_ADVICE)
            for name, reason in absent.items()
            if name not in holding
        ),
    )


def start(place: Installed, layers: Sequence[str], ground: Ground) -> MontyChild:
    """Start a process that confines itself, starts monty, and waits for a program.

    Raises:
        SandboxError: There is none to be had.
    """
    try:
        ours, theirs = socket.socketpair()
        (out, their_out), (err, their_err), (lifeline, their_lifeline) = os.pipe(), os.pipe(), os.pipe()
    except OSError as error:
        raise SandboxError(f"sandbox: {error}", hint=refused_descriptors(error)) from error
    plan = _plan(place, channel=theirs.fileno(), lifeline=their_lifeline, layers=layers)
    try:
        process = subprocess.Popen(
            _command(plan), env=ENVIRONMENT, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=their_out, stderr=their_err, pass_fds=[theirs.fileno(), their_lifeline],
        )  # fmt: skip
    except OSError as error:
        ours.close()
        _close(out, err, lifeline)
        raise WorkerError(f"sandbox 'monty': '{sys.executable}' does not start: {error}") from error
    finally:
        theirs.close()
        _close(their_out, their_err, their_lifeline)
    ours.setblocking(False)
    return MontyChild(
        process=process.pid, handle=os.dup(lifeline), channel=ours, stdout=out, stderr=err, ground=ground,
        exited=_exit_of(process, lifeline), counts_threads=False,
    )  # fmt: skip


def _exit_of(process: subprocess.Popen[bytes], lifeline: int) -> asyncio.Future[Exit]:
    """Return what is done when the process has ended, and monty with it."""
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[Exit] = loop.create_future()

    def reap() -> None:
        loop.remove_reader(lifeline)
        os.close(lifeline)
        # Not reaped yet, so that the group is still its own.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if not exited.done():
            exited.set_result(
                Exit(
                    code=process.returncode,
                    cpu_seconds=used.ru_utime + used.ru_stime,
                    peak_memory_bytes=used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
                )
            )

    loop.add_reader(lifeline, reap)
    return exited


def _plan(place: Installed, *, channel: int | None, lifeline: int | None, layers: Sequence[str]) -> str:
    return json.dumps(
        {
            "packages": place.packages, "binary": place.binary, "channel": channel, "lifeline": lifeline,
            "layers": list(layers),
        }
    )  # fmt: skip


def _command(plan: str) -> list[str]:
    return [sys.executable, "-s", "-P", "-S", str(_PROGRAM), plan]


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"
