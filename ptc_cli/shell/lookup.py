"""Find nodes of the tree by path, as the kernel would: step by step, with its errors."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from ptc_cli.core.tree import Node

_DIRECTORY_MODE = 0o40755


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """A directory above the tree, where the tree is not at `/`."""

    entries: Mapping[str, Node]
    modified_at: float
    is_directory: bool = True
    mode: int = _DIRECTORY_MODE
    size: int = 0
    content: bytes = b""


def mounted(root: Node, mount: str) -> Node:
    """Return a root that has another one at a path."""
    for name in reversed(mount.strip("/").split("/")):
        if name:
            root = Stem(entries={name: root}, modified_at=root.modified_at)
    return root


def overlaid(root: Node, overlay: Node | None) -> Node:
    """Return a root with the entries of another beside its own, which come first where both have a name."""
    if overlay is None:
        return root
    entries = {**overlay.entries, **root.entries}
    return Stem(entries=dict(sorted(entries.items())), modified_at=root.modified_at, mode=root.mode)


def absolute(cwd: str, path: str) -> str:
    """Return a path from the root, without `.` and `..`."""
    joined = posixpath.normpath(posixpath.join(cwd, path))
    return f"/{joined.lstrip('/')}"


def find(root: Node, cwd: str, path: str) -> Node:
    """Return the node at a path.

    Raises:
        FileNotFoundError: Nothing is there.
        NotADirectoryError: The path goes through a file.
    """
    if not path:
        raise FileNotFoundError(path)
    trail = [root]
    for name in posixpath.join(cwd, path).split("/"):
        _step(trail, name, path)
    return trail[-1]


def _step(trail: list[Node], name: str, path: str) -> None:
    here = trail[-1]
    if not here.is_directory:
        raise NotADirectoryError(path)
    if name == "..":
        del trail[max(1, len(trail) - 1) :]
    elif name not in ("", "."):
        entry = here.entries.get(name)
        if entry is None:
            raise FileNotFoundError(path)
        trail.append(entry)
