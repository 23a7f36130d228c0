"""The tree, and how it changes: whole moments, each sharing with the one before what stayed the same."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from itertools import groupby

from ptc_cli.core.errors import PtcError
from ptc_cli.core.stub import StubTree
from ptc_cli.vfs.node import DirectoryNode, FileNode, NodeFactory
from ptc_cli.vfs.path import parts

Change = tuple[tuple[str, ...], str | None]
"""The names along a file's path, from some directory on, and its new text; None where the file goes."""


class VirtualTree:
    """A `core.tree.Tree` made of a `StubTree`, read-only to all but `update`.

    `root` is a snapshot. Nodes are never changed, so a reader that keeps a root goes on seeing its moment, and a node
    that is the same object as before is unchanged, with all below it.
    """

    def __init__(self, tree: StubTree) -> None:
        self._lock = threading.Lock()
        self._factory = NodeFactory()
        self._files: Mapping[str, str] = {}
        self._moment = (0, self._factory.directory("", {}, tree.modified_at))
        self.update(tree)

    @property
    def generation(self) -> int:
        """Grows whenever the tree's content changes."""
        return self._moment[0]

    @property
    def root(self) -> DirectoryNode:
        """The directory `/`."""
        return self._moment[1]

    def update(self, tree: StubTree) -> frozenset[str]:
        """Become another tree and return the paths of the files that were added, changed or removed.

        What changed, and the directories that hold it, take the new modification time; the rest keeps its own.

        Raises:
            PtcError: A path cannot be used, or is both a file and a directory; the tree stays as it was.
        """
        with self._lock:
            changed = frozenset(_changed(self._files, tree.files))
            if changed:
                changes = sorted((parts(path), tree.files.get(path)) for path in changed)
                generation, root = self._moment
                grown = self._grown(root, "", changes, tree.modified_at)
                self._files = dict(tree.files)
                self._moment = (generation + 1, grown)
            return changed

    def _grown(
        self, before: DirectoryNode | None, name: str, changes: Iterable[Change], modified_at: float
    ) -> DirectoryNode:
        entries = dict(before.entries) if before else {}
        for child, group in groupby(changes, key=lambda change: change[0][0]):
            node = self._changed_entry(entries.pop(child, None), child, list(group), modified_at)
            if node is not None:
                entries[child] = node
        return self._factory.directory(name, entries, modified_at)

    def _changed_entry(
        self, before: FileNode | DirectoryNode | None, name: str, changes: list[Change], modified_at: float
    ) -> FileNode | DirectoryNode | None:
        """Return what stands at a name after changes to it and below it, or None when nothing is left."""
        own = [text for names, text in changes if len(names) == 1]
        below = [(names[1:], text) for names, text in changes if len(names) > 1]
        text = own[0] if own else None
        if not below:
            return self._file(before, name, text, modified_at)
        if isinstance(before, FileNode) and not own:
            raise _both(name)
        directory = before if isinstance(before, DirectoryNode) else None
        grown = self._grown(directory, name, below, modified_at)
        if not grown.entries:
            return self._file(None, name, text, modified_at)
        if text is not None:
            raise _both(name)
        return grown

    def _file(
        self, before: FileNode | DirectoryNode | None, name: str, text: str | None, modified_at: float
    ) -> FileNode | None:
        if isinstance(before, DirectoryNode):
            raise _both(name)
        return None if text is None else self._factory.file(name, text, modified_at)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[str]:
    yield from (path for path, text in after.items() if before.get(path) != text)
    yield from (path for path in before if path not in after)


def _both(name: str) -> PtcError:
    return PtcError(f"tree: '{name}' would be a file and a directory at once")
