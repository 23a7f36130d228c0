"""Whether the process that owned a run still lives."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def this_process() -> str:
    """Return a name for this process that no later process has, even with the same id."""
    return _own_name(os.getpid())


def is_alive(owner: str) -> bool:
    """Say whether a process named by `this_process` still runs."""
    pid = owner.partition(":")[0]
    return pid.isdigit() and _name(int(pid)) == owner


@cache
def _own_name(pid: int) -> str:
    return _name(pid)


def _name(pid: int) -> str:
    return f"{pid}:{_started(pid)}"


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "0" if _exists(pid) and not Path("/proc/self/stat").exists() else "gone"
    return stat.rpartition(")")[2].split()[19]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
