"""mypy held warm: a fine-grained build that takes one program after the other.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mypy.build
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.server.update import FineGrainedBuildManager

from ptc_cli.check.inside import cache
from ptc_cli.check.inside.finding import Finding, findings
from ptc_cli.check.inside.options import PRELOADED, UNCACHED, cache_key, make_options
from ptc_cli.check.inside.planted import PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles, module_path

_SOURCE = BuildSource(PROGRAM, PROGRAM_MODULE, None)
_MOST_BROKEN_STUBS = 100


class Warm:
    """A build that stays in memory."""

    def __init__(self, files: PlantedFiles, *, folder: Path | None, python: str | None) -> None:
        """Build, from a cache where there is one; else have one made for the next process."""
        self._files = files
        self._python = python
        key = cache_key(python=python)
        place = cache.find(folder, key) if folder else None
        self._building = cache.Building(folder, key, self._write_cache) if folder and not place else None
        files.write_program(_imports(PRELOADED if place else UNCACHED))
        result = mypy.build.build([_SOURCE], self._options(place, is_daemon=True), fscache=files.cache)
        self.used_cache = result.used_cache
        self._manager = FineGrainedBuildManager(result)
        if result.used_cache:
            self._manager.update([(PROGRAM_MODULE, PROGRAM)], [])
        # Else the first check is given the tree of the boot program.
        self._manager.flush_cache()
        self._missing = dict(self._build.missing_modules)

    @property
    def is_outdated(self) -> bool:
        """Whether a new process would start from a cache that was not there when this one did, and be smaller."""
        return self._building is not None and self._building.is_done()

    @property
    def _build(self) -> mypy.build.BuildManager:
        return self._manager.manager

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program."""
        self._files.write_program(text)
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._build.missing_modules.clear()
        self._build.missing_modules.update(self._missing)
        with self._standard_library_open():
            self._update_program()
        return findings(self._build.errors)

    def _update_program(self) -> None:
        for _ in range(_MOST_BROKEN_STUBS):
            self._update([(PROGRAM_MODULE, PROGRAM)], [])
            blocking = self._manager.blocking_error
            if blocking is None or blocking[0] == PROGRAM_MODULE:
                return
            # A stub that is no Python costs its own server's tools. Left as it is, mypy would look at nothing else.
            self._files.update({blocking[0].rpartition(".")[2]: ""})
        raise RuntimeError(f"mypy cannot read the stub {self._manager.blocking_error}")

    def update(self, changed: Mapping[str, str], removed: tuple[str, ...] = ()) -> None:
        """Change some of the stubs."""
        known = [name for name in (*changed, *removed) if f"tools.{name}" in self._manager.graph]
        if known:
            # The last program may use what goes: it must not be in the way.
            self.check("")
        self._files.update(changed, removed)
        if known:
            gone = [(f"tools.{name}", module_path(name)) for name in known if name in removed]
            self._update([(f"tools.{name}", module_path(name)) for name in known if name not in removed], gone)

    def _update(self, changed: list[tuple[str, str]], removed: list[tuple[str, str]]) -> None:
        try:
            self._manager.update(changed, removed)
        finally:
            # Without this the next check is silently given this one's tree.
            self._manager.flush_cache()

    @contextmanager
    def _standard_library_open(self) -> Iterator[None]:
        """Let a module of the standard library be loaded when a program is the first to import it.

        An update passes over whatever lies in mypy's own folder of stubs, for speed: a new module of it would be `Any`
        in silence. So for the time of a check mypy is told that the folder is elsewhere.
        """
        options = self._build.options
        options.abs_custom_typeshed_dir = "/nowhere"
        try:
            yield
        finally:
            options.abs_custom_typeshed_dir = None
            # What mypy holds against those stubs would be looked at again with every program: 250 ms.
            ours = {target for target in self._manager.previous_targets_with_errors if _is_programs(target)}
            self._manager.previous_targets_with_errors = ours

    def _write_cache(self, place: Path) -> None:
        self._files.write_program(_imports(PRELOADED))
        # A daemon-mode build would write none.
        mypy.build.build([_SOURCE], self._options(place, is_daemon=False), fscache=self._files.cache)

    def _options(self, place: Path | None, *, is_daemon: bool) -> Options:
        options = make_options(root=ROOT, cache=str(place or os.devnull), python=self._python)
        options.cache_fine_grained = place is not None
        options.fine_grained_incremental = is_daemon
        options.use_fine_grained_cache = is_daemon and place is not None
        return options


def _imports(modules: Iterable[str]) -> str:
    return "".join(f"import {module}\n" for module in modules)


def _is_programs(target: str) -> bool:
    return target == PROGRAM_MODULE or target.startswith(f"{PROGRAM_MODULE}.")
