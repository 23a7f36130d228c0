"""mypy started anew for every program: what is used when the warm one fails its self-test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import mypy.build
from mypy.build import BuildResult
from mypy.errors import CompileError
from mypy.modulefinder import BuildSource

from ptc_cli.check.inside.finding import Finding, findings, findings_of_lines
from ptc_cli.check.inside.options import make_options
from ptc_cli.check.inside.outline import Outline, outline
from ptc_cli.check.inside.planted import PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles


class Cold:
    """Builds that keep nothing but an ordinary cache in a private folder, for the standard library and the stubs."""

    def __init__(self, files: PlantedFiles, *, folder: Path, python: str | None) -> None:
        self._files = files
        self._folder = folder
        self._python = python

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program."""
        self._files.write_program(text)
        try:
            result = self._build(BuildSource(PROGRAM, PROGRAM_MODULE, None))
        except CompileError as error:
            return findings_of_lines(error.messages)
        return findings(result.manager.errors)

    def add(self, module: str, text: str, *, lines: int) -> Outline:
        """Take in a module that programs may import from then on, and return what it holds."""
        result = self._build(BuildSource(self._files.write_module(module, text), module, None))
        return outline(result.files[module], findings(result.manager.errors, module=module), lines=lines)

    def _build(self, source: BuildSource) -> BuildResult:
        options = make_options(root=ROOT, cache=str(self._folder), python=self._python)
        # Here stubs do change under one cache.
        options.skip_cache_mtime_checks = False
        return mypy.build.build([source], options, fscache=self._files.cache)

    def update(self, changed: Mapping[str, str], removed: tuple[str, ...] = ()) -> None:
        """Change some of the stubs."""
        self._files.update(changed, removed)
