"""What a program finds when it begins: its globals, `tools`, `ptc`; in a session, also what earlier programs left."""

from __future__ import annotations

import linecache
import random
import sys
from collections import Counter
from types import ModuleType

from ptc_cli.worker import runtime, tools
from ptc_cli.worker.channel import Channel
from ptc_cli.worker.job import Job
from ptc_cli.worker.preload import reseed


class Surroundings:
    """The module `__main__` and what is around it, for one program or for those of a session."""

    def __init__(self, channel: Channel, *, are_shared: bool = False) -> None:
        self._channel = channel
        self._are_shared = are_shared
        self._main = ModuleType("__main__")
        self._main.__dict__["__builtins__"] = __builtins__
        self._supplied: dict[str, object] = {}
        self._names: dict[str, str] = {}
        """What the programs so far are called, by file."""

        self.file = ""
        """What the code of the program that runs says it was compiled from."""

        self.files: dict[str, str] = {}
        """How the files of all programs so far are shown."""

    @property
    def names(self) -> dict[str, object]:
        """The program's globals."""
        return self._main.__dict__

    def enter(self, job: Job) -> None:
        """Make ready for a program."""
        is_first = not self.files
        if is_first:
            # Of the first only: its numbers go on, as all its state does.
            random.seed(job.seed)
            reseed(job.seed)
        self._show(job)
        call = tools.caller(job.face, self._channel, lambda: self.file)
        package = tools.package(job, call)
        modules = {**package, "ptc": runtime.module(job, self._channel, call)}
        sys.modules.update(modules if is_first else _renewed(modules))
        sys.modules["__main__"] = self._main
        sys.argv = [job.name]
        self.names["__file__"] = job.name
        self._supply(tools.supplied(job, {name: sys.modules[name] for name in (*package, "ptc")}))

    def keep(self, value: object) -> None:
        """Let the next program of a session find a program's value as `_`."""
        if self._are_shared:
            self.names["_"] = value

    def _show(self, job: Job) -> None:
        # Programs of one name must not share a file: a function that an earlier one defined keeps its own lines.
        self.file = f"{job.name} (entry {len(self._names) + 1})" if self._are_shared else job.name
        self._names[self.file] = job.name
        programs = Counter(self._names.values())
        for file, name in self._names.items():
            self.files[file] = name if file == self.file or programs[name] == 1 else file
        lines = job.source.splitlines(keepends=True)
        linecache.cache[self.file] = (len(job.source), None, lines, self.file)

    def _supply(self, supplied: dict[str, object]) -> None:
        """Define what the program uses without importing it, but over no name that an earlier one defined."""
        for name, value in supplied.items():
            if name not in self.names or self.names[name] is self._supplied.get(name):
                self.names[name] = self._supplied[name] = value


def _renewed(modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
    """Have the modules that were imported before become what they are now, and those that are no more go."""
    for name in [name for name in sys.modules if name.startswith("tools.") and name not in modules]:
        del sys.modules[name]
    renewed = {name: sys.modules.get(name, module) for name, module in modules.items()}
    for name, module in modules.items():
        if renewed[name] is not module:
            renewed[name].__dict__.clear()
            renewed[name].__dict__.update(module.__dict__)
    return renewed
