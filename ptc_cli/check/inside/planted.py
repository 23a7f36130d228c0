"""Files that mypy reads and the disk does not have: the stubs, and the program."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Mapping

from mypy.fscache import FileSystemCache
from mypy.util import hash_digest

from ptc_cli.core.names import identifier

ROOT = "/__ptc__"
PROGRAM = f"{ROOT}/program.py"
PROGRAM_MODULE = "program"
LEARNED = "tools~"
"""The package with learned result types: the same modules as in `tools`, under a name that no program can write."""


class PlantedFiles:
    """A file system cache that is told what it would have read.

    Everything that mypy could find on the disk beside its own stubs of the standard library stays hidden: the working
    directory is planted as empty, else a program's `import config` would read whatever lies there.
    """

    def __init__(self, modules: Mapping[str, str], *, runtime: str, learned: Mapping[str, str] | None = None) -> None:
        self.cache = FileSystemCache()
        self.modules: dict[str, str] = {}
        self.learned: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._plant_directory(os.getcwd(), [])  # noqa: PTH109 (mypy asks for it by this very text)
        self._root = ["tools", LEARNED, "ptc.pyi", "program.py"]
        self._plant_directory(ROOT, self._root)
        self._plant_file(f"{ROOT}/ptc.pyi", runtime)
        self.write_module(PROGRAM_MODULE, "")
        self.update(modules, learned=learned or {})

    def write_module(self, module: str, text: str) -> str:
        """Make a text the program, or a module beside it, and return its path."""
        path = f"{ROOT}/{module}.py"
        self._plant_file(path, text)
        if f"{module}.py" not in self._root:
            self._root.append(f"{module}.py")
        return path

    def update(
        self,
        changed: Mapping[str, str],
        removed: tuple[str, ...] = (),
        *,
        learned: Mapping[str, str] | None = None,
        forgotten: tuple[str, ...] = (),
    ) -> None:
        """Change some of the stubs, and of those with learned result types."""
        for name in removed:
            del self.modules[name]
            self._plant_absence(name)
        for name in {*removed, *forgotten} & set(self.learned):
            del self.learned[name]
        for name, text in changed.items():
            if identifier(name) != name:
                raise ValueError(f"not a module's name: {name!r}")
            self.modules[name] = _readable(text)
        self.learned.update({name: _readable(text) for name, text in (learned or {}).items()})
        for name in {*changed, *(learned or {}), *forgotten} & set(self.modules):
            self._plant_file(module_path(name), self.modules[name])
            self._plant_file(module_path(name, LEARNED), self.learned.get(name, self.modules[name]))
        self._plant_packages()

    def _plant_packages(self) -> None:
        for package in ("tools", LEARNED):
            # The package itself is empty: a module is read when the first program imports it, and costs nothing before.
            self._plant_file(module_path("__init__", package), "")
            files = ["__init__.pyi", *(f"{name}.pyi" for name in sorted(self.modules))]
            self._plant_directory(f"{ROOT}/{package}", files)

    def _plant_absence(self, name: str) -> None:
        for package in ("tools", LEARNED):
            self.cache.stat_or_none_cache[module_path(name, package)] = None
            self.cache.isfile_case_cache.pop(module_path(name, package), None)

    def _plant_file(self, path: str, text: str) -> None:
        content = text.encode("utf-8", "backslashreplace")
        digest = hash_digest(content)
        self.cache.read_cache[path] = content
        self.cache.hash_cache[path] = digest
        self.cache.isfile_case_cache.pop(path, None)
        # A text of the same length at the same time would be taken for the same. And where the time is not what it was
        # when a cache was written, mypy writes it down there, in what others are reading.
        self.cache.stat_or_none_cache[path] = _status(stat.S_IFREG | 0o444, len(content), time=int(digest[:12], 16))

    def _plant_directory(self, path: str, names: list[str]) -> None:
        self.cache.listdir_cache[path] = names
        self.cache.exists_case_cache.pop(path, None)
        self.cache.stat_or_none_cache[path] = _status(stat.S_IFDIR | 0o555, 0, time=next(self._numbers))


def _status(mode: int, size: int, *, time: int) -> os.stat_result:
    return os.stat_result((mode, time, 1, 1, 0, 0, size, time, time, time))


def module_path(name: str, package: str = "tools") -> str:
    """Return the path of a module of one of the two packages."""
    return f"{ROOT}/{package}/{name}.pyi"


def _readable(text: str) -> str:
    """Return a stub's text, or nothing where a NUL would have Python before 3.11.4 raise what mypy does not expect."""
    return "" if "\0" in text else text
