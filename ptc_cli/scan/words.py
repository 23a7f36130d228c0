"""Names taken apart into words."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of `read_file`, `readFile` or `read-file`, in lower case."""
    return tuple(part.lower() for part in _PARTS.findall(name[:200]))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as a text, to be read by people."""
    return frozenset(text.split())
