"""Copies of the tree that the interpreter reads: one file system per directory, filled when first needed.

The interpreter's in-memory file system is one flat map, slow once it is large: 5,000 files take 1.2 s to fill in one,
15 ms in a hundred. So every directory near the root gets its own, and one server's change refills only that server's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bashkit import Bash, FileSystem

from ptc_cli.core.tree import Node

_LOG = logging.getLogger(__name__)

_SEPARATE_DEPTH = 2
"""Directories this deep still have a file system of their own: `/docs/github` and `/schemas/github`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One directory's copy, without the directories below that have copies of their own."""

    path: str
    node: Node
    files: FileSystem


class Mirrors:
    """The copies for the latest tree. Copies of unchanged nodes are kept, however the rest changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Mirror] = {}
        self._root: Node | None = None
        self._whole = Bash()

    def of(self, root: Node) -> FileSystem:
        """Return the copies that make up a root, as one file system.

        An interpreter of its own holds them together: mounting hundreds of copies would cost each script 0.3 ms.
        """
        with self._lock:
            if self._root is not root:
                found = [self._mirror(path, node, depth) for path, node, depth in separate(root)]
                self._known = {mirror.path: mirror for mirror in found}
                self._whole = _whole(found)
                self._root = root
            return self._whole.fs()

    def _mirror(self, path: str, node: Node, depth: int) -> Mirror:
        known = self._known.get(path)
        if known is not None and known.node is node:
            return known
        files = copied(node, depth)
        _touch(files, node)
        return Mirror(path=path, node=node, files=files)


def _whole(mirrors: Iterable[Mirror]) -> Bash:
    bash = Bash()
    for mirror in mirrors:
        bash.mount(mirror.path, mirror.files, read_only=True)
    return bash


def separate(root: Node) -> Iterator[tuple[str, Node, int]]:
    """Yield the directories that get a file system of their own, each before those inside it: path, node, depth."""
    yield "/", root, 0
    level = [("", root)]
    for depth in range(1, _SEPARATE_DEPTH + 1):
        level = [
            (f"{path}/{name}", child)
            for path, node in level
            for name, child in node.entries.items()
            if child.is_directory
        ]
        yield from ((path, node, depth) for path, node in level)


def copied(node: Node, depth: int) -> FileSystem:
    """Return a directory's copy, without the directories below that have copies of their own."""
    files = empty()
    _fill(files, "", node, depth)
    files.chmod("/", node.mode & 0o7777)
    return files


def empty() -> FileSystem:
    """Return a file system with nothing in it; a new one comes with `/dev`, `/home` and `/tmp`."""
    files = FileSystem()
    for entry in files.read_dir("/"):
        files.remove(f"/{entry['name']}", recursive=True)
    return files


def _fill(files: FileSystem, path: str, node: Node, depth: int) -> None:
    for name, child in node.entries.items():
        below = f"{path}/{name}"
        try:
            _place(files, below, child, depth)
        except RuntimeError as error:
            # One name that the interpreter refuses, such as one with bidi characters, must not cost the rest.
            _LOG.warning("the shell cannot show %r: %s", below, error)


def _place(files: FileSystem, path: str, node: Node, depth: int) -> None:
    if not node.is_directory:
        files.write_file(path, node.content)
    else:
        files.mkdir(path)
        if depth >= _SEPARATE_DEPTH:
            _fill(files, path, node, depth + 1)
    files.chmod(path, node.mode & 0o7777)


def _touch(files: FileSystem, node: Node) -> None:
    """Give everything the directory's modification time: only a script can set times."""
    shell = Bash()
    shell.mount("/mirror", files)
    shell.execute_sync(f"find /mirror -exec touch -d @{node.modified_at:.0f} {{}} +")
