"""What a forked process does to itself before it may run a program. None of it can be undone."""

from __future__ import annotations

import fcntl
import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from signal import SIGKILL

from ptc_cli.worker import kernel, landlock
from ptc_cli.worker.landlock import Access
from ptc_cli.worker.namespaces import FILES, NOBODY, WORKSPACE, layer
from ptc_cli.worker.seccomp import allow_list, assemble
from ptc_cli.worker.syscalls import system_calls

CHANNEL = 3
"""Descriptor of a program's socket to the host."""

MOST_FILES = 4096
"""Descriptors that a worker may have; none is higher."""

_PROGRAM_USER = 1000
_INODES = 4096
_STACK_BYTES = 8 << 20
# The channel's thread and its stack are ours, not the program's.
_OWN_THREADS = 2
_OWN_BYTES = 16 << 20
_OWN_FILES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cage:
    """What all programs of a worker are held by."""

    use_namespaces: bool
    worker: int
    """The worker's process id, as its children see it."""

    processes: int
    """Descriptor of `/proc`."""

    pid_namespace: int
    readable: tuple[str, ...]
    landlock_version: int
    user: int | None
    """Whom to become; None to stay who the worker is."""

    filter: bytes
    """Ready made where a program is always process 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits that the kernel keeps."""

    memory_bytes: int
    cpu_seconds: int | None
    """None where the host counts them, as for a session: by the program, not by the process."""

    file_bytes: int
    open_files: int
    threads: int | None
    """None where the host counts them: without a user namespace the kernel's limit is one for all that a user runs."""


def fork(cage: Cage) -> int:
    """Fork a process that is to be confined, the first of a process-id namespace where there are namespaces."""
    if not cage.use_namespaces:
        return os.fork()
    kernel.unshare(kernel.NEW_PIDS)
    process = -1
    try:
        process = os.fork()
    finally:
        if process != 0:
            kernel.join_namespace(cage.pid_namespace, kernel.NEW_PIDS)
    return process


def isolate(cage: Cage, disk_bytes: int) -> None:
    """Leave the worker: other namespaces, another user, no privileges.

    Raises:
        LayerMissingError: The kernel refuses part of it.
    """
    # A signal to process group 0 would reach the worker and every other program.
    os.setsid()
    with layer("user-namespace" if cage.use_namespaces else "capabilities-dropped"):
        _change_user(cage.user)
    if cage.use_namespaces:
        _enter_own_namespaces(cage, disk_bytes)
    else:
        os.chdir("/")
    os.umask(0o077)
    with layer("no-new-privileges"):
        kernel.forbid_new_privileges()
    with layer("capabilities-dropped"):
        kernel.drop_capabilities()
    # After the change of user, which takes both back.
    kernel.die_with_parent(SIGKILL)
    kernel.set_dumpable(dumpable=False)
    if not cage.use_namespaces and os.getppid() != cage.worker:
        os._exit(1)


def lock(cage: Cage) -> None:
    """Withhold files and system calls.

    Raises:
        LayerMissingError: The kernel refuses to.
    """
    if cage.landlock_version:
        with layer("landlock"):
            landlock.restrict(_files(cage), kernel_version=cage.landlock_version)
    with layer("rlimits"):
        for kind in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
            resource.setrlimit(kind, (0, 0))
    with layer("seccomp"):
        kernel.install_filter(cage.filter if cage.use_namespaces else filter_for(os.getpid(), root_is_own=False))


def limit(allowance: Allowance, *, already_mapped_bytes: int) -> None:
    """Have the kernel keep the limits, which count what the program adds to what is there."""
    memory = already_mapped_bytes + _OWN_BYTES + allowance.memory_bytes
    limits = [
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, allowance.file_bytes),
        (resource.RLIMIT_NOFILE, allowance.open_files + _OWN_FILES),
    ]
    if allowance.cpu_seconds is not None:
        limits.append((resource.RLIMIT_CPU, allowance.cpu_seconds))
    if allowance.threads is not None:
        limits.append((resource.RLIMIT_NPROC, allowance.threads + _OWN_THREADS))
    for kind, most in limits:
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def filter_for(process: int, *, root_is_own: bool) -> bytes:
    """Return the filter for a program that is a certain process."""
    calls = system_calls()
    if calls is None:
        raise kernel.KernelError(0, f"no table of system calls for this machine ({os.uname().machine})")
    return assemble(allow_list(calls, process=process, root_is_own=root_is_own))


def take_descriptors(output: int, errors: int, channel: int, *, keep: int) -> None:
    """Have nothing open but null, output, errors and the channel, as descriptors 0 to 3, and one to keep."""
    null = os.open("/dev/null", os.O_RDONLY)
    # Out of the way first: any of them may lie where another belongs.
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in (null, output, errors, channel)]
    for target, descriptor in enumerate(high):
        os.dup2(descriptor, target)
    os.closerange(CHANNEL + 1, keep)
    os.closerange(keep + 1, MOST_FILES)


def _change_user(user: int | None) -> None:
    if user is None:
        return
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _enter_own_namespaces(cage: Cage, disk_bytes: int) -> None:
    """Enter a user namespace of the program's own, which also makes the limit on threads its own."""
    # Otherwise the maps below would belong to root since the user changed.
    kernel.set_dumpable(dumpable=True)
    with layer("user-namespace"):
        kernel.unshare(kernel.NEW_USER | kernel.NEW_MOUNTS | kernel.NEW_IPC)
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{_PROGRAM_USER} {NOBODY} 1"),
            ("gid_map", f"{_PROGRAM_USER} {NOBODY} 1"),
        ):
            _write(cage.processes, f"self/{name}", text)
    with layer("mount-namespace"):
        owner = f"uid={_PROGRAM_USER},gid={_PROGRAM_USER},mode=700"
        flags = kernel.NO_SETUID | kernel.NO_DEVICES | kernel.NO_EXEC
        kernel.mount("tmpfs", WORKSPACE, "tmpfs", flags, f"size={disk_bytes},nr_inodes={_INODES},{owner}")
        os.chdir(WORKSPACE)


def _write(folder: int, path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _files(cage: Cage) -> Mapping[str, Access]:
    if cage.use_namespaces:
        return {"/": "read", WORKSPACE: "write", "/dev/null": "write"}
    present: dict[str, Access] = {path: "read" for path in (*cage.readable, *FILES) if os.path.exists(path)}  # noqa: PTH110
    return {**present, "/dev/zero": "read", "/dev/urandom": "read", "/dev/null": "write"}


def stack_bytes() -> int:
    """Bound the stack of programs, and return the bound."""
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    most = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (most, most))
    return most
