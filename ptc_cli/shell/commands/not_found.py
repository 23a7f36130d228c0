"""Programs that the interpreter would imitate but that have no place here: networks, processes, editors."""

from __future__ import annotations

from ptc_cli.shell.command import Invocation, Output

NAMES = (
    "curl", "wget", "http", "openssl", "sudo", "ps", "pkill", "pgrep", "free", "df", "uptime", "users",
    "who", "vi", "nano", "make", "man", "parallel", "watch", "patch", "busybox", "iconv",
)  # fmt: skip


def run(invocation: Invocation) -> Output:
    """Say that there is no such program."""
    return Output(stderr=f"bash: line 1: {invocation.name}: command not found\n", exit_code=127)
