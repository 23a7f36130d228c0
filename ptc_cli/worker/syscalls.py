"""System calls by number, on each machine we know, and what programs may do with them."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCalls:
    """The system calls of one kind of machine."""

    audit_arch: int
    """What the kernel tells a filter about the machine (`AUDIT_ARCH_*`)."""

    numbers: Mapping[str, int]
    """By name; a machine may lack the older ones."""


def _numbers(text: str) -> dict[str, int]:
    pairs = (item.split("=") for item in text.split())
    return {name: int(number) for name, number in pairs}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ALLOWED = _words(
    """
    read write futex mmap munmap mprotect madvise brk close fstat newfstatat stat lstat lseek rt_sigaction
    rt_sigprocmask rt_sigreturn epoll_wait epoll_pwait epoll_ctl clock_gettime clock_nanosleep nanosleep
    gettimeofday getrandom getpid gettid exit exit_group access alarm arch_prctl chdir clock_getres close_range
    copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_pwait2 eventfd eventfd2 faccessat faccessat2
    fadvise64 fallocate fchdir fdatasync flock fstatfs fsync ftruncate getcpu getcwd getdents getdents64 getegid
    geteuid getgid getgroups getitimer getpeername getpgrp getppid getresgid getresuid getrlimit getrusage
    getsockname getuid link linkat membarrier mkdir mkdirat mremap pause pipe pipe2 poll ppoll pread64 preadv
    preadv2 pselect6 pwrite64 pwritev pwritev2 readahead readlink readlinkat readv rename renameat renameat2
    restart_syscall rmdir rseq rt_sigpending rt_sigsuspend rt_sigtimedwait sched_getaffinity sched_yield select
    sendfile set_robust_list set_tid_address setitimer shutdown sigaltstack statfs statx symlink symlinkat
    sync_file_range sysinfo time times umask uname unlink unlinkat wait4 writev
    """
)
"""Allowed whatever the arguments. The frequent ones first: a filter is a list that is walked at every call."""

ATTRIBUTES = ("chmod", "fchmod", "fchmodat", "truncate", "utime", "utimensat", "utimes")
"""Allowed where every file of the machine is out of sight or read-only. Landlock looks at none of them (at `truncate`
since Linux 6.2): a program that is the same user as the owner of a private key could make it readable to everyone."""

ABSENT = ("clone3", "openat2", "pidfd_open", "memfd_create", "io_uring_setup")
"""Answered as if the kernel had none, so that libc takes the older call, which can be judged by its arguments."""

EXTENDED = _words(
    """
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr
    fremovexattr
    """
)
"""Extended attributes, answered as by a file system that has none: to copy a file, Python asks for them."""

X86_64 = SystemCalls(
    audit_arch=0xC000003E,
    numbers=_numbers("""
        read=0 write=1 futex=202 mmap=9 munmap=11 mprotect=10 madvise=28 brk=12 close=3 fstat=5 newfstatat=262
        stat=4 lstat=6 openat=257 open=2 lseek=8 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 sendto=44
        recvfrom=45 epoll_wait=232 epoll_pwait=281 epoll_ctl=233 clock_gettime=228 clock_nanosleep=230
        nanosleep=35 gettimeofday=96 getrandom=318 getpid=39 gettid=186 exit=60 exit_group=231 access=21
        alarm=37 arch_prctl=158 chdir=80 chmod=90 clock_getres=229 close_range=436 copy_file_range=326 creat=85
        dup=32 dup2=33 dup3=292 epoll_create=213 epoll_create1=291 epoll_pwait2=441 eventfd=284 eventfd2=290
        faccessat=269 faccessat2=439 fadvise64=221 fallocate=285 fchdir=81 fchmod=91 fchmodat=268 fdatasync=75
        flock=73 fstatfs=138 fsync=74 ftruncate=77 getcpu=309 getcwd=79 getdents=78 getdents64=217 getegid=108
        geteuid=107 getgid=104 getgroups=115 getitimer=36 getpeername=52 getpgrp=111 getppid=110 getresgid=120
        getresuid=118 getrlimit=97 getrusage=98 getsockname=51 getuid=102 link=86 linkat=265 membarrier=324
        mkdir=83 mkdirat=258 mremap=25 pause=34 pipe=22 pipe2=293 poll=7 ppoll=271 pread64=17 preadv=295
        preadv2=327 pselect6=270 pwrite64=18 pwritev=296 pwritev2=328 readahead=187 readlink=89 readlinkat=267
        readv=19 recvmsg=47 rename=82 renameat=264 renameat2=316 restart_syscall=219 rmdir=84 rseq=334
        rt_sigpending=127 rt_sigsuspend=130 rt_sigtimedwait=128 sched_getaffinity=204 sched_yield=24 select=23
        sendfile=40 sendmsg=46 set_robust_list=273 set_tid_address=218 setitimer=38 shutdown=48 sigaltstack=131
        statfs=137 statx=332 symlink=88 symlinkat=266 sync_file_range=277 sysinfo=99 time=201 times=100
        truncate=76 umask=95 uname=63 unlink=87 unlinkat=263 utime=132 utimensat=280 utimes=235 wait4=61
        writev=20 setxattr=188 lsetxattr=189 fsetxattr=190 getxattr=191 lgetxattr=192 fgetxattr=193
        listxattr=194 llistxattr=195 flistxattr=196 removexattr=197 lremovexattr=198 fremovexattr=199 clone=56
        ioctl=16 fcntl=72 prctl=157 socketpair=53 kill=62 tgkill=234 prlimit64=302 getsockopt=55 setsockopt=54
        clone3=435 openat2=437 pidfd_open=434 memfd_create=319 io_uring_setup=425 pivot_root=155
        mount_setattr=442 move_mount=429 open_tree=428 capset=126 seccomp=317 landlock_create_ruleset=444
        landlock_add_rule=445 landlock_restrict_self=446
    """),
)

AARCH64 = SystemCalls(
    audit_arch=0xC00000B7,
    numbers=_numbers("""
        read=63 write=64 futex=98 mmap=222 munmap=215 mprotect=226 madvise=233 brk=214 close=57 fstat=80
        newfstatat=79 openat=56 lseek=62 rt_sigaction=134 rt_sigprocmask=135 rt_sigreturn=139 sendto=206
        recvfrom=207 epoll_pwait=22 epoll_ctl=21 clock_gettime=113 clock_nanosleep=115 nanosleep=101
        gettimeofday=169 getrandom=278 getpid=172 gettid=178 exit=93 exit_group=94 chdir=49 clock_getres=114
        close_range=436 copy_file_range=285 dup=23 dup3=24 epoll_create1=20 epoll_pwait2=441 eventfd2=19
        faccessat=48 faccessat2=439 fadvise64=223 fallocate=47 fchdir=50 fchmod=52 fchmodat=53 fdatasync=83
        flock=32 fstatfs=44 fsync=82 ftruncate=46 getcpu=168 getcwd=17 getdents64=61 getegid=177 geteuid=175
        getgid=176 getgroups=158 getitimer=102 getpeername=205 getppid=173 getresgid=150 getresuid=148
        getrlimit=163 getrusage=165 getsockname=204 getuid=174 linkat=37 membarrier=283 mkdirat=34 mremap=216
        pipe2=59 ppoll=73 pread64=67 preadv=69 preadv2=286 pselect6=72 pwrite64=68 pwritev=70 pwritev2=287
        readahead=213 readlinkat=78 readv=65 recvmsg=212 renameat=38 renameat2=276 restart_syscall=128 rseq=293
        rt_sigpending=136 rt_sigsuspend=133 rt_sigtimedwait=137 sched_getaffinity=123 sched_yield=124
        sendfile=71 sendmsg=211 set_robust_list=99 set_tid_address=96 setitimer=103 shutdown=210 sigaltstack=132
        statfs=43 statx=291 symlinkat=36 sync_file_range=84 sysinfo=179 times=153 truncate=45 umask=166
        uname=160 unlinkat=35 utimensat=88 wait4=260 writev=66 setxattr=5 lsetxattr=6 fsetxattr=7 getxattr=8
        lgetxattr=9 fgetxattr=10 listxattr=11 llistxattr=12 flistxattr=13 removexattr=14 lremovexattr=15
        fremovexattr=16 clone=220 ioctl=29 fcntl=25 prctl=167 socketpair=199 kill=129 tgkill=131 prlimit64=261
        getsockopt=209 setsockopt=208 clone3=435 openat2=437 pidfd_open=434 memfd_create=279 io_uring_setup=425
        pivot_root=41 mount_setattr=442 move_mount=429 open_tree=428 capset=91 seccomp=277
        landlock_create_ruleset=444 landlock_add_rule=445 landlock_restrict_self=446
    """),
)

_MACHINES: Mapping[str, SystemCalls] = {"x86_64": X86_64, "aarch64": AARCH64}


def system_calls(machine: str | None = None) -> SystemCalls | None:
    """Return the table of a machine, by default this one; None for one that we do not know."""
    return _MACHINES.get(platform.machine() if machine is None else machine)
