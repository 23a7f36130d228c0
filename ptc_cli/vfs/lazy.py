"""Files and directories outside the tree, that change often and whose text is made when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ptc_cli.core.tree import Node
from ptc_cli.vfs.node import DIRECTORY_MODE, FILE_MODE

_NO_ENTRIES: Mapping[str, Node] = MappingProxyType({})


class LazyFile:
    """A read-only file whose size is known and whose bytes are not yet made."""

    __slots__ = ("_content", "_make", "_size", "modified_at")

    is_directory = False
    mode = FILE_MODE
    entries = _NO_ENTRIES

    def __init__(self, *, size: int, make: Callable[[], bytes], modified_at: float = 0.0) -> None:
        self._size = size
        self._make = make
        self._content: bytes | None = None
        self.modified_at = modified_at

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._size if self._content is None else len(self._content)

    @property
    def content(self) -> bytes:
        """The bytes, made on first need and kept; two readers at once may both make them."""
        if self._content is None:
            self._content = self._make()
        return self._content


class Folder:
    """A read-only directory of nodes from anywhere. Never changed once made."""

    __slots__ = ("entries", "modified_at")

    is_directory = True
    mode = DIRECTORY_MODE
    size = 0
    content = b""

    def __init__(self, entries: Mapping[str, Node], *, modified_at: float = 0.0) -> None:
        ordered = sorted(entries.items(), key=lambda entry: entry[0].encode())
        self.entries: Mapping[str, Node] = MappingProxyType(dict(ordered))
        self.modified_at = modified_at
