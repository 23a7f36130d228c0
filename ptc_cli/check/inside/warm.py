"""mypy held warm: a fine-grained build that takes one program after the other.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import mypy.build
from mypy.errors import Errors
from mypy.modulefinder import BuildSource
from mypy.nodes import MypyFile, SymbolTable, TypeInfo
from mypy.options import Options
from mypy.parse import parse
from mypy.semanal_pass1 import SemanticAnalyzerPreAnalysis
from mypy.server.update import FineGrainedBuildManager
from mypy.util import hash_digest

from ptc_cli.check.inside import cache
from ptc_cli.check.inside.finding import Finding, findings
from ptc_cli.check.inside.inference import Recheck, infer, not_inferred, settle_results
from ptc_cli.check.inside.inference.plan import Plan
from ptc_cli.check.inside.inference.planting import plant
from ptc_cli.check.inside.learned import only_learned, redirect, twin
from ptc_cli.check.inside.options import PRELOADED, cache_key, make_options, preloaded
from ptc_cli.check.inside.outline import Outline, outline
from ptc_cli.check.inside.passing import Pass, PastModule
from ptc_cli.check.inside.planted import LEARNED, PROGRAM, PROGRAM_MODULE, ROOT, PlantedFiles
from ptc_cli.check.wire import Update
from ptc_cli.core.stub import Face

_SOURCE = BuildSource(PROGRAM, PROGRAM_MODULE, None)
_MOST_BROKEN_STUBS = 100
_INFERENCE_SECONDS = 1.5
"""Well under the host's patience with a check."""

Change = Callable[[MypyFile], None]
"""Changes a program's tree between its being parsed and its being analysed."""


class Warm:
    """A build that stays in memory."""

    def __init__(self, files: PlantedFiles, *, face: Face, folder: Path | None, python: str | None) -> None:
        """Build, from a cache where there is one; else have one made for the next process."""
        self._files = files
        self._python = python
        key = cache_key(python=python)
        place = cache.find(folder, key) if folder else None
        self._building = cache.Building(folder, key, self._write_cache) if folder and not place else None
        files.write_module(PROGRAM_MODULE, _imports(preloaded(face, is_cached=place is not None)))
        result = mypy.build.build([_SOURCE], self._options(place, is_daemon=True), fscache=files.cache)
        self.used_cache = result.used_cache
        self._manager = FineGrainedBuildManager(result)
        if result.used_cache:
            self._manager.update([(PROGRAM_MODULE, PROGRAM)], [])
        # Else the first check is given the tree of the boot program.
        self._manager.flush_cache()
        self._missing = dict(self._build.missing_modules)
        self._learned: set[str] = set()
        """Entries that are also there with learned result types."""

        self.is_broken = False
        """Whether mypy was left in the middle of something: no program may be checked here any more."""

    @property
    def is_outdated(self) -> bool:
        """Whether a new process would start from a cache that was not there when this one did, and be smaller."""
        return self._building is not None and self._building.is_done()

    @property
    def _build(self) -> mypy.build.BuildManager:
        return self._manager.manager

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program as it is written."""
        return self.run(PROGRAM_MODULE, text).findings

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> tuple[Finding, ...]:
        """Return what is wrong with a program, also with what it leaves open and with learned result types."""
        found = self._inferred(text, has_open=has_open)
        if not uses_learned:
            return found
        return (*found, *only_learned(self._inferred(text, self._redirect, has_open=has_open), found))

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

    def _inferred(self, text: str, *changes: Change, has_open: bool) -> tuple[Finding, ...]:
        first = self.run(PROGRAM_MODULE, text, *changes)
        return (*first.findings, *self._beyond(first, text, changes)) if has_open else first.findings

    def _beyond(self, first: Pass, text: str, changes: Sequence[Change]) -> tuple[Finding, ...]:
        """Return what inference adds. It leans on mypy's insides, and a right program must not fail with it."""
        again = self._again(PROGRAM_MODULE, changes, time.monotonic() + _INFERENCE_SECONDS)
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
            if time.monotonic() > deadline:
                raise TimeoutError
            return self.run(module, text, *changes, lambda tree: plant(tree, plan, self._class))

        return again

    def run(self, module: str, text: str, *changes: Change) -> Pass:
        """Return what one pass over the program, or an entry, finds after changes to its tree."""
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._build.missing_modules.clear()
        self._build.missing_modules.update(self._missing)
        self._build.all_types = {}
        with self._standard_library_open():
            self._look_at(module, text, changes)
        tree = self._build.modules[module]
        return Pass(findings=findings(self._build.errors, module=module), tree=tree, types=self._build.all_types)

    def _look_at(self, module: str, text: str, changes: Sequence[Change]) -> None:
        path = self._files.write_module(module, text)
        for _ in range(_MOST_BROKEN_STUBS):
            if changes:
                self._plant_tree(module, path, text, changes)
            self._update([(module, path)], [])
            blocking = self._manager.blocking_error
            if blocking is None:
                # mypy looks at new classes twice, and forgets the second time which names may be undefined.
                self._build.errors.flushed_files.clear()
                self._manager.graph[module].detect_possibly_undefined_vars()
            if blocking is None or blocking[0] == module == PROGRAM_MODULE:
                return
            text = "" if blocking[0] == module else text
            self._silence(blocking[0])
        raise RuntimeError(f"mypy cannot read the stub {self._manager.blocking_error}")

    def _silence(self, module: str) -> None:
        """Empty a module that is no Python: left as it is, mypy would look at nothing else, and pass every program."""
        package, _, name = module.rpartition(".")
        if not package:
            self._files.write_module(name, "")
            return
        is_learned = package == LEARNED and name in self._files.learned
        self._files.update({} if is_learned else {name: ""}, forgotten=(name,) if is_learned else ())

    def _plant_tree(self, module: str, path: str, text: str, changes: Sequence[Change]) -> None:
        """Have mypy take a changed tree for the one that it parsed last."""
        options = self._build.options
        tree = parse(text, path, module, Errors(options), options)
        tree._fullname = module  # noqa: SLF001 (as mypy does after parsing)
        for change in changes:
            change(tree)
        SemanticAnalyzerPreAnalysis().visit_file(tree, path, module, options)
        tree.names = SymbolTable()
        self._build.ast_cache[module] = (tree, [], hash_digest(text.encode()))

    def _class(self, name: str) -> TypeInfo:
        module, _, attribute = name.rpartition(".")
        node = self._build.modules[module].names[attribute].node
        if not isinstance(node, TypeInfo):
            raise TypeError(f"{name} is no class")
        return node

    def update(self, update: Update) -> None:
        """Change some of the stubs. What entries were taken in against the old ones is to be taken in again."""
        self._learned.clear()
        plain = {*update.changed, *update.removed}
        learned = {*plain, *update.learned, *update.forgotten}
        names = [*(f"tools.{name}" for name in plain), *(f"{LEARNED}.{name}" for name in learned)]
        known = [name for name in names if name in self._manager.graph]
        if known:
            # The last program may use what goes: it must not be in the way.
            self.check("")
            # To forget a module and read it when it is next used is 4 ms faster than to compare its two versions.
            self._update([], [(name, self._manager.graph[name].xpath) for name in known])
        self._files.update(
            update.changed,
            update.removed,
            learned={name: each.text for name, each in update.learned.items()},
            forgotten=update.forgotten,
        )

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
        options.export_types = True
        try:
            yield
        finally:
            options.abs_custom_typeshed_dir = None
            options.export_types = False
            # What mypy holds against those stubs would be looked at again with every program: 250 ms.
            ours = {target for target in self._manager.previous_targets_with_errors if _is_programs(target)}
            self._manager.previous_targets_with_errors = ours

    def _write_cache(self, place: Path) -> None:
        self._files.write_module(PROGRAM_MODULE, _imports(PRELOADED))
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
