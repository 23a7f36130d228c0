"""Globs over names, as policy and labels have them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def first_match(name: str, globs: Iterable[str]) -> str | None:
    """Return the first glob that a name matches; None if there is none."""
    # A name may hold what a glob gives a meaning to: the name itself always means the tool.
    return next((glob for glob in globs if glob == name or fnmatchcase(name, glob)), None)


def matches(name: str, globs: Iterable[str]) -> bool:
    """Say whether a name matches any of some globs."""
    return first_match(name, globs) is not None
