"""The ways by which a Python program gets hold of names that its text does not show."""

from __future__ import annotations

import builtins
import re

BUILTINS = frozenset(dir(builtins))

WILD_BUILTINS = frozenset({"eval", "exec", "compile", "globals", "locals", "vars", "breakpoint", "help"})

HARMLESS_BUILTINS = frozenset(
    {"print", "repr", "str", "ascii", "id", "bool", "len", "type", "hash", "callable", "dir", "hasattr"}
)
"""They take a module or a function, and neither call it nor let it go."""

WILD_MODULES = frozenset(
    {
        "__main__", "_ctypes", "_frozen_importlib", "_imp", "bdb", "builtins", "cloudpickle", "code", "codeop",
        "cProfile", "ctypes", "dill", "dis", "doctest", "gc", "imp", "importlib", "inspect", "joblib", "marshal",
        "mock", "pdb", "pickle", "pkgutil", "profile", "pydoc", "runpy", "shelve", "timeit", "trace", "zipimport",
    }
)  # fmt: skip
"""Modules that hand out other modules, frames or code, or call what a text names."""

WILD_SUBMODULES = frozenset({"logging.config", "unittest.mock"})

WILD_IN_SYS = frozenset(
    {
        "_current_frames", "_getframe", "_getframemodulename", "call_tracing", "exc_info", "last_exc",
        "last_traceback", "meta_path", "modules", "monitoring", "path", "path_hooks", "path_importer_cache",
        "setprofile", "settrace",
    }
)  # fmt: skip

WILD_ATTRIBUTES = frozenset(
    {
        "__base__", "__bases__", "__builtins__", "__closure__", "__code__", "__defaults__", "__func__",
        "__getattribute__", "__globals__", "__import__", "__kwdefaults__", "__loader__", "__mro__", "__reduce__",
        "__reduce_ex__", "__self__", "__spec__", "__subclasses__", "__traceback__", "__wrapped__", "ag_frame",
        "cell_contents", "cr_frame", "f_back", "f_builtins", "f_globals", "f_locals", "get_type_hints", "gi_frame",
        "import_module", "mro", "tb_frame", "tb_next", "unsafe_load",
        "builtins", "ctypes", "importlib", "sys",
    }
)  # fmt: skip
"""Attributes of any object that lead to all modules, frames or code; the last ones are how modules reach others."""

WILD_TEXT = re.compile(
    r"__(?:base|bases|builtins|closure|code|func|getattribute|globals|import|loader|self|subclasses|wrapped)__"
)
"""What a text says that names such an attribute, for something like `attrgetter`."""

PLAIN_DUNDERS = frozenset({"__name__", "__doc__", "__qualname__", "__module__", "__file__", "__debug__", "__class__"})
"""Names and attributes in double underscores that lead nowhere."""


def is_wild_module(name: str) -> bool:
    """Say whether importing a module lets a program get hold of names that its text does not show."""
    return name.partition(".")[0] in WILD_MODULES or name in WILD_SUBMODULES
