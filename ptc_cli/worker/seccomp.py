"""The filter on system calls: an allow-list, as a program for the kernel's classic BPF machine."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from ptc_cli.worker.syscalls import ABSENT, ALLOWED, ATTRIBUTES, EXTENDED, X86_64, SystemCalls

LOAD, AND, RETURN, JUMP = 0x20, 0x54, 0x06, 0x05
IF_EQUAL, IF_AT_LEAST = 0x15, 0x35

ALLOW, KILL = 0x7FFF0000, 0x80000000
_ERRNO = 0x00050000
DENY = _ERRNO | errno.EPERM
NO_SUCH_CALL = _ERRNO | errno.ENOSYS
NOT_SUPPORTED = _ERRNO | errno.ENOTSUP

NUMBER_OFFSET, MACHINE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16

_LEAF = 3
_X32_BIT = 0x40000000
_THREAD_FLAGS = (0x3D0F00, 0x7D0F00)  # what pthread_create of glibc and of musl passes to clone(2)
_ASK_TERMINAL, _BYTES_WAITING, _NON_BLOCKING, _WINDOW_SIZE = 0x5401, 0x541B, 0x5421, 0x5413
_SET_CLOEXEC, _CLEAR_CLOEXEC = 0x5451, 0x5450
# Duplicate, flags and locks. Not F_SETOWN: with F_SETSIG it sends signals to any process of the same user.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
_SET_NAME, _GET_NAME, _NAME_MEMORY = 15, 16, 0x53564D41
# Type, error, buffer sizes, protocol, domain. Not SO_PEERPIDFD, which hands out a descriptor of the host's process.
_GET_OPTIONS = (3, 4, 7, 8, 38, 39)
# Address reuse and keep-alive, which do nothing here. Not buffer sizes: megabytes each that no limit on memory counts.
_SET_OPTIONS = (2, 9)
_SIGKILL = 9
_CREATE = 0x400040  # O_CREAT and __O_TMPFILE
_OTHERS_PRIVILEGES = 0o6000  # the setuid and setgid bits: a named workspace is a folder of the host's disk
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_OUT_OF_BAND = 1  # hardly any program needs it, and its code in the kernel let programs out before


class Instruction(NamedTuple):
    """One instruction of the BPF machine; jumps count the instructions to skip."""

    code: int
    if_true: int
    if_false: int
    operand: int


def _load(offset: int) -> Instruction:
    return Instruction(LOAD, 0, 0, offset)


def _give(verdict: int) -> Instruction:
    return Instruction(RETURN, 0, 0, verdict)


def _argument(index: int) -> Instruction:
    # The low half: what we compare are all `int`s, whose high half the kernel ignores too.
    return _load(ARGUMENTS_OFFSET + 8 * index)


def _on(number: int, body: list[Instruction]) -> list[Instruction]:
    return [Instruction(IF_EQUAL, 0, len(body), number), *body]


def _one_of(index: int, values: Iterable[int]) -> list[Instruction]:
    body = [_argument(index)]
    for value in values:
        body += [Instruction(IF_EQUAL, 0, 1, value), _give(ALLOW)]
    return [*body, _give(DENY)]


def _unix_stream_pair() -> list[Instruction]:
    return [
        _argument(0),
        Instruction(IF_EQUAL, 1, 0, _AF_UNIX),
        _give(DENY),
        _argument(1),
        Instruction(AND, 0, 0, _SOCK_TYPE_MASK),
        Instruction(IF_EQUAL, 0, 1, _SOCK_STREAM),
        _give(ALLOW),
        _give(DENY),
    ]


def _without(flags: int, index: int) -> list[Instruction]:
    """Allow what has none of the flags in an argument."""
    return [
        _argument(index),
        Instruction(AND, 0, 0, flags),
        Instruction(IF_EQUAL, 0, 1, 0),
        _give(ALLOW),
        _give(DENY),
    ]


def _opening(flags: int, mode: int) -> list[Instruction]:
    """Allow to open; the mode counts, and is more than a stray value, where a file is made."""
    is_plain = [Instruction(AND, 0, 0, _CREATE), Instruction(IF_EQUAL, 0, 1, 0), _give(ALLOW)]
    return [_argument(flags), *is_plain, *_without(_OTHERS_PRIVILEGES, mode)]


def _signals(process: int) -> list[Instruction]:
    """Allow signals to the program itself; SIGKILL, which the first process of a namespace would outlive, ends it."""
    return [
        _argument(0),
        Instruction(IF_EQUAL, 1, 0, process),
        _give(DENY),
        _argument(1),
        Instruction(IF_EQUAL, 0, 1, _SIGKILL),
        _give(KILL),
        _give(ALLOW),
    ]


def _conditions(process: int) -> dict[str, list[Instruction]]:
    """Return what else is allowed, depending on its arguments; `process` is the program's own process id."""
    return {
        "openat": _opening(2, 3),
        "open": _opening(1, 2),
        "creat": _without(_OTHERS_PRIVILEGES, 1),
        "chmod": _without(_OTHERS_PRIVILEGES, 1),
        "fchmod": _without(_OTHERS_PRIVILEGES, 1),
        "fchmodat": _without(_OTHERS_PRIVILEGES, 2),
        "clone": _one_of(0, _THREAD_FLAGS),
        "ioctl": _one_of(1, (_ASK_TERMINAL, _BYTES_WAITING, _NON_BLOCKING, _WINDOW_SIZE, _SET_CLOEXEC, _CLEAR_CLOEXEC)),
        "fcntl": _one_of(1, _FCNTL),
        "prctl": _one_of(0, (_SET_NAME, _GET_NAME, _NAME_MEMORY)),
        "socketpair": _unix_stream_pair(),
        "sendto": _without(_OUT_OF_BAND, 3),
        "recvfrom": _without(_OUT_OF_BAND, 3),
        "sendmsg": _without(_OUT_OF_BAND, 2),
        "recvmsg": _without(_OUT_OF_BAND, 2),
        "getsockopt": _one_of(2, _GET_OPTIONS),
        "setsockopt": _one_of(2, _SET_OPTIONS),
        "kill": _signals(process),
        "tgkill": _one_of(0, (process,)),
        # The limits of another process of the same user could be lowered to nothing.
        "prlimit64": _one_of(0, (0,)),
    }


def allow_list(calls: SystemCalls, *, process: int = 1, root_is_own: bool = True) -> tuple[Instruction, ...]:
    """Return the filter for a machine; the process is 1 in a process-id namespace of its own.

    Without a root of its own, a program may not change what Landlock does not guard: modes and times of files.
    """
    program = [_load(MACHINE_OFFSET), Instruction(IF_EQUAL, 1, 0, calls.audit_arch), _give(KILL), _load(NUMBER_OFFSET)]
    if calls is X86_64:
        # The x32 calls have the same audit architecture, and other numbers for the same deeds.
        program += [Instruction(IF_AT_LEAST, 0, 1, _X32_BIT), _give(KILL)]
    withheld = () if root_is_own else ATTRIBUTES
    bodies = {
        **{name: [_give(ALLOW)] for name in (*ALLOWED, *ATTRIBUTES)},
        **{name: [_give(NO_SUCH_CALL)] for name in ABSENT},
        **{name: [_give(NOT_SUPPORTED)] for name in EXTENDED},
        **_conditions(process),
    }
    named = {
        calls.numbers[name]: body for name, body in bodies.items() if name in calls.numbers and name not in withheld
    }
    return (*program, *_search(sorted(named.items(), key=itemgetter(0))))


def _search(bodies: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """Find what to do for a number by halves, and deny it if there is nothing.

    The kernel runs the whole of a new filter for every number there is: by a list that took each program 0.1 ms more.
    """
    if len(bodies) <= _LEAF:
        return [instruction for number, body in bodies for instruction in _on(number, body)] + [_give(DENY)]
    middle = len(bodies) // 2
    low, high = _search(bodies[:middle]), _search(bodies[middle:])
    # A condition skips 255 instructions at most, a jump any number.
    skip = [Instruction(IF_AT_LEAST, 0, 1, bodies[middle][0]), Instruction(JUMP, 0, 0, len(low))]
    return [*skip, *low, *high]


def assemble(program: Iterable[Instruction]) -> bytes:
    """Return a program as the kernel reads it."""
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)
