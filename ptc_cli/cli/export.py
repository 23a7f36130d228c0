"""A tree written to disk, into a folder that is ours to write to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ptc_cli.core.errors import PtcError
from ptc_cli.core.stub import StubTree

MANIFEST = ".ptc-stubs.json"
"""Lists what an export wrote, so that the next one can remove what is gone and nothing else."""


class ExportError(PtcError):
    """A folder that the tree cannot be written to."""

    exit_code = 4


def export(tree: StubTree, folder: Path) -> tuple[str, ...]:
    """Write a tree into a folder and return the paths that changed; files of an earlier export that are gone go.

    Raises:
        ExportError: The folder holds something else, or cannot be written to.
    """
    texts = {_inside(path): text for path, text in tree.files.items()}
    try:
        before = _earlier(folder)
        folder.mkdir(parents=True, exist_ok=True)
        # Named before they are written: an export that is cut short can be done again.
        _write(folder, MANIFEST, json.dumps(sorted({*texts, *before}), indent=1) + "\n")
        changed = [path for path, text in texts.items() if _write(folder, path, text)]
        gone = sorted(before - set(texts))
        for path in gone:
            _remove(folder, path)
        _write(folder, MANIFEST, json.dumps(sorted(texts), indent=1) + "\n")
    except OSError as error:
        raise ExportError(f"{error.filename or folder}: {error.strerror}", hint="Name another folder.") from error
    return tuple(sorted([*changed, *gone]))


def _earlier(folder: Path) -> frozenset[str]:
    """Return what an earlier export left in a folder; nothing for a new or empty one."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return frozenset()
    manifest = folder / MANIFEST
    hint = "Name a new or empty folder, or one of an earlier export."
    if not manifest.is_file():
        raise ExportError(f"{folder}: is not empty, and no export wrote it", hint=hint)
    try:
        listed = json.loads(manifest.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{manifest}: cannot be understood", hint=hint) from error
    if not isinstance(listed, list) or not all(isinstance(path, str) for path in listed):
        raise ExportError(f"{manifest}: cannot be understood", hint=hint)
    return frozenset(_inside(path) for path in listed)


def _inside(path: str) -> str:
    """Return a path relative to the folder, which it cannot leave."""
    parts = PurePosixPath(path.lstrip("/")).parts
    if not parts or ".." in parts or "\0" in path:
        raise ExportError(f"'{path}' is no path inside the folder")
    return "/".join(parts)


def _write(folder: Path, path: str, text: str) -> bool:
    """Write one file if it differs, and say whether it did."""
    target = _unlinked(folder, path)
    content = text.encode("utf-8", "backslashreplace")
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return True


def _remove(folder: Path, path: str) -> None:
    _unlinked(folder, path).unlink(missing_ok=True)
    for parent in _parents(path):
        if (folder / parent).is_dir() and not any((folder / parent).iterdir()):
            (folder / parent).rmdir()


def _unlinked(folder: Path, path: str) -> Path:
    """Return where a path is on disk, if no symbolic link on the way leads elsewhere."""
    for part in [*_parents(path), path]:
        if (folder / part).is_symlink():
            raise ExportError(f"{folder / part}: is a symbolic link", hint="Remove it, or name another folder.")
    return folder / path


def _parents(path: str) -> Iterator[str]:
    """Give the folders above a path, the innermost first."""
    return (str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")
