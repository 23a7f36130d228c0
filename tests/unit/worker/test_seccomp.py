"""The filter on system calls, run by a BPF machine of the test's own, for each kind of machine."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from ptc_cli.worker import seccomp
from ptc_cli.worker.seccomp import ALLOW, DENY, KILL, NO_SUCH_CALL, NOT_SUPPORTED, Instruction, allow_list, assemble
from ptc_cli.worker.syscalls import AARCH64, ABSENT, ALLOWED, ATTRIBUTES, EXTENDED, X86_64, SystemCalls, system_calls

MACHINES = pytest.mark.parametrize("calls", [X86_64, AARCH64], ids=["x86_64", "aarch64"])
CONDITIONAL = (
    "clone", "ioctl", "fcntl", "prctl", "socketpair", "kill", "tgkill", "prlimit64", "getsockopt", "setsockopt",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "openat", "open", "creat",
)  # fmt: skip
TABLES = Path(__file__).parents[2] / "data" / "syscalls"

# What no program may do, by number: from the kernel's tables, not from ours.
FORBIDDEN: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "accept4": 288, "sendmmsg": 307,
        "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "ptrace": 101, "process_vm_readv": 310,
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "mknod": 133,
        "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "add_key": 248, "keyctl": 250, "shmget": 29,
        "msgget": 68, "semget": 64, "mq_open": 240, "setuid": 105, "capset": 126, "seccomp": 317,
        "pidfd_send_signal": 424, "pidfd_getfd": 438, "io_uring_enter": 426, "io_uring_register": 427, "tkill": 200,
        "rt_sigqueueinfo": 129, "personality": 135, "kexec_load": 246, "init_module": 175, "reboot": 169,
        "open_by_handle_at": 304, "name_to_handle_at": 303, "memfd_secret": 447, "open_tree": 428, "fsopen": 430,
        "setsid": 112, "sched_setaffinity": 203, "setpriority": 141, "quotactl": 179, "swapon": 167, "syslog": 103,
        "fanotify_init": 300, "inotify_init1": 294, "mlock": 149, "process_madvise": 440, "modify_ldt": 154,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "accept": 202, "bind": 200, "listen": 201, "accept4": 242, "execve": 221,
        "execveat": 281, "ptrace": 117, "process_vm_readv": 270, "mount": 40, "umount2": 39, "pivot_root": 41,
        "chroot": 51, "unshare": 97, "setns": 268, "mknodat": 33, "bpf": 280, "perf_event_open": 241,
        "userfaultfd": 282, "add_key": 217, "keyctl": 219, "shmget": 194, "msgget": 186, "semget": 190,
        "mq_open": 180, "setuid": 146, "capset": 91, "seccomp": 277, "pidfd_send_signal": 424, "pidfd_getfd": 438,
        "io_uring_enter": 426, "tkill": 130, "rt_sigqueueinfo": 138, "personality": 92, "kexec_load": 104,
        "init_module": 105, "reboot": 142, "open_by_handle_at": 265, "setsid": 157, "sched_setaffinity": 122,
        "syslog": 116, "mlock": 228,
    },
}  # fmt: skip


def name_of(calls: SystemCalls) -> str:
    return "x86_64" if calls is X86_64 else "aarch64"


def kernel_numbers(calls: SystemCalls) -> dict[str, int]:
    """Return the kernel's table of a machine, as its headers have it."""
    lines = (TABLES / f"{name_of(calls)}.txt").read_text().splitlines()
    return {name: int(number) for number, name in (line.split() for line in lines)}


def judge(program: bytes, number: int, *arguments: int, machine: int) -> int:
    """Run a filter over one system call, as the kernel would."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, machine, 0, *padded)
    instructions = [Instruction(*each) for each in struct.iter_unpack("HBBI", program)]
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, operand = instructions[at]
        at += 1
        if code == seccomp.LOAD:
            accumulator = struct.unpack_from("<I", data, operand)[0]
        elif code == seccomp.AND:
            accumulator &= operand
        elif code == seccomp.RETURN:
            return operand
        elif code == seccomp.JUMP:
            at += operand
        elif code in (seccomp.IF_EQUAL, seccomp.IF_AT_LEAST):
            holds = accumulator == operand if code == seccomp.IF_EQUAL else accumulator >= operand
            at += if_true if holds else if_false
        else:
            raise AssertionError(f"no such instruction: {code:#x}")


def verdict(calls: SystemCalls, name: str, *arguments: int, process: int = 1) -> int:
    program = assemble(allow_list(calls, process=process))
    return judge(program, calls.numbers[name], *arguments, machine=calls.audit_arch)


@MACHINES
def test_what_is_allowed_is_allowed(calls: SystemCalls) -> None:
    names = [name for name in (*ALLOWED, *ATTRIBUTES) if name in calls.numbers]

    assert len(names) > 85
    assert {name: verdict(calls, name) for name in names} == dict.fromkeys(names, ALLOW)


@MACHINES
def test_every_number_that_is_not_named_is_denied(calls: SystemCalls) -> None:
    program = assemble(allow_list(calls))
    named = {
        calls.numbers[name]
        for name in (*ALLOWED, *ATTRIBUTES, *ABSENT, *EXTENDED, *CONDITIONAL)
        if name in calls.numbers
    }
    others = [number for number in range(600) if number not in named]

    assert {judge(program, number, machine=calls.audit_arch) for number in others} == {DENY}


@MACHINES
def test_the_list_of_what_is_let_through_is_the_one_that_was_reviewed(calls: SystemCalls) -> None:
    """A call that is added to the filter shows in a file that reviewers read."""
    program = assemble(allow_list(calls))
    known = {number: name for name, number in kernel_numbers(calls).items()}
    verdicts = {number: judge(program, number, *[0xFFFFFFFF] * 6, machine=calls.audit_arch) for number in range(600)}
    found = sorted(known[number] for number, verdict in verdicts.items() if verdict == ALLOW)

    assert found == (TABLES / f"{name_of(calls)}.allowed.txt").read_text().split()


@MACHINES
def test_without_a_root_of_its_own_a_program_changes_no_modes_and_times(calls: SystemCalls) -> None:
    program = assemble(allow_list(calls, root_is_own=False))
    names = [name for name in ATTRIBUTES if name in calls.numbers]
    verdicts = {judge(program, calls.numbers[name], machine=calls.audit_arch) for name in names}

    assert len(names) >= 4
    assert verdicts == {DENY}


@MACHINES
@pytest.mark.parametrize("root_is_own", [True, False])
def test_nothing_is_let_through_before_the_machine_is_known(calls: SystemCalls, *, root_is_own: bool) -> None:
    program = assemble(allow_list(calls, root_is_own=root_is_own))
    verdicts = {judge(program, number, machine=0) for number in range(600)}

    assert verdicts == {KILL}


@MACHINES
def test_what_no_program_may_do_is_denied(calls: SystemCalls) -> None:
    program = assemble(allow_list(calls))
    forbidden = FORBIDDEN[name_of(calls)]

    assert {
        name: judge(program, number, machine=calls.audit_arch) for name, number in forbidden.items()
    } == dict.fromkeys(forbidden, DENY)


@MACHINES
def test_calls_that_libc_can_do_without_seem_absent(calls: SystemCalls) -> None:
    assert {verdict(calls, name) for name in ABSENT} == {NO_SUCH_CALL}


@MACHINES
def test_extended_attributes_are_not_supported_which_copying_files_takes_for_an_answer(calls: SystemCalls) -> None:
    assert {verdict(calls, name) for name in EXTENDED} == {NOT_SUPPORTED}


@MACHINES
def test_another_machine_s_calls_kill(calls: SystemCalls) -> None:
    other = AARCH64 if calls is X86_64 else X86_64
    program = assemble(allow_list(calls))

    assert judge(program, calls.numbers["read"], machine=other.audit_arch) == KILL
    assert judge(program, calls.numbers["read"], machine=0x40000003) == KILL


def test_the_x32_calls_of_the_same_machine_kill() -> None:
    program = assemble(allow_list(X86_64))

    assert judge(program, 0x40000000 + 41, machine=X86_64.audit_arch) == KILL
    assert judge(program, 0xFFFFFFFF, machine=X86_64.audit_arch) == KILL


@MACHINES
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (0x3D0F00,), ALLOW),  # a thread
        ("clone", (17,), DENY),  # a fork
        ("clone", (0x10000000 | 17,), DENY),  # a fork into a user namespace
        ("clone", (0x3D0F00 | 0x10000000,), DENY),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), DENY),  # TIOCSTI
        ("fcntl", (0, 2), ALLOW),
        ("fcntl", (0, 8), DENY),  # F_SETOWN
        ("fcntl", (0, 10), DENY),  # F_SETSIG
        ("fcntl", (0, 15), DENY),  # F_SETOWN_EX
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), DENY),  # PR_SET_PDEATHSIG
        ("prctl", (4, 1), DENY),  # PR_SET_DUMPABLE
        ("prctl", (22,), DENY),  # PR_SET_SECCOMP
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 1 | 0o2000000 | 0o4000), ALLOW),
        ("socketpair", (1, 2), DENY),  # datagrams can be sent to any address
        ("socketpair", (1, 5), DENY),
        ("socketpair", (2, 1), DENY),
        ("getsockopt", (3, 1, 4), ALLOW),
        ("getsockopt", (3, 1, 77), DENY),  # SO_PEERPIDFD
        ("setsockopt", (3, 1, 9), ALLOW),
        ("setsockopt", (3, 1, 7), DENY),  # SO_SNDBUF
        ("setsockopt", (3, 1, 8), DENY),  # SO_RCVBUF
        ("setsockopt", (3, 1, 26), DENY),  # SO_ATTACH_FILTER
        ("sendto", (3, 0, 1, 0x4000), ALLOW),  # MSG_NOSIGNAL
        ("sendto", (3, 0, 1, 0x4001), DENY),  # MSG_OOB
        ("recvfrom", (3, 0, 1, 1), DENY),
        ("sendmsg", (3, 0, 1), DENY),
        ("recvmsg", (3, 0, 0x40000000), ALLOW),  # MSG_CMSG_CLOEXEC
        ("recvmsg", (3, 0, 3), DENY),
        ("clone", (0xFF_0000_0000 | 17,), DENY),  # a fork, with a high half that the kernel ignores
        ("kill", (7, 15), ALLOW),
        ("kill", (7, 9), KILL),
        ("kill", (8, 15), DENY),
        ("kill", (0, 15), DENY),
        ("kill", (0xFFFFFFFF, 15), DENY),
        ("tgkill", (7, 9, 15), ALLOW),
        ("tgkill", (8, 8, 15), DENY),
        ("openat", (0, 0, 0o101, 0o644), ALLOW),
        ("openat", (0, 0, 0o101, 0o4755), DENY),
        ("openat", (0, 0, 0o20200001, 0o2755), DENY),  # O_TMPFILE
        ("openat", (0, 0, 0, 0o6777), ALLOW),  # nothing is made, and the mode means nothing
        ("fchmod", (3, 0o755), ALLOW),
        ("fchmod", (3, 0o4755), DENY),
        ("fchmodat", (0, 0, 0o1777), ALLOW),
        ("fchmodat", (0, 0, 0o2755), DENY),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (8, 7), DENY),
    ],
)
def test_arguments_decide(calls: SystemCalls, name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert verdict(calls, name, *arguments, process=7) == expected


@MACHINES
def test_the_filter_is_one_the_kernel_takes(calls: SystemCalls) -> None:
    program = allow_list(calls)

    assert len(program) < 4096
    for at, (code, if_true, if_false, _) in enumerate(program):
        if code in (seccomp.IF_EQUAL, seccomp.IF_AT_LEAST):
            assert at + 1 + max(if_true, if_false) < len(program)
    assert program[-1].code == seccomp.RETURN


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@MACHINES
def test_the_numbers_are_the_kernel_s(calls: SystemCalls) -> None:
    kernel = kernel_numbers(calls)

    assert {name: kernel.get(name) for name in calls.numbers} == dict(calls.numbers)


@MACHINES
def test_the_kernel_s_table_is_the_one_of_this_machine_s_headers(calls: SystemCalls) -> None:
    header = HEADERS[name_of(calls)]
    if not header.exists():
        pytest.skip("no kernel headers here")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", header.read_text(), re.MULTILINE)
    numbers = {"newfstatat" if name == "fstatat" else name: int(number) for name, number in found}
    table = kernel_numbers(calls)

    # Other kernels have more calls, or fewer.
    common = numbers.keys() & table.keys()
    assert len(common) > 250
    assert {name: numbers[name] for name in common} == {name: table[name] for name in common}


def test_an_unknown_machine_has_no_table() -> None:
    assert system_calls("riscv64") is None
