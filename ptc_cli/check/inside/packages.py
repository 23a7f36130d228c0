"""Installed packages of which mypy is told that they are there, and nothing else.

A program that imports numpy would wait four seconds for its stubs to be read, once in every checker process. One that
imports pandas would be warned of a package that is there: it says nothing about its types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from mypy.modulefinder import get_search_dirs

_MOST_BYTES = 1 << 20
"""Of Python in a package whose types are read: about a second's work."""

_SOURCES = (".py", ".pyi")
_OPAQUE: Mapping[str, object] = {
    "follow_imports": "skip",
    "follow_imports_for_stubs": True,
    "ignore_missing_imports": True,
}


def options_for_packages(python: str | None) -> dict[str, dict[str, object]]:
    """Return mypy's options by pattern of module names, for the packages that an interpreter finds."""
    return {pattern: dict(_OPAQUE) for name in opaque(python) for pattern in (name, f"{name}.*")}


@cache
def opaque(python: str | None) -> tuple[str, ...]:
    """Return the packages of an interpreter that have no types, or so many that reading them takes too long."""
    _, folders = get_search_dirs(python)
    return tuple(sorted({name for folder in folders for name in _opaque(Path(folder))}))


def _opaque(folder: Path) -> Iterator[str]:
    entries = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    for name, path in entries.items():
        module = name.partition(".")[0]
        is_stubbed = f"{module}-stubs" in entries
        if module.isidentifier() and not is_stubbed and not (path.is_dir() and _is_typed(path)):
            yield module


def _is_typed(package: Path) -> bool:
    return (package / "py.typed").exists() and not _is_large(package)


def _is_large(package: Path) -> bool:
    count = 0
    for path in package.rglob("*"):
        if path.suffix in _SOURCES:
            count += path.stat().st_size
            if count > _MOST_BYTES:
                return True
    return False
