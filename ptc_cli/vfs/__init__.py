"""The read-only tree that agents explore, held as a fake file system in memory, and what may stand beside it."""

from ptc_cli.vfs.lazy import Folder, LazyFile
from ptc_cli.vfs.tree import VirtualTree

__all__ = ["Folder", "LazyFile", "VirtualTree"]
