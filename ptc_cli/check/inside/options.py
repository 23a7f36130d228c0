"""How mypy is set up, and what a cache must be keyed by."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import mypy
from mypy.options import Options
from mypy.version import __version__ as mypy_version

from ptc_cli.check.inside.packages import options_for_packages, too_large
from ptc_cli.core.jsonvalue import JsonValue, digest

_CACHE_LAYOUT = 2

OPTIONS: Mapping[str, JsonValue] = {
    "check_untyped_defs": True,
    "strict_equality": True,
    "allow_redefinition": True,
    # `def f(limit: int = None)` runs, and agents write it.
    "implicit_optional": True,
    "local_partial_types": True,
    "follow_imports": "normal",
    "namespace_packages": False,
    # The native parser's columns are wrong after non-ASCII text, and it wants a real file.
    "native_parser": False,
    # Files: a third of the memory of sqlite while loading, and readable from a read-only folder.
    "sqlite_cache": False,
    # The key holds a digest of everything that was read; looking at times adds nothing.
    "skip_cache_mtime_checks": True,
    "show_column_numbers": True,
    "show_error_end": True,
    "error_summary": False,
    "raise_exceptions": True,
    "many_errors_threshold": -1,
    "enable_error_code": ["possibly-undefined", "unused-awaitable", "unimported-reveal"],
    "disable_error_code": ["top-level-await", "var-annotated"],
}

# fmt: off
PRELOADED = (
    "abc", "asyncio", "base64", "bisect", "collections", "collections.abc", "concurrent.futures", "contextlib",
    "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib",
    "heapq", "html", "io", "itertools", "json", "math", "operator", "os", "pathlib", "pprint", "random", "re",
    "secrets", "statistics", "string", "sys", "tempfile", "textwrap", "time", "traceback", "types", "typing",
    "unicodedata", "urllib.parse", "uuid", "zoneinfo",
)
# fmt: on
"""Modules of the standard library that programs import most: the first import of another costs 70-100 ms.

They are read ahead from a cache only. Without one it would take 200 ms, and a process that starts so soon gives way to
one that has a cache.
"""


def make_options(*, root: str, cache: str, python: str | None) -> Options:
    """Return mypy's options for stubs under a root."""
    options = Options()
    for name, value in OPTIONS.items():
        setattr(options, name, list(value) if isinstance(value, list) else value)
    options.python_version = sys.version_info[:2]
    options.python_executable = python
    options.no_site_packages = python is None
    options.per_module_options = options_for_packages(python)
    options.mypy_path = [root]
    options.cache_dir = cache
    options.process_error_codes(error_callback=_reject)
    return options


def cache_key(*, python: str | None) -> str:
    """Return the digest of everything that a cache depends on.

    Stubs and programs are no part of it: it holds the standard library alone, for every view and both faces.
    """
    return digest(
        {
            "layout": _CACHE_LAYOUT,
            "mypy": [mypy_version, str(Path(mypy.__file__).parent)],
            "python": [*sys.version_info[:3], python],
            "unread": too_large(python),
            "options": dict(OPTIONS),
            "preloaded": PRELOADED,
        }
    )


def _reject(message: str) -> None:
    raise ValueError(message)
