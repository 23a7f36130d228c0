"""mypy started anew for every program: what is used when the warm one fails its self-test."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path

import mypy.build
from mypy.build import BuildResult
from mypy.errors import CompileError
from mypy.modulefinder import BuildSource

from ptc_cli.check.inside.finding import Finding, findings, findings_of_lines, given_up
from ptc_cli.check.inside.inference import not_inferred
from ptc_cli.check.inside.options import make_options
from ptc_cli.check.inside.outline import Outline, outline
from ptc_cli.check.inside.passing import PastModule
from ptc_cli.check.inside.planted import PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles
from ptc_cli.check.inside.seen import Examined
from ptc_cli.check.inside.source import parses
from ptc_cli.check.wire import Update


class Cold:
    """Builds that keep nothing but an ordinary cache in a private folder, for the standard library and the stubs."""

    is_outdated = False
    is_broken = False

    def __init__(self, files: PlantedFiles, *, folder: Path, python: str | None) -> None:
        self._files = files
        files.update(_sound(files.modules))
        self._folder = folder
        self._python = python

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program."""
        self._files.write_module(PROGRAM_MODULE, text)
        try:
            result = self._build(BuildSource(PROGRAM, PROGRAM_MODULE, None))
        except CompileError as error:
            return (*findings_of_lines(error.messages), given_up(error.module_with_blocker))
        return findings(result.manager.errors)

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> Examined:
        """Return what is wrong with a program as it is written: another pass would take another start."""
        found = self.check(text)
        return Examined(findings=(*found, not_inferred()) if has_open else found, seen=None)

    def holds(self, module: str) -> bool:
        """Say yes: a build that starts anew reads what is there."""
        return True

    def add(self, entry: PastModule, *, deadline: float) -> Outline:
        """Take in a module that programs may import from then on, and return what it holds."""
        path = self._files.write_module(entry.name, entry.text)
        result = self._build(BuildSource(path, entry.name, None))
        return outline(result.files[entry.name], findings(result.manager.errors, module=entry.name), lines=entry.lines)

    def learn(self, entry: PastModule, *, deadline: float) -> None:
        """Do nothing: no program is checked with learned result types."""

    def tidy(self) -> None:
        """Collect what the last builds have left."""
        gc.collect()

    def _build(self, source: BuildSource) -> BuildResult:
        options = make_options(root=ROOT, cache=str(self._folder), python=self._python)
        # Here stubs do change under one cache.
        options.skip_cache_mtime_checks = False
        return mypy.build.build([source], options, fscache=self._files.cache)

    def update(self, update: Update) -> None:
        """Change some of the stubs."""
        self._files.update(_sound(update.changed), update.removed)


def _sound(modules: Mapping[str, str]) -> dict[str, str]:
    """Return stubs with the texts that are no Python emptied: they cost their own server's tools, and no others."""
    return {name: text if parses(text) else "" for name, text in modules.items()}
