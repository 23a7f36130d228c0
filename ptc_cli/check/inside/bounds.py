"""What a checker process is held to, as far as its platform can hold it."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path


def bound_memory(memory_bytes: int, stack_bytes: int) -> None:
    """Keep a wrong program from taking the machine's memory, and from leaving a core."""
    try:
        import resource
    except ImportError:  # Windows, where only the host's deadlines hold
        return
    for limit, value in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_STACK, stack_bytes)):
        most = resource.getrlimit(limit)[1]
        # macOS takes no limit that is below what it has reserved already.
        with suppress(ValueError):
            resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_after(seconds: int) -> None:
    """End the process when so much time is over, if it can wake itself up; 0 takes that back."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def compute_at_most(seconds: float) -> None:
    """End the process when it has computed for so long, if it can be told; 0 takes that back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def used_memory_bytes() -> int:
    """Return how much memory the process holds; 0 where nothing says so."""
    try:
        import resource
    except ImportError:
        return 0
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # Not the peak of `getrusage`: on Linux that begins with the size of the process that started this one.
    return pages * resource.getpagesize()
