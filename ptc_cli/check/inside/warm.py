"""mypy held warm: one program after the other, with what they leave open and with learned result types."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import mypy.build
from mypy.modulefinder import BuildSource
from mypy.nodes import MypyFile
from mypy.options import Options

from ptc_cli.check.inside import cache
from ptc_cli.check.inside.build import BlockedError, Build, Change
from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.inference import Recheck, infer, not_inferred, settle_results
from ptc_cli.check.inside.inference.plan import Plan
from ptc_cli.check.inside.inference.planting import plant
from ptc_cli.check.inside.learned import only_learned, redirect, twin
from ptc_cli.check.inside.options import PRELOADED, cache_key, make_options
from ptc_cli.check.inside.outline import Outline, outline
from ptc_cli.check.inside.passing import Pass, PastModule
from ptc_cli.check.inside.planted import LEARNED, PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles
from ptc_cli.check.inside.seen import Examined, seen_calls
from ptc_cli.check.wire import Update

_SOURCE = BuildSource(PROGRAM, PROGRAM_MODULE, None)
_READ_AHEAD = "".join(f"import {module}\n" for module in PRELOADED)
_MOST_BROKEN_STUBS = 100
_INFERENCE_SECONDS = 1.5
"""Of computing, well under what a check may take: a busy machine must not have a wrong program pass."""


class Warm:
    """A build that stays in memory."""

    def __init__(self, files: PlantedFiles, *, folder: Path | None, python: str | None) -> None:
        """Build, from a cache where there is one; else have one made for the next process."""
        self._files = files
        self._python = python
        key = cache_key(python=python)
        build = self._from_cache(folder, key) if folder else None
        self.used_cache = build is not None and build.used_cache
        self._building = (
            cache.Building(folder, key, self._write_cache)
            if cache.IS_POSSIBLE and folder and not self.used_cache
            else None
        )
        self._build = build or self._built(None)
        self._learned: set[str] = set()
        """Entries that are also there with learned result types."""

        self.is_broken = False
        """Whether mypy was left in the middle of something: no program may be checked here any more."""

    @property
    def is_outdated(self) -> bool:
        """Whether a new process would start from a cache that was not there when this one did, and be smaller."""
        return self._building is not None and self._building.is_done()

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program as it is written."""
        return self.run(PROGRAM_MODULE, text).findings

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> Examined:
        """Return what is wrong with a program, also with what it leaves open and with learned result types."""
        examined = self._inferred(text, has_open=has_open)
        if not uses_learned:
            return examined
        found = examined.findings
        learned = only_learned(self._inferred(text, self._redirect, has_open=has_open).findings, found)
        return replace(examined, findings=(*found, *learned))

    def holds(self, module: str) -> bool:
        """Say whether a module that a program imports was read: a server's, or one that was taken in."""
        return self._build.holds(module)

    def add(self, entry: PastModule, *, deadline: float) -> Outline:
        """Take in a module that programs may import from then on, and return what it holds."""
        taken = self._take_in(entry, deadline=deadline)
        return outline(taken.tree, taken.findings, lines=entry.lines)

    def learn(self, entry: PastModule, *, deadline: float) -> None:
        """Have programs that are checked with learned result types see an entry with them as well."""
        if entry.name not in self._learned:
            self._take_in(replace(entry, name=twin(entry.name)), self._redirect, deadline=deadline)
            self._learned.add(entry.name)

    def _redirect(self, tree: MypyFile) -> None:
        redirect(tree, self._learned)

    def _take_in(self, entry: PastModule, *changes: Change, deadline: float) -> Pass:
        first = self.run(entry.name, entry.text, *changes)
        if not entry.has_open:
            return first
        again = self._again(entry.name, changes, deadline)
        try:
            return settle_results(first, entry.text, again)
        except TimeoutError:
            return self.run(entry.name, entry.text, *changes)
        except Exception:  # noqa: BLE001 (as in `_beyond`)
            self.is_broken = True
            return first

    def _inferred(self, text: str, *changes: Change, has_open: bool) -> Examined:
        first = self.run(PROGRAM_MODULE, text, *changes)
        seen = seen_calls(first.types)
        beyond = self._beyond(first, text, changes) if has_open else ()
        return Examined(findings=(*first.findings, *beyond), seen=seen)

    def _beyond(self, first: Pass, text: str, changes: Sequence[Change]) -> tuple[Finding, ...]:
        """Return what inference adds. It leans on mypy's insides, and a right program must not fail with it."""
        again = self._again(PROGRAM_MODULE, changes, time.process_time() + _INFERENCE_SECONDS)
        try:
            return infer(first, text, again)
        except TimeoutError:
            return (not_inferred(first.tree),)
        except Exception:  # noqa: BLE001 (whatever mypy raises here must not cost the program its check)
            self.is_broken = True
            return (not_inferred(first.tree),)

    def _again(self, module: str, changes: Sequence[Change], deadline: float) -> Recheck:
        """Return what makes another pass, with annotations written down, as long as there is time."""

        def again(text: str, plan: Plan) -> Pass:
            if time.process_time() > deadline:
                raise TimeoutError
            return self.run(module, text, *changes, lambda tree: plant(tree, plan, self._build.class_named))

        return again

    def run(self, module: str, text: str, *changes: Change) -> Pass:
        """Return what one pass over the program, or an entry, finds after changes to its tree."""
        path = self._files.write_module(module, text)
        for _ in range(_MOST_BROKEN_STUBS):
            try:
                return self._build.look_at(module, path, text, changes)
            except BlockedError as error:
                self._silence(error.module)
        raise RuntimeError(f"more than {_MOST_BROKEN_STUBS} stubs are no Python")

    def _silence(self, module: str) -> None:
        """Empty a stub that is no Python, and skip another module that is none: mypy would look at nothing else."""
        package, _, name = module.rpartition(".")
        if package not in ("tools", LEARNED):
            self._build.skip(module)
            return
        is_learned = package == LEARNED and name in self._files.learned
        self._files.update({} if is_learned else {name: ""}, forgotten=(name,) if is_learned else ())

    def update(self, update: Update) -> None:
        """Change some of the stubs. What entries were taken in against the old ones is to be taken in again."""
        self._learned.clear()
        plain = {*update.changed, *update.removed}
        learned = {*plain, *update.learned, *update.forgotten}
        names = [*(f"tools.{name}" for name in plain), *(f"{LEARNED}.{name}" for name in learned)]
        self._build.forget([PROGRAM_MODULE, *(name for name in names if self._build.holds(name))])
        self._build.forget_places()
        self._files.update(
            update.changed,
            update.removed,
            learned={name: each.text for name, each in update.learned.items()},
            forgotten=update.forgotten,
        )

    def tidy(self) -> None:
        """Do what would be in the way of a check."""
        self._build.tidy()

    def _from_cache(self, folder: Path, key: str) -> Build | None:
        """Return a build that starts from a cache, if there is one. One that mypy cannot use is removed."""
        build = None
        with cache.reading(folder, key) as place:
            if place is None:
                return None
            # mypy raises what it likes at files that somebody takes away after they were verified.
            with suppress(Exception):
                build = self._built(place)
            # A file that was damaged after it was verified may have been read without a word.
            if not cache.is_intact(place):
                build = None
        if build is None or not build.used_cache:
            cache.remove(place)
        return build

    def _built(self, place: Path | None) -> Build:
        self._files.write_module(PROGRAM_MODULE, _READ_AHEAD if place else "")
        return Build(_SOURCE, self._options(place), self._files.cache)

    def _write_cache(self, place: Path) -> None:
        self._files.write_module(PROGRAM_MODULE, _READ_AHEAD)
        options = self._options(place)
        # As a daemon mypy would write none.
        options.fine_grained_incremental = options.use_fine_grained_cache = False
        mypy.build.build([_SOURCE], options, fscache=self._files.cache)

    def _options(self, place: Path | None) -> Options:
        options = make_options(root=ROOT, cache=str(place or os.devnull), python=self._python)
        is_cached = place is not None
        options.cache_fine_grained = options.fine_grained_incremental = options.use_fine_grained_cache = is_cached
        return options
