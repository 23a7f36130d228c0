"""Why a write fails: the tree is a read-only file system, and this is what a kernel says of one."""

from __future__ import annotations

import posixpath

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, reason

READ_ONLY = "Read-only file system"


def node_or_none(invocation: Invocation, path: str) -> Node | None:
    """Return the node at a path, or None where there is none."""
    try:
        return invocation.node(path)
    except OSError:
        return None


def create_fault(invocation: Invocation, path: str) -> str:
    """Return why something new cannot be made at a path."""
    try:
        parent = invocation.node(posixpath.dirname(path.rstrip("/")) or ".")
    except OSError as error:
        return reason(error)
    return READ_ONLY if parent.is_directory else "Not a directory"


def open_fault(invocation: Invocation, path: str, *, truncates: bool = False) -> str:
    """Return why a path cannot be opened for writing."""
    node = node_or_none(invocation, path)
    if node is None:
        return create_fault(invocation, path)
    if node.is_directory:
        return "Is a directory"
    # The kernel looks at the mount first where a file is to be cut, at its permissions first where it is not.
    return READ_ONLY if truncates else "Permission denied"
