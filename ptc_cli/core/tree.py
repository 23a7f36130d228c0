"""A read-only tree, as a shell walks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Node(Protocol):
    """A file or directory."""

    @property
    def is_directory(self) -> bool:
        """Whether it has entries rather than content."""
        ...

    @property
    def mode(self) -> int:
        """Type and permission bits, as `st_mode`."""
        ...

    @property
    def modified_at(self) -> float:
        """Seconds since the epoch."""
        ...

    @property
    def size(self) -> int:
        """How many bytes a file has, known before its content is made; 0 for a directory."""
        ...

    @property
    def content(self) -> bytes:
        """A file's bytes; empty for a directory."""
        ...

    @property
    def entries(self) -> Mapping[str, Node]:
        """A directory's entries by name; empty for a file."""
        ...


class Tree(Protocol):
    """A read-only tree of one moment."""

    @property
    def generation(self) -> int:
        """Grows whenever the tree's content changes."""
        ...

    @property
    def root(self) -> Node:
        """The directory `/`."""
        ...
