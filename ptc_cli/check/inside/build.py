"""What mypy holds in memory: the modules that it has read, and one program after the other that is looked at with them.

mypy's daemon keeps account of which definition rests on which, to tell what a change affects. Nothing rests on a
program. So each is analysed as by a fresh mypy, and then forgotten: the account takes as long as the check, and grows
with every program.

Not thread-safe: a build used from two threads is corrupted for good.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Mapping, Sequence

import mypy.build
from mypy.build import PRI_INDIRECT, BuildManager, State, load_graph, order_ascc, sorted_components_inner
from mypy.errors import CompileError, Errors
from mypy.freetree import free_tree
from mypy.fscache import FileSystemCache
from mypy.modulefinder import BuildSource
from mypy.nodes import Expression, MypyFile, SymbolTable, TypeInfo
from mypy.options import Options
from mypy.parse import parse
from mypy.semanal_main import semantic_analysis_for_scc
from mypy.semanal_pass1 import SemanticAnalyzerPreAnalysis
from mypy.server.update import ensure_trees_loaded
from mypy.types import Type
from mypy.typestate import type_state
from mypy.util import hash_digest

from ptc_cli.check.inside.finding import findings
from ptc_cli.check.inside.packages import OPAQUE
from ptc_cli.check.inside.passing import Pass

Change = Callable[[MypyFile], None]
"""Changes a module's tree between its being parsed and its being analysed."""


class BlockedError(Exception):
    """A module that mypy gives up on, and with it on all that import it."""

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.module = module


class Build:
    """Modules that stay in memory."""

    def __init__(self, source: BuildSource, options: Options, files: FileSystemCache) -> None:
        """Read all that a source imports."""
        result = mypy.build.build([source], options, fscache=files)
        self.used_cache = options.use_fine_grained_cache and result.used_cache
        self._manager: BuildManager = result.manager
        self._graph = result.graph
        # What is read from now on is not in the cache, and no longer looked for there.
        self._manager.cache_enabled = False
        # To others than its daemon, mypy says to run `mypy --install-types`.
        options.fine_grained_incremental = True
        # All at once, and the folder of the cache may go.
        ensure_trees_loaded(self._manager, self._graph, list(self._graph))
        self.forget([source.module])
        self._missing = dict(self._manager.missing_modules)
        self._has_grown = False
        """Whether modules of the standard library or of packages were read lately: they are never forgotten."""

    def holds(self, module: str) -> bool:
        """Say whether a module has been read."""
        return module in self._graph

    def forget(self, modules: Collection[str]) -> None:
        """Have modules read again when they are next imported."""
        manager = self._manager
        for module in modules:
            self._graph.pop(module, None)
            manager.modules.pop(module, None)
            manager.import_map.pop(module, None)
            manager.semantic_analyzer.transitive_submodule_imports.pop(module, None)
            package, _, name = module.rpartition(".")
            if package in manager.modules:
                manager.modules[package].names.pop(name, None)

    def skip(self, module: str) -> None:
        """Have a module not be read: what it gives is not checked."""
        self._manager.options.per_module_options[module] = dict(OPAQUE)
        self._manager.options.build_per_module_cache()

    def forget_places(self) -> None:
        """Have modules looked for again where they may be by now."""
        self._manager.find_module_cache.clear()

    def tidy(self) -> None:
        """Let go of what mypy remembers of programs that were looked at."""
        type_state.reset_all_subtype_caches()
        type_state.reset_protocol_deps()
        self._manager.processed_targets.clear()
        self.forget_places()
        gc.collect()
        if self._has_grown:
            # What stays for good would be gone through each time: 50 ms after some programs.
            gc.freeze()
            self._has_grown = False

    def class_named(self, name: str) -> TypeInfo:
        """Return a class by its full name."""
        module, _, attribute = name.rpartition(".")
        node = self._manager.modules[module].names[attribute].node
        if not isinstance(node, TypeInfo):
            raise TypeError(f"{name} is no class")
        return node

    def look_at(self, module: str, path: str, text: str, changes: Sequence[Change] = ()) -> Pass:
        """Return what is found in a module that none imports yet, when its tree has been changed.

        Raises:
            BlockedError: mypy gives up on a module that it imports.
        """
        self._begin(module)
        if changes:
            self._plant(module, path, text, changes)
        new: list[State] = []
        try:
            load_graph([BuildSource(path, module, None)], self._manager, self._graph, new)
            return self._analysed(new)
        except CompileError as error:
            self.forget([state.id for state in new])
            if error.module_with_blocker != module:
                raise BlockedError(error.module_with_blocker or "") from error
            return self._pass(module, _empty_tree(), {})

    def _begin(self, module: str) -> None:
        self.forget([module])
        # Else this text would be given the tree of the last one of its name.
        self._manager.ast_cache.clear()
        self._manager.errors.reset()
        # A module that an earlier program imported in vain would silence this one's use of it.
        self._manager.missing_modules.clear()
        self._manager.missing_modules.update(self._missing)

    def _plant(self, module: str, path: str, text: str, changes: Sequence[Change]) -> None:
        """Have mypy take a changed tree for the one that it parsed last."""
        options = self._manager.options
        tree = parse(text, path, module, Errors(options), options)
        tree._fullname = module  # noqa: SLF001 (as mypy does after parsing)
        for change in changes:
            change(tree)
        SemanticAnalyzerPreAnalysis().visit_file(tree, path, module, options)
        tree.names = SymbolTable()
        self._manager.ast_cache[module] = (tree, [], hash_digest(text.encode()))

    def _analysed(self, new: Sequence[State]) -> Pass:
        """Analyse a module, after those that it is the first to import."""
        for state in new:
            self._manager.import_map[state.id] = {*state.dependencies, *state.suppressed}
        self._read(new[1:])
        (state,) = self._check([new[0].id])
        state.detect_possibly_undefined_vars()
        types = dict(state.type_map())
        state.free_state()
        tree = self._manager.modules[state.id]
        return self._pass(state.id, tree, types)

    def _read(self, new: Sequence[State]) -> None:
        self._has_grown |= any(state.ignore_all for state in new)
        for component in sorted_components_inner(self._graph, {state.id for state in new}, PRI_INDIRECT):
            for state in self._check(order_ascc(self._graph, component)):
                state.free_state()
                free_tree(self._manager.modules[state.id])

    def _check(self, modules: list[str]) -> list[State]:
        """Analyse modules that import each other."""
        semantic_analysis_for_scc(self._graph, modules, self._manager.errors)
        states = [self._graph[module] for module in modules]
        for state in states:
            state.type_check_first_pass()
        waiting = states
        while waiting:
            waiting = [state for state in waiting if state.type_check_second_pass()]
        return states

    def _pass(self, module: str, tree: MypyFile, types: Mapping[Expression, Type]) -> Pass:
        return Pass(findings=findings(self._manager.errors, module=module), tree=tree, types=types)


def _empty_tree() -> MypyFile:
    tree = MypyFile([], [])
    tree.names = SymbolTable()
    return tree
