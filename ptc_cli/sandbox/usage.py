"""What a process has used so far, by its pidfd: also one in a process-id namespace of its own."""

from __future__ import annotations

import time
from pathlib import Path

_PROCESS_CLOCK = 2  # the low three bits of a clock's id: the time that all threads of a process ran


def process_id(handle: int) -> int:
    """Return the id that a process has here; not above 0 when it has ended."""
    return int(_field(Path(f"/proc/self/fdinfo/{handle}"), "Pid") or -1)


def cpu_seconds(process: int) -> float:
    """Return the processor time that all threads of a process used.

    Raises:
        OSError: It has ended.
    """
    return time.clock_gettime((~process << 3) | _PROCESS_CLOCK)


def peak_memory_bytes(process: int) -> int:
    """Return the most memory that a process had; 0 when that cannot be told."""
    return int((_field(Path(f"/proc/{process}/status"), "VmHWM") or "0").split()[0]) * 1024


def _field(path: Path, name: str) -> str | None:
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), None)
