"""What `ls`, `stat`, `tree` and `find` say of a node beyond what it holds itself."""

from __future__ import annotations

import math
import stat
import time
import zlib

from ptc_cli.core.tree import Node

OWNER = "agent"
OWNER_ID = 1000

_BLOCK = 4096
_HALF_YEAR_SECONDS = 31_556_952 / 2


def size(node: Node) -> int:
    """Return the size in bytes."""
    return _BLOCK if node.is_directory else node.size


def kilobytes(node: Node) -> int:
    """Return the KiB that a disk would set aside."""
    return _BLOCK // 1024 if node.is_directory else -(-node.size // _BLOCK) * (_BLOCK // 1024)


def links(node: Node) -> int:
    """Return the number of hard links."""
    return 2 + sum(child.is_directory for child in node.entries.values()) if node.is_directory else 1


def permissions(node: Node) -> str:
    """Return type and permissions as `ls -l` writes them."""
    return stat.filemode(node.mode)


def inode(path: str) -> int:
    """Return a number that is always the same for a path."""
    return zlib.crc32(path.encode("utf-8", "replace")) or 1


def human(count: int, *, unit: int = 1024) -> str:
    """Return a size rounded up to at most three digits and a letter: `4.0K`, `12M`."""
    if count < unit:
        return str(count)
    amount = float(count)
    for letter in "KMGTPE":
        amount /= unit
        if math.ceil(amount * 10) < 100:
            return f"{math.ceil(amount * 10) / 10:.1f}{letter if unit == 1024 else letter.lower()}"
        if math.ceil(amount) < unit:
            break
    return f"{math.ceil(amount)}{letter}"


def full_time(seconds: float) -> str:
    """Return a time with all that is known of it."""
    whole = math.floor(seconds)
    nanoseconds = round((seconds - whole) * 1_000_000_000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(whole))}.{nanoseconds:09d} +0000"


def is_recent(seconds: float, now: float) -> bool:
    """Whether a time is within the last half year, and so shown with hours instead of its year."""
    return now - _HALF_YEAR_SECONDS < seconds <= now


def short_time(seconds: float, now: float) -> str:
    """Return a time as `ls -l` shows it."""
    return time.strftime("%b %e %H:%M" if is_recent(seconds, now) else "%b %e  %Y", time.gmtime(seconds))
