"""How many of us a process stands behind: a ptc whose servers include itself would start itself without end."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLE = "PTC_NESTING"

_TOO_MANY = 9


def depth(environ: Mapping[str, str]) -> int:
    """Return how many of us started this process, one behind the other; too many if what is told is no such number."""
    told = environ.get(VARIABLE, "0")
    return int(told) if len(told) == 1 and told in "0123456789" else _TOO_MANY
