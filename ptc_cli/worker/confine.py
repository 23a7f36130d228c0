"""What a forked process does to itself before it may run a program. None of it can be undone."""

from __future__ import annotations

import fcntl
import os
import resource
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from signal import SIGKILL

from ptc_cli.worker import kernel, landlock
from ptc_cli.worker.files import Held, arrange
from ptc_cli.worker.landlock import Access
from ptc_cli.worker.namespaces import FILES, NOBODY, WORKSPACE, layer
from ptc_cli.worker.seccomp import allow_list, assemble
from ptc_cli.worker.syscalls import system_calls

CHANNEL = 3
"""Descriptor of a program's socket to the host."""

MOST_FILES = 4096
"""Descriptors that a worker may have; none is higher."""

_PROGRAM_USER = 1000
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
    host_mounts: int | None
    """The mount namespace with all that the user can see, from which programs are given files; None without any."""

    own_mounts: int | None
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


def isolate(cage: Cage, files: Held) -> None:
    """Leave the worker: other namespaces, another user, no privileges.

    Raises:
        LayerMissingError: The kernel refuses part of it.
    """
    # A signal to process group 0 would reach the worker and every other program.
    os.setsid()
    if not cage.use_namespaces:
        # As long as this process may still go there.
        _go_to_workspace(files)
    with layer("user-namespace" if cage.use_namespaces else "capabilities-dropped"):
        _change_user(cage.user)
    if cage.use_namespaces:
        _enter_own_namespaces(cage, files)
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


def lock(cage: Cage, files: Held) -> None:
    """Withhold files and system calls.

    Raises:
        LayerMissingError: The kernel refuses to.
    """
    if cage.landlock_version:
        with layer("landlock"):
            landlock.restrict(_rules(cage, files), kernel_version=cage.landlock_version)
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


def take_descriptors(output: int, errors: int, channel: int, *, keep: Collection[int]) -> None:
    """Have nothing open but null, output, errors and the channel, as descriptors 0 to 3, and what to keep above."""
    null = os.open("/dev/null", os.O_RDONLY)
    # Out of the way first: any of them may lie where another belongs.
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in (null, output, errors, channel)]
    for target, descriptor in enumerate(high):
        os.dup2(descriptor, target)
    borders = [CHANNEL, *sorted(keep), MOST_FILES]
    for below, above in pairwise(borders):
        os.closerange(below + 1, above)


def _change_user(user: int | None) -> None:
    if user is None:
        return
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _enter_own_namespaces(cage: Cage, files: Held) -> None:
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
        arrange(files, owner=_PROGRAM_USER)


def _go_to_workspace(files: Held) -> None:
    if files.workspace is None:
        os.chdir("/")
        return
    os.fchdir(files.workspace)
    folder = os.getcwd()  # noqa: PTH109  # this process has no use for pathlib
    os.environ.update(HOME=folder, TMPDIR=folder)


def _write(folder: int, path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _rules(cage: Cage, files: Held) -> Mapping[str | int, Access]:
    if cage.use_namespaces:
        return {"/": "read", WORKSPACE: "write", "/dev/null": "write"}
    paths = [path for path in (*cage.readable, *FILES) if os.path.exists(path)]  # noqa: PTH110
    present: dict[str | int, Access] = dict.fromkeys(paths, "read")
    if files.workspace is not None:
        present[files.workspace] = "write"
    return {**present, "/dev/zero": "read", "/dev/urandom": "read", "/dev/null": "write"}


def stack_bytes() -> int:
    """Bound the stack of programs, and return the bound."""
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    most = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (most, most))
    return most
