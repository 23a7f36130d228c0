"""Installed packages that mypy is not to read, because nobody would wait for it: what they give is not checked.

A program that imports numpy would wait four seconds for its stubs to be read, once in every checker process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from mypy.modulefinder import get_search_dirs

_MOST_BYTES = 1 << 20
"""Of Python in a package whose types are read: about a second's work."""

_SOURCES = (".py", ".pyi")
OPAQUE: Mapping[str, object] = {"follow_imports": "skip", "follow_imports_for_stubs": True}
"""mypy's options for a module that it is not to read."""


def options_for_packages(python: str | None) -> dict[str, dict[str, object]]:
    """Return mypy's options by pattern of module names, for the packages that an interpreter finds."""
    return {pattern: dict(OPAQUE) for name in too_large(python) for pattern in (name, f"{name}.*")}


@cache
def too_large(python: str | None) -> tuple[str, ...]:
    """Return the packages of an interpreter that have so many types that reading them takes too long."""
    _, folders = get_search_dirs(python)
    return tuple(sorted({name for folder in folders for name in _too_large(Path(folder))}))


def _too_large(folder: Path) -> Iterator[str]:
    for path in folder.iterdir() if folder.is_dir() else ():
        has_types = path.name.endswith("-stubs") or (path / "py.typed").exists()
        if has_types and _is_large(path):
            yield path.name.removesuffix("-stubs")


def _is_large(package: Path) -> bool:
    count = 0
    for path in package.rglob("*"):
        if path.suffix in _SOURCES:
            count += path.stat().st_size
            if count > _MOST_BYTES:
                return True
    return False
