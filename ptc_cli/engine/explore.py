"""Trees and shells, one for everyone who sees the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ptc_cli import codegen
from ptc_cli.core.catalog import View
from ptc_cli.core.stub import StubTree
from ptc_cli.core.tree import Node
from ptc_cli.shell import Shell, ShellResult, ShellSession
from ptc_cli.vfs import VirtualTree

_KEPT_TREES = 8
_KEPT_SHELLS = 1_000


@dataclass(slots=True)
class _Explored:
    """What callers with one view share."""

    digest: str
    tree: StubTree
    virtual: VirtualTree
    shell: Shell


class CallerShell:
    """The shell of one session: its working directory and exported variables last as long as the engine."""

    def __init__(self, shell: Shell, session: ShellSession, overlay: Callable[[], Node | None]) -> None:
        self.shell = shell
        self._overlay = overlay
        self.session = session
        """Where it stands after the last command."""

    async def run(self, command: str) -> ShellResult:
        """Run one command line over the tree."""
        overlay = await asyncio.to_thread(self._overlay)
        result = await self.shell.run(command, self.session, overlay=overlay)
        self.session = result.session
        return result

    def complete(self, text: str) -> list[str]:
        """Return what the last word of a command line may become."""
        return self.shell.complete(text, self.session)


class Explorers:
    """Keeps the trees of the last few views, and the state of every session's shell."""

    def __init__(self) -> None:
        self._explored: dict[tuple[object, ...], _Explored] = {}
        self._shells: dict[tuple[str | None, ...], CallerShell] = {}

    def tree(self, view: View) -> StubTree:
        """Return the files that a view's caller explores."""
        key = _key(view)
        known = self._explored.get(key)
        if known is not None and known.digest == _digest(view):
            return known.tree
        return codegen.tree(view, modified_at=_listed_at(view))

    def shell(self, view: View, overlay: Callable[[], Node | None]) -> CallerShell:
        """Return the shell of a view's caller, with what stands beside the tree at that moment."""
        shell = self._current(view).shell
        key = (view.caller.door, view.caller.token, view.caller.session)
        known = self._shells.pop(key, None)
        if known is None or known.shell is not shell:
            known = CallerShell(shell, known.session if known else shell.session(), overlay)
        self._shells[key] = known
        while len(self._shells) > _KEPT_SHELLS:
            self._shells.pop(next(iter(self._shells)))
        return known

    def close(self) -> None:
        """Let the shells' threads end."""
        for explored in self._explored.values():
            explored.shell.close()

    def _current(self, view: View) -> _Explored:
        key = _key(view)
        known = self._explored.pop(key, None)
        if known is None:
            tree = codegen.tree(view, modified_at=_listed_at(view))
            virtual = VirtualTree(tree)
            known = _Explored(digest=_digest(view), tree=tree, virtual=virtual, shell=Shell(virtual))
        elif known.digest != _digest(view):
            known.tree = codegen.tree(view, modified_at=_listed_at(view))
            known.virtual.update(known.tree)
            known.digest = _digest(view)
        self._explored[key] = known
        while len(self._explored) > _KEPT_TREES:
            self._explored.pop(next(iter(self._explored))).shell.close()
        return known


def _key(view: View) -> tuple[object, ...]:
    # Functions of the host program may belong to one session only: its tree is nobody else's.
    return (view.caller.servers, view.caller.tools, tuple(entry.stub.module for entry in view.servers))


def _digest(view: View) -> str:
    states = ";".join(f"{entry.name} {entry.listing.status} {entry.listing.reason}" for entry in view.servers)
    return f"{view.digest} {states}"


def _listed_at(view: View) -> float:
    return max((entry.listing.listed_at for entry in view.servers), default=0.0)
