"""Modules of a configured environment, imported once for all programs: pandas takes half a second."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from ptc_cli.worker import kernel
from ptc_cli.worker.namespaces import WORKSPACE

_CACHES = "size=64m,mode=700"


class PreloadError(Exception):
    """A module that cannot be imported ahead."""


def preload(names: tuple[str, ...], *, processes: int) -> None:
    """Import modules; `processes` is a descriptor of `/proc`.

    Raises:
        PreloadError: One does not import, or starts a thread: of several threads a fork takes one along, and the locks
            that the others held stay shut.
    """
    if not names:
        return
    # Some write caches when they are imported.
    kernel.mount("tmpfs", WORKSPACE, "tmpfs", kernel.NO_SETUID | kernel.NO_DEVICES | kernel.NO_EXEC, _CACHES)
    try:
        for name in names:
            _import(name, processes)
    finally:
        kernel.unmount(WORKSPACE)


def _import(name: str, processes: int) -> None:
    try:
        importlib.import_module(name)
    except BaseException as error:  # whatever a module does when it is imported, SystemExit too
        raise PreloadError(f"'{name}' cannot be preloaded: {type(error).__name__}: {error}"[:1000]) from error
    # A folder has two links and one per folder in it.
    if os.stat("self/task", dir_fd=processes).st_nlink > 3:
        raise PreloadError(f"'{name}' cannot be preloaded: it starts a thread when it is imported")


def reseed(seed: int) -> None:
    """Give a program random numbers of its own from a numpy that was imported for all."""
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(seed % (1 << 32))
