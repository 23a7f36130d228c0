"""mypy held warm: a fine-grained build that takes one program after the other.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import mypy.build
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.server.update import FineGrainedBuildManager

from ptc_cli.check.inside import cache
from ptc_cli.check.inside.finding import Finding, findings
from ptc_cli.check.inside.options import PRELOADED, cache_key, make_options
from ptc_cli.check.inside.planted import PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles, module_path

_SOURCE = BuildSource(PROGRAM, PROGRAM_MODULE, None)
_BOOT_PROGRAM = "".join(f"import {module}\n" for module in [*PRELOADED, "ptc", "tools"])


class Warm:
    """A build that stays in memory."""

    def __init__(self, files: PlantedFiles, *, runtime: str, folder: Path | None, python: str | None) -> None:
        """Build, from a cache where there is one; else leave one behind for the next.

        Raises:
            CompileError: A stub does not parse.
        """
        self._files = files
        self._python = python
        place = self._cache(folder, cache_key(files.modules, runtime=runtime, python=python))
        files.write_program(_BOOT_PROGRAM)
        result = mypy.build.build([_SOURCE], self._options(place, is_daemon=True), fscache=files.cache)
        self.used_cache = result.used_cache
        self._manager = FineGrainedBuildManager(result)
        if result.used_cache:
            self._manager.update([(PROGRAM_MODULE, PROGRAM)], [])
        # Else the first check is given the tree of the boot program.
        self._manager.flush_cache()
        self._missing = dict(self._build.missing_modules)

    @property
    def _build(self) -> mypy.build.BuildManager:
        return self._manager.manager

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program."""
        self._files.write_program(text)
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._build.missing_modules.clear()
        self._build.missing_modules.update(self._missing)
        self._update([(PROGRAM_MODULE, PROGRAM)], [])
        return findings(self._build.errors)

    def update(self, changed: Mapping[str, str], removed: tuple[str, ...] = ()) -> None:
        """Change some of the stubs."""
        # The last program may use what goes: it must not be in the way.
        self.check("")
        self._files.update(changed, removed)
        touched = [("tools", module_path("__init__")), *((f"tools.{name}", module_path(name)) for name in changed)]
        self._update(touched, [(f"tools.{name}", module_path(name)) for name in removed])

    def _update(self, changed: list[tuple[str, str]], removed: list[tuple[str, str]]) -> None:
        try:
            self._manager.update(changed, removed)
        finally:
            # Without this the next check is silently given this one's tree.
            self._manager.flush_cache()

    def _cache(self, folder: Path | None, key: str) -> Path | None:
        if folder is None:
            return None
        return cache.find(folder, key) or cache.build(folder, key, self._write_cache)

    def _write_cache(self, place: Path) -> None:
        self._files.write_program(_BOOT_PROGRAM)
        # A daemon-mode build would write none.
        mypy.build.build([_SOURCE], self._options(place, is_daemon=False), fscache=self._files.cache)

    def _options(self, place: Path | None, *, is_daemon: bool) -> Options:
        options = make_options(root=ROOT, cache=str(place or os.devnull), python=self._python)
        options.cache_fine_grained = place is not None
        options.fine_grained_incremental = is_daemon
        options.use_fine_grained_cache = is_daemon and place is not None
        return options
