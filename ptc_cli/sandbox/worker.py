"""The worker process on this side: start it, hear what holds, have it fork confined processes, end it."""

from __future__ import annotations

import array
import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ptc_cli
from ptc_cli.core.errors import SandboxError, WorkerError
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.layers import Layers
from ptc_cli.sandbox import layers as names
from ptc_cli.sandbox.ground import Ground
from ptc_cli.sandbox.interpreter import Interpreter, orjson_folder
from ptc_cli.sandbox.outcome import Exit

_PROGRAM = Path(ptc_cli.__file__).parent / "worker"
_PACKET_BYTES = 1 << 16
_START_SECONDS = 30.0
_END_SECONDS = 2.0
_ERROR_BYTES = 4096
# Nothing of the host's environment; two malloc arenas, since every one counts against the memory limit.
# As isolated as `-I`, whose `-E` would leave out the hash seed too: a program that runs again must see sets in the same
# order (`Execution.hash_seed`). Collisions that it makes of that hurt itself only.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Numeric libraries start a thread per processor when they are imported, each with megabytes of its own.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # There is no screen.
    "MPLBACKEND": "Agg",
}
_WORKSPACE_ENVIRONMENT = {"HOME": "/workspace", "TMPDIR": "/workspace"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A confined process that waits for its program, or runs it."""

    process: int
    """Its process id, as this process sees it where there are no namespaces."""

    handle: int
    """A pidfd."""

    channel: socket.socket
    stdout: int
    stderr: int
    ground: Ground
    exited: asyncio.Future[Exit]
    counts_threads: bool
    """Whether its threads are counted on this side, since the kernel does not."""

    def kill(self) -> None:
        """End it, whatever it does."""
        self.send_signal(signal.SIGKILL)

    def drop(self) -> None:
        """End it before it had a program."""
        self.kill()
        self.channel.close()
        self.release()

    def release(self) -> None:
        """Close its descriptors, except the channel."""
        for descriptor in (self.stdout, self.stderr, self.handle):
            os.close(descriptor)

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended by itself."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)


class Worker:
    """One worker process: programs are forked from it."""

    def __init__(
        self, process: subprocess.Popen[bytes], control: socket.socket, layers: Layers, *, use_namespaces: bool
    ) -> None:
        self._process = process
        self._use_namespaces = use_namespaces
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._orders = itertools.count()
        self._started: dict[int, asyncio.Future[tuple[int, int]]] = {}
        self._running: dict[int, asyncio.Future[Exit]] = {}
        self._loop.add_reader(control, self._hear)
        self.layers = layers
        self.is_gone = False

    @classmethod
    async def start(
        cls,
        interpreter: Interpreter,
        *,
        use_namespaces: bool,
        preload: tuple[str, ...] = (),
        answer_seconds: float = _START_SECONDS,
    ) -> Worker:
        """Start a worker, and wait until it can run programs; a machine that hangs is given `answer_seconds`.

        Raises:
            LayersMissingError: A layer that it cannot do without is missing.
            WorkerError: It does not start, or what it is to preload cannot be.
        """
        control, process = _launch(interpreter, use_namespaces=use_namespaces, preload=preload)
        try:
            told = _with_own_part(await _hear_once(control, process, answer_seconds), process.pid)
            layers = _layers(told, use_namespaces=use_namespaces)
            names.demand(layers, _needed(layers, use_namespaces=use_namespaces), by="this machine does not give it")
            _refuse_failed(await _hear_once(control, process, _START_SECONDS))
        except BaseException:
            control.close()
            _end(process)
            raise
        assert process.stderr is not None
        process.stderr.close()
        return cls(process, control, layers, use_namespaces=use_namespaces)

    async def fork(self, ground: Ground) -> Child:
        """Return a new confined process.

        Raises:
            SandboxError: There is none to be had.
        """
        try:
            ours, theirs = socket.socketpair()
            (out, their_out), (err, their_err) = os.pipe(), os.pipe()
        except OSError as error:
            raise SandboxError(f"sandbox: {error}", hint=names.refused_descriptors(error)) from error
        order, started, exited = next(self._orders), self._loop.create_future(), self._loop.create_future()
        self._started[order], self._running[order] = started, exited
        # Whoever waits for a process has its own way to hear of it; an end nobody waits for is no error.
        exited.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            self._order({"id": order, **_told(ground)}, theirs.fileno(), their_out, their_err)
            process, handle = await started
        except BaseException:
            ours.close()
            os.close(out)
            os.close(err)
            raise
        finally:
            theirs.close()
            os.close(their_out)
            os.close(their_err)
        ours.setblocking(False)
        return Child(
            process=process,
            handle=handle,
            channel=ours,
            stdout=out,
            stderr=err,
            ground=ground,
            exited=exited,
            counts_threads=not self._use_namespaces,
        )

    async def close(self) -> None:
        """End it, and every process that it forked."""
        self._lose()
        self._control.close()
        await asyncio.to_thread(_end, self._process)

    def _order(self, message: JsonObject, *descriptors: int) -> None:
        if self.is_gone:
            raise WorkerError("sandbox: the worker process has ended")
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
            self._control.sendmsg([json.dumps(message).encode()], rights)
        except OSError as error:
            raise WorkerError(f"sandbox: the worker process does not listen: {error}") from error

    def _hear(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, _PACKET_BYTES, 1)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._lose()
            return
        self._take(json.loads(message), descriptors)

    def _take(self, told: dict[str, Any], descriptors: list[int]) -> None:
        order = told["id"]
        if "process" in told:
            started = self._started.pop(order)
            if started.done():
                # Who asked for it was cancelled; its socket is closed, so that it ends by itself.
                os.close(descriptors[0])
            else:
                started.set_result((told["process"], descriptors[0]))
        elif "refused" in told:
            self._running.pop(order)
            _fail(self._started.pop(order), SandboxError(f"sandbox: no new process: {told['refused']}"))
        elif not self._running[order].done():
            self._running.pop(order).set_result(_exit(told))

    def _lose(self) -> None:
        """Take notice that the worker is gone, and with it every process that it forked."""
        if self.is_gone:
            return
        self.is_gone = True
        self._loop.remove_reader(self._control)
        waiting: list[asyncio.Future[Any]] = [*self._started.values(), *self._running.values()]
        for future in waiting:
            _fail(future, WorkerError("sandbox: the worker process ended, and its programs with it"))


def _told(ground: Ground) -> JsonObject:
    return {
        "disk_bytes": ground.disk_bytes,
        "workspace": None if ground.workspace is None else str(ground.workspace),
        "mounts": [[mount.path, mount.name] for mount in ground.mounts],
    }


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _exit(told: dict[str, Any]) -> Exit:
    return Exit(code=told["exit"], cpu_seconds=told["cpu_seconds"], peak_memory_bytes=told["peak_memory_bytes"])


def _refuse_failed(told: dict[str, Any]) -> None:
    if "failed" in told:
        raise WorkerError(f"sandbox: {told['failed']}", hint="Mend preload under [sandbox], or leave it out.")


def _launch(
    interpreter: Interpreter, *, use_namespaces: bool, preload: tuple[str, ...]
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    plan = {
        "control": theirs.fileno(),
        "use_namespaces": use_namespaces,
        "readable": interpreter.readable,
        "packages": interpreter.packages,
        "preload": preload,
        "orjson": orjson_folder(),
    }
    control.setblocking(False)
    environment = {**ENVIRONMENT, **(_WORKSPACE_ENVIRONMENT if use_namespaces else {})}
    try:
        # The worker ends when this socket does: not with the thread that started it, as PR_SET_PDEATHSIG would have it.
        process = subprocess.Popen(
            [interpreter.executable, "-s", "-P", "-S", str(_PROGRAM), json.dumps(plan)],
            env=environment,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        control.close()
        raise WorkerError(f"sandbox: '{interpreter.executable}' does not start: {error}") from error
    finally:
        theirs.close()
    return control, process


async def _hear_once(control: socket.socket, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    try:
        message = await asyncio.wait_for(loop.sock_recv(control, _PACKET_BYTES), seconds)
    except TimeoutError:
        # Not a layer that is missing: a machine that is only slow must not get a weaker sandbox for it.
        raise WorkerError(
            f"sandbox: the worker process did not answer within {seconds:g} s",
            hint="Run `ptc doctor`; if the machine is just busy, try again.",
        ) from None
    except OSError:
        message = b""
    if not message:
        raise WorkerError(f"sandbox: the worker process ended at its start: {_last_words(process)}")
    told: dict[str, Any] = json.loads(message)
    return told


def _last_words(process: subprocess.Popen[bytes]) -> str:
    _end(process)
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)
    text = (process.stderr.read(_ERROR_BYTES) or b"").decode("utf-8", "replace").strip()
    return text.splitlines()[-1] if text else f"exit code {process.returncode}"


def _with_own_part(told: dict[str, Any], process: int) -> dict[str, Any]:
    """Add what this process needs to end programs, whatever they do."""
    try:
        handle = os.pidfd_open(process)
        try:
            signal.pidfd_send_signal(handle, 0)
        finally:
            os.close(handle)
    except OSError as error:
        return {**told, "missing": {**told["missing"], "pidfd": str(error)}}
    return told


def _needed(layers: Layers, *, use_namespaces: bool) -> list[str]:
    needed = set(names.LAYERS) - {"landlock"} if use_namespaces else set(names.PROCESS_LAYERS)
    # What is missing and is no layer, such as `/proc`, is something that no backend can do without.
    return sorted(needed | {layer.name for layer in layers.missing if layer.name not in names.LAYERS})


def _layers(told: dict[str, Any], *, use_namespaces: bool) -> Layers:
    absent = tuple(names.missing(name, reason) for name, reason in told["missing"].items())
    holding = tuple(name for name in names.LAYERS if name in told["holding"])
    if use_namespaces:
        return Layers(backend="zygote", holding=holding, missing=absent)
    absent += names.without_namespaces("the landlock backend uses no namespaces")
    return Layers(backend="landlock", holding=holding, missing=absent)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a worker whose socket is closed; kill one that does not go."""
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
