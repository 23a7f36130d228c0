"""mypy held warm: a fine-grained build that takes one program after the other.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mypy.build
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.server.update import FineGrainedBuildManager

from ptc_cli.check.inside import cache
from ptc_cli.check.inside.finding import Finding, findings
from ptc_cli.check.inside.options import PRELOADED, cache_key, make_options
from ptc_cli.check.inside.outline import Outline, outline
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
        self._look_at(PROGRAM_MODULE, PROGRAM)
        return findings(self._build.errors)

    def add(self, module: str, text: str, *, lines: int) -> Outline:
        """Take in a module that programs may import from then on, and return what it holds."""
        self._look_at(module, self._files.write_module(module, text))
        return outline(self._build.modules[module], findings(self._build.errors, module=module), lines=lines)

    def update(self, changed: Mapping[str, str], removed: tuple[str, ...] = ()) -> None:
        """Change some of the stubs."""
        # The last program may use what goes: it must not be in the way.
        self.check("")
        self._files.update(changed, removed)
        touched = [("tools", module_path("__init__")), *((f"tools.{name}", module_path(name)) for name in changed)]
        self._update(touched, [(f"tools.{name}", module_path(name)) for name in removed])
        if self._manager.blocking_error is not None:
            # From here on mypy would look at nothing else, and let every program pass.
            raise RuntimeError(f"mypy cannot read the stub {self._manager.blocking_error[0]}")

    def _look_at(self, module: str, path: str) -> None:
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._build.missing_modules.clear()
        self._build.missing_modules.update(self._missing)
        with self._standard_library_open():
            self._update([(module, path)], [])
        # mypy looks at new classes twice, and forgets the second time which names may be undefined.
        if self._manager.blocking_error is None:
            self._build.errors.flushed_files.clear()
            self._manager.graph[module].detect_possibly_undefined_vars()

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


def _is_programs(target: str) -> bool:
    return target == PROGRAM_MODULE or target.startswith(f"{PROGRAM_MODULE}.")
