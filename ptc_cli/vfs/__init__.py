"""The read-only tree that agents explore, held as a fake file system in memory."""

from ptc_cli.vfs.tree import VirtualTree

__all__ = ["VirtualTree"]
