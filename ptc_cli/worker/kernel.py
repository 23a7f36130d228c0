"""The kernel's calls that Python does not have, through ctypes."""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache

from ptc_cli.worker.syscalls import SystemCalls, system_calls

NEW_MOUNTS, NEW_CGROUP, NEW_UTS, NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
_RECURSIVE, _PRIVATE = 1 << 14, 1 << 18
_DETACH = 2
_AT_CWD = -100
_AT_RECURSIVE, _AT_ITSELF = 0x8000, 0x1000
_CLONE_TREE, _CLOSE_ON_EXEC = 1, 0o2000000
_FROM_DESCRIPTOR = 4

_SET_DEATH_SIGNAL, _SET_DUMPABLE, _DROP_BOUND, _NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_AMBIENT = 1, 4, 24, 38, 47, 4
_CAPABILITY_VERSION = 0x20080522
_SET_FILTER = 1

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


# Forty times for each program, and a third of the time so.
_drop_from_bound = _libc["prctl"]
_drop_from_bound.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


class KernelError(OSError):
    """A call that the kernel refused; the message begins with the call's name."""


def _checked(answer: int, what: str) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise KernelError(code, f"{what}: {os.strerror(code)}")
    return answer


@cache
def _calls() -> SystemCalls:
    calls = system_calls()
    if calls is None:
        raise KernelError(0, f"no table of system calls for this machine ({os.uname().machine})")
    return calls


def syscall(name: str, *arguments: int | bytes) -> int:
    """Make a system call by name."""
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(int(_libc.syscall(ctypes.c_long(_calls().numbers[name]), *words)), name)


def _prctl(operation: int, *values: int) -> int:
    padded = (*values, 0, 0, 0, 0)[:4]
    return _checked(int(_libc.prctl(operation, *[ctypes.c_ulong(value) for value in padded])), f"prctl {operation}")


def unshare(flags: int) -> None:
    """Leave the namespaces that the flags name for new ones."""
    _checked(int(_libc.unshare(ctypes.c_int(flags))), "unshare")


def join_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace that a descriptor stands for."""
    _checked(int(_libc.setns(descriptor, kind)), "setns")


def mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    """Mount a filesystem."""
    texts = [os.fsencode(text) for text in (source, target, kind)]
    _checked(int(_libc.mount(*texts, ctypes.c_ulong(flags), os.fsencode(options))), f"mount {target}")


def unmount(target: str) -> None:
    """Take away what was last mounted there, now or when nothing of it is open any more."""
    _checked(int(_libc.umount2(os.fsencode(target), _DETACH)), "umount2")


def make_mounts_private() -> None:
    """Keep what is mounted from now on from spreading to other namespaces."""
    _checked(int(_libc.mount(None, b"/", None, ctypes.c_ulong(_RECURSIVE | _PRIVATE), None)), "mount /")


def copy_tree(path: str) -> int:
    """Return a descriptor of a copy of the mounts at a path, which is nowhere mounted yet."""
    return syscall("open_tree", _AT_CWD, os.fsencode(path), _CLONE_TREE | _CLOSE_ON_EXEC | _AT_RECURSIVE)


def copy_tree_at(descriptor: int) -> int:
    """Return a descriptor of a copy of the mounts at what another descriptor stands for."""
    return syscall("open_tree", descriptor, b"", _CLONE_TREE | _CLOSE_ON_EXEC | _AT_RECURSIVE | _AT_ITSELF)


def place_tree(descriptor: int, path: str) -> None:
    """Mount what `copy_tree` gave."""
    syscall("move_mount", descriptor, b"", _AT_CWD, os.fsencode(path), _FROM_DESCRIPTOR)


def restrict_tree(path: str, attributes: int) -> None:
    """Set attributes such as `READ_ONLY` on everything that is mounted at and below a path."""
    block = struct.pack("QQQQ", attributes, 0, 0, 0)
    syscall("mount_setattr", _AT_CWD, os.fsencode(path), _AT_RECURSIVE, block, len(block))


def restrict_tree_at(descriptor: int, attributes: int) -> None:
    """Set attributes on everything that `copy_tree_at` copied."""
    block = struct.pack("QQQQ", attributes, 0, 0, 0)
    syscall("mount_setattr", descriptor, b"", _AT_RECURSIVE | _AT_ITSELF, block, len(block))


def enter_root(path: str) -> None:
    """Make a directory the root, and let go of the old one."""
    os.chdir(path)
    syscall("pivot_root", b".", b".")
    _checked(int(_libc.umount2(b".", _DETACH)), "umount2")
    os.chdir("/")


def set_host_name(name: str) -> None:
    """Name the machine, in this namespace."""
    _checked(int(_libc.sethostname(os.fsencode(name), ctypes.c_size_t(len(name)))), "sethostname")


def die_with_parent(signal_number: int) -> None:
    """Ask for a signal when the thread that started this process ends."""
    _prctl(_SET_DEATH_SIGNAL, signal_number)


def set_dumpable(*, dumpable: bool) -> None:
    """Say whether other processes of the user may look into this one."""
    _prctl(_SET_DUMPABLE, int(dumpable))


def forbid_new_privileges() -> None:
    """Never gain anything by executing a file."""
    _prctl(_NO_NEW_PRIVILEGES, 1)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    capability = 0
    while _drop_from_bound(_DROP_BOUND, capability, 0, 0, 0) == 0:
        capability += 1
    _prctl(_AMBIENT, _CLEAR_AMBIENT)
    syscall("capset", struct.pack("Ii", _CAPABILITY_VERSION, 0), b"\0" * 24)


def install_filter(program: bytes) -> None:
    """Put this thread, and those it starts, behind a filter on system calls."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    syscall("seccomp", _SET_FILTER, 0, header)
