"""mypy held warm: a fine-grained build that takes one program after the other.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from ptc_cli.check.inside.inference import infer, not_inferred
from ptc_cli.check.inside.inference.plan import Plan
from ptc_cli.check.inside.inference.planting import plant
from ptc_cli.check.inside.learned import only_learned, redirect
from ptc_cli.check.inside.options import PRELOADED, cache_key, make_options, preloaded
from ptc_cli.check.inside.passing import Pass
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
        files.write_program(_imports(preloaded(face, is_cached=place is not None)))
        result = mypy.build.build([_SOURCE], self._options(place, is_daemon=True), fscache=files.cache)
        self.used_cache = result.used_cache
        self._manager = FineGrainedBuildManager(result)
        if result.used_cache:
            self._manager.update([(PROGRAM_MODULE, PROGRAM)], [])
        # Else the first check is given the tree of the boot program.
        self._manager.flush_cache()
        self._missing = dict(self._build.missing_modules)
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
        return self.run(text).findings

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> tuple[Finding, ...]:
        """Return what is wrong with a program, also with what it leaves open and with learned result types."""
        found = self._inferred(text, has_open=has_open)
        if not uses_learned:
            return found
        return (*found, *only_learned(self._inferred(text, redirect, has_open=has_open), found))

    def _inferred(self, text: str, *changes: Change, has_open: bool) -> tuple[Finding, ...]:
        first = self.run(text, *changes)
        return (*first.findings, *self._beyond(first, text, changes)) if has_open else first.findings

    def _beyond(self, first: Pass, text: str, changes: Sequence[Change]) -> tuple[Finding, ...]:
        """Return what inference adds. It leans on mypy's insides, and a right program must not fail with it."""
        deadline = time.monotonic() + _INFERENCE_SECONDS

        def again(changed: str, plan: Plan) -> Pass:
            if time.monotonic() > deadline:
                raise TimeoutError
            return self.run(changed, *changes, lambda tree: plant(tree, plan, self._class))

        try:
            return infer(first, text, again)
        except TimeoutError:
            return (not_inferred(),)
        except Exception:  # noqa: BLE001 (whatever mypy raises here must not cost the program its check)
            self.is_broken = True
            return (not_inferred(),)

    def run(self, text: str, *changes: Change) -> Pass:
        """Return what one pass over a program finds, after changes to its tree."""
        self._files.write_program(text)
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._build.missing_modules.clear()
        self._build.missing_modules.update(self._missing)
        self._build.all_types = {}
        with self._standard_library_open():
            self._update_program(text, changes)
        tree = self._build.modules[PROGRAM_MODULE]
        return Pass(findings=findings(self._build.errors), tree=tree, types=self._build.all_types)

    def _update_program(self, text: str, changes: Sequence[Change]) -> None:
        for _ in range(_MOST_BROKEN_STUBS):
            if changes:
                self._plant_tree(text, changes)
            self._update([(PROGRAM_MODULE, PROGRAM)], [])
            blocking = self._manager.blocking_error
            if blocking is None or blocking[0] == PROGRAM_MODULE:
                return
            self._silence(blocking[0])
        raise RuntimeError(f"mypy cannot read the stub {self._manager.blocking_error}")

    def _silence(self, module: str) -> None:
        """Empty a stub that is no Python: left as it is, mypy would look at nothing else, and pass every program."""
        package, _, name = module.rpartition(".")
        is_learned = package == LEARNED and name in self._files.learned
        self._files.update({} if is_learned else {name: ""}, forgotten=(name,) if is_learned else ())

    def _plant_tree(self, text: str, changes: Sequence[Change]) -> None:
        """Have mypy take a changed tree for the one that it parsed last."""
        options = self._build.options
        tree = parse(text, PROGRAM, PROGRAM_MODULE, Errors(options), options)
        tree._fullname = PROGRAM_MODULE  # noqa: SLF001 (as mypy does after parsing)
        for change in changes:
            change(tree)
        SemanticAnalyzerPreAnalysis().visit_file(tree, PROGRAM, PROGRAM_MODULE, options)
        tree.names = SymbolTable()
        self._build.ast_cache[PROGRAM_MODULE] = (tree, [], hash_digest(text.encode()))

    def _class(self, name: str) -> TypeInfo:
        module, _, attribute = name.rpartition(".")
        node = self._build.modules[module].names[attribute].node
        if not isinstance(node, TypeInfo):
            raise TypeError(f"{name} is no class")
        return node

    def update(self, update: Update) -> None:
        """Change some of the stubs."""
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
