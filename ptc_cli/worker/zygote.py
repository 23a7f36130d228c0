"""The process that programs are forked from: it builds the layers once, then forks, watches and reaps.

It is single-threaded, was started with an empty environment, and never sees a secret. Its messages to the host, one
per packet: first what holds, then `ready`; for each program asked for, its process (with a pidfd), then its end.
"""

from __future__ import annotations

import array
import fcntl
import json
import os
import resource
import select
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ptc_cli.worker import kernel, landlock
from ptc_cli.worker.canary import holding
from ptc_cli.worker.child import live
from ptc_cli.worker.confine import MOST_FILES, Cage, filter_for, fork, stack_bytes
from ptc_cli.worker.exact import use_orjson
from ptc_cli.worker.files import Held, Wanted, held
from ptc_cli.worker.namespaces import NOBODY, LayerMissingError, enter, identities, layer, mounts_of
from ptc_cli.worker.plan import Plan
from ptc_cli.worker.preload import PreloadError, preload
from ptc_cli.worker.warm import warm_up

_PACKET_BYTES = 1 << 16
# Higher than any descriptor that a program's own take.
_PROCESSES = 1000


def main(plan: Plan) -> NoReturn:
    """Serve the host until it goes away."""
    control = socket.socket(fileno=plan.control)
    try:
        cage, found = _build(plan)
    except LayerMissingError as missing:
        _send(control, {"holding": [], "missing": {missing.layer: missing.reason}})
        sys.exit(1)
    _send(
        control,
        {
            "holding": [name for name, against in found.items() if not against],
            "missing": {name: against for name, against in found.items() if against},
        },
    )
    try:
        preload(plan.preload, processes=cage.processes)
    except PreloadError as error:
        _send(control, {"failed": str(error)})
        sys.exit(1)
    warm_up()
    _send(control, {"ready": True})
    Zygote(control, cage).serve()


def _build(plan: Plan) -> tuple[Cage, dict[str, str]]:
    """Build what all programs share, and try it on a first process."""
    with layer("rlimits"):
        _limit_itself()
    if plan.orjson is not None:
        use_orjson(plan.orjson)
    sys.path += plan.packages
    with layer("pidfd"):
        os.close(os.pidfd_open(os.getpid()))
    with layer("proc"):
        processes = _open_processes()
        before = identities(processes)
    user = _user(plan)
    host_mounts = enter(plan.readable, processes) if plan.use_namespaces else None
    # Not before the maps are written: a process that is not dumpable has a `/proc/self` that is root's.
    kernel.set_dumpable(dumpable=False)
    cage = _cage(plan, processes, user, host_mounts)
    found = holding(cage, before)
    if not cage.landlock_version:
        return cage, {"landlock": "the kernel has none", **found}
    if found.get("landlock"):
        # A kernel may do without; one that has it and does not keep it is not to be trusted.
        raise LayerMissingError("landlock", found["landlock"])
    return cage, found


def _limit_itself() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(MOST_FILES, hard) if hard != resource.RLIM_INFINITY else MOST_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    stack_bytes()


def _cage(plan: Plan, processes: int, user: int | None, host_mounts: int | None) -> Cage:
    with layer("seccomp"):
        program = filter_for(1, root_is_own=True)
    return Cage(
        use_namespaces=plan.use_namespaces,
        worker=os.getpid(),
        processes=processes,
        pid_namespace=os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes),
        host_mounts=host_mounts,
        own_mounts=None if host_mounts is None else mounts_of(processes),
        readable=plan.readable,
        landlock_version=landlock.version(),
        user=user,
        filter=program,
    )


def _open_processes() -> int:
    low = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, min(_PROCESSES, _most_files() - 8))
    finally:
        os.close(low)


def _most_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _user(plan: Plan) -> int | None:
    """Return whom programs become: nobody, where root started us and nobody can still read the standard library."""
    if os.geteuid() != 0:
        return None
    return NOBODY if plan.use_namespaces or all(map(_is_open_to_all, plan.readable)) else None


def _is_open_to_all(path: str) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (Path(path), *Path(path).parents) if folder.is_dir())


def _send(control: socket.socket, message: Mapping[str, object], *descriptors: int) -> None:
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([json.dumps(message).encode()], rights)


class Zygote:
    """Fork a confined process for every program that the host asks for, and say how each ended."""

    def __init__(self, control: socket.socket, cage: Cage) -> None:
        self._control = control
        self._cage = cage
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._children: dict[int, tuple[int, int]] = {}
        self._mapped_bytes = _mapped_bytes(cage.processes)

    def serve(self) -> NoReturn:
        """Answer the host until it goes away, and end: in a process-id namespace that ends every program."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    self._answer()
                else:
                    self._reap(descriptor)

    def _answer(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._control, _PACKET_BYTES, 3)
        if not message:
            os._exit(0)
        order: dict[str, Any] = json.loads(message)
        try:
            process = self._fork(tuple(descriptors), Wanted.of(order))
            handle = os.pidfd_open(process)
        except OSError as error:
            _send(self._control, {"id": order["id"], "refused": str(error)})
            return
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self._children[handle] = (process, order["id"])
        self._poll.register(handle, select.POLLIN)
        _send(self._control, {"id": order["id"], "process": process}, handle)

    def _fork(self, descriptors: tuple[int, ...], wanted: Wanted) -> int:
        cage = self._cage
        with held(wanted, host_mounts=cage.host_mounts, own_mounts=cage.own_mounts, user=cage.user) as files:
            process = fork(cage)
            if process == 0:
                self._become_program(descriptors, files)
        return process

    def _become_program(self, descriptors: tuple[int, ...], files: Held) -> NoReturn:
        channel, output, errors = descriptors
        try:
            live(
                self._cage,
                (channel, output, errors),
                files=files,
                already_mapped_bytes=self._mapped_bytes,
            )
        finally:
            # Whatever went wrong, what was forked never goes on as a worker.
            os._exit(1)

    def _reap(self, handle: int) -> None:
        process, program = self._children.pop(handle)
        self._poll.unregister(handle)
        os.close(handle)
        _, status, usage = os.wait4(process, 0)
        _send(
            self._control,
            {
                "id": program,
                "exit": os.waitstatus_to_exitcode(status),
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak_memory_bytes": usage.ru_maxrss * 1024,
            },
        )


def _mapped_bytes(processes: int) -> int:
    descriptor = os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes)
    try:
        pages = int(os.read(descriptor, 100).split()[0])
    finally:
        os.close(descriptor)
    return pages * resource.getpagesize()
