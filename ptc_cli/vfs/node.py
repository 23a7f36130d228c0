"""Files and directories of the tree, as a shell reads them; names, modes, times and bytes are pyfakefs's."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pyfakefs.fake_filesystem import FakeDirectory, FakeFile, FakeFilesystem, OSType

from ptc_cli.core.tree import Node

FILE_MODE = stat.S_IFREG | 0o444
DIRECTORY_MODE = stat.S_IFDIR | 0o555

_NO_ENTRIES: Mapping[str, Node] = MappingProxyType({})


class FileNode:
    """A read-only file."""

    __slots__ = ("_fake",)

    is_directory = False
    entries = _NO_ENTRIES

    def __init__(self, fake: FakeFile) -> None:
        self._fake = fake

    @property
    def mode(self) -> int:
        """Type and permission bits."""
        return int(self._fake.st_mode)

    @property
    def modified_at(self) -> float:
        """Seconds since the epoch."""
        return float(self._fake.st_mtime)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return int(self._fake.st_size)

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        return self._fake.byte_contents or b""


class DirectoryNode:
    """A read-only directory. Never changed once made, so whoever walks it sees one moment."""

    __slots__ = ("_fake", "entries")

    is_directory = True
    size = 0
    content = b""

    def __init__(self, fake: FakeDirectory, entries: Mapping[str, FileNode | DirectoryNode]) -> None:
        self._fake = fake
        self.entries: Mapping[str, FileNode | DirectoryNode] = MappingProxyType(entries)

    @property
    def mode(self) -> int:
        """Type and permission bits."""
        return int(self._fake.st_mode)

    @property
    def modified_at(self) -> float:
        """Seconds since the epoch."""
        return float(self._fake.st_mtime)

    def walk(self) -> Iterator[FileNode | DirectoryNode]:
        """Yield every node below, each directory before what it holds."""
        for node in self.entries.values():
            yield node
            if isinstance(node, DirectoryNode):
                yield from node.walk()


class NodeFactory:
    """Make nodes that live in one fake file system.

    Entries are put into a fake directory directly: `create_file` takes seven times as long. The file system is never
    patched into `os` or `open`, which would change them for every thread of the process.
    """

    def __init__(self) -> None:
        # Fake files hold their file system weakly: without this reference it would be gone.
        self._filesystem = FakeFilesystem(path_separator="/")
        self._filesystem.os = OSType.LINUX

    def file(self, name: str, text: str, modified_at: float) -> FileNode:
        """Return a file; what UTF-8 cannot hold becomes a question mark."""
        fake = FakeFile(
            name, st_mode=FILE_MODE, contents=text, filesystem=self._filesystem, encoding="utf-8", errors="replace"
        )
        fake.st_mtime = modified_at
        return FileNode(fake)

    def directory(
        self, name: str, entries: Mapping[str, FileNode | DirectoryNode], modified_at: float
    ) -> DirectoryNode:
        """Return a directory that holds nodes, in the order of their names' bytes."""
        fake = FakeDirectory(name, filesystem=self._filesystem)
        ordered = dict(sorted(entries.items(), key=lambda entry: entry[0].encode()))
        for node in ordered.values():
            fake.add_entry(node._fake)  # noqa: SLF001 - the factory is the nodes' only maker
        fake.st_mode = DIRECTORY_MODE
        fake.st_mtime = modified_at
        return DirectoryNode(fake, ordered)
