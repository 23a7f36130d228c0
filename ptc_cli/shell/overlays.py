"""Copies of what stands beside the tree for one script, kept while the same directories come again."""

from __future__ import annotations

import re
import threading

from bashkit import FileSystem

from ptc_cli.core.tree import Node
from ptc_cli.shell.interpreter import Script
from ptc_cli.shell.mirror import copied, separate

_MOST_KEPT = 512
_MOST_KEPT_BYTES = 64 << 20

_LED_ANYWHERE = re.compile(r"[*?\[$`{]|\bxargs\b|-exec|-regex")
"""Scripts that may come to a path which they do not spell."""


class Overlays:
    """The copies of overlays' directories, the latest used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[Node, FileSystem]] = {}
        self._bytes = 0

    def of(self, script: Script) -> list[tuple[str, FileSystem]]:
        """Return where which copies are to be mounted; none where the script cannot come, as copies need texts."""
        if script.overlay is None:
            return []
        said = _said(script)
        return [
            (f"/{name}{path.rstrip('/')}", self._copy(node, depth))
            for name in script.overlay.entries.keys() - _top(script)
            for path, node, depth in separate(script.overlay.entries[name])
            if said is None or all(part in said for part in (name, *path.strip("/").split("/")))
        ]

    def _copy(self, node: Node, depth: int) -> FileSystem:
        with self._lock:
            known = self._kept.pop(id(node), None)
            if known is None:
                known = (node, copied(node, depth))
                self._bytes += _bytes(node)
            self._kept[id(node)] = known
            while len(self._kept) > _MOST_KEPT or (self._bytes > _MOST_KEPT_BYTES and len(self._kept) > 1):
                oldest, _ = self._kept.pop(next(iter(self._kept)))
                self._bytes -= _bytes(oldest)
            return known[1]


def _top(script: Script) -> frozenset[str]:
    """Return the names at `/` that are the tree's."""
    first = script.mount.strip("/").split("/")[0]
    return frozenset((first,)) if first else frozenset(script.tree.entries)


def _said(script: Script) -> str | None:
    """Return where every path that the script may come to is spelled, or None if there is no such text."""
    if _LED_ANYWHERE.search(script.text):
        return None
    return " ".join((script.text, script.cwd, *script.env.values()))


def _bytes(node: Node) -> int:
    return sum(child.size for child in node.entries.values())
