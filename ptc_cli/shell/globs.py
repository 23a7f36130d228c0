"""Glob patterns as the C library matches them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@lru_cache(maxsize=256)
def matcher(pattern: str, *, fold: bool = False) -> Callable[[str], bool]:
    """Return whether whole names match a pattern; a star matches a slash too."""
    plain = _ESCAPED.sub(lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], pattern)
    compiled = re.compile(fnmatch.translate(plain.replace("[^", "[!")), re.IGNORECASE if fold else 0)
    return lambda name: compiled.match(name) is not None
