"""`ptc` as on a system that is not Linux, run as a script.

    python elsewhere.py win32|darwin [COMMAND]...

What only POSIX or Linux has is taken away before anything of ours is imported, once the standard library and the
packages that we use, which know Windows, have seen it. Then every module is imported that does not run in a process
of its own, and each command line is run, after which `exit CODE` stands on both streams.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import importlib
import multiprocessing
import os
import pathlib
import shlex
import signal
import socket
import sqlite3
import sys
import tempfile
import webbrowser

import bashkit
import click
import httpx2
import mcp.client.stdio
import mcp.server
import mypy.build
import platformdirs
import prompt_toolkit
import pyfakefs.fake_filesystem
import rich.console
import uvicorn

LOADED = (asyncio, concurrent.futures.thread, multiprocessing, sqlite3, tempfile, webbrowser, bashkit, click, httpx2)
LOADED_TOO = (mcp.client.stdio, mcp.server, mypy.build, platformdirs, prompt_toolkit, pyfakefs, rich.console, uvicorn)

ROOT = pathlib.Path(__file__).parents[3]

NOT_ON_WINDOWS = {
    os: (
        *("fork", "forkpty", "geteuid", "getgid", "getpgid", "getuid", "killpg", "mkfifo", "nice", "openpty"),
        *("pidfd_open", "posix_spawn", "register_at_fork", "sched_getaffinity", "setsid", "sysconf", "uname"),
        *("wait4", "waitid", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH"),
    ),
    signal: (
        *("SIGALRM", "SIGCONT", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGSYS", "SIGTSTP"),
        *("SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGXCPU", "alarm", "pthread_sigmask", "setitimer"),
    ),
    socket: ("SCM_RIGHTS", "SOCK_SEQPACKET", "SO_PEERCRED"),
}
"""But for AF_UNIX, SIGCHLD and SIGKILL, which the standard library of Linux needs itself."""

MODULES_NOT_ON_WINDOWS = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
NOT_ON_MACOS = {
    os: ("pidfd_open", "sched_getaffinity", "O_PATH"),
    signal: (),
    socket: ("SO_PEERCRED",),
}


def become(platform: str) -> None:
    for module, names in (NOT_ON_WINDOWS if platform == "win32" else NOT_ON_MACOS).items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    if platform == "win32":
        sys.modules |= dict.fromkeys(MODULES_NOT_ON_WINDOWS)  # type: ignore[arg-type]  # None: cannot be imported
        os.supports_dir_fd.clear()
    sys.platform = platform


def ours() -> list[str]:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "ptc_cli").rglob("*.py"))
    ]
    apart = ("ptc_cli.worker", "ptc_cli.check.inside", "ptc_cli.demo", "ptc_cli.__main__")
    return [name for name in names if not name.startswith(apart)]


if __name__ == "__main__":
    become(sys.argv[1])
    for each in ours():
        importlib.import_module(each)
    from ptc_cli.cli.main import invoke

    for line in sys.argv[2:]:
        ended = f"exit {invoke(shlex.split(line))}"
        print(ended, flush=True)
        print(ended, file=sys.stderr, flush=True)
