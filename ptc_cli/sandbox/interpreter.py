"""The interpreter that programs run in, and what of this machine it needs to read."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.core.errors import SandboxError

_SHARED = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/nix/store", "/usr/share/zoneinfo")
_QUESTION_SECONDS = 20
# Without `site`, which would run what the environment's `.pth` files say, here and unconfined; so what it does to find
# the packages is done by hand.
_QUESTION = """
import json, os, site, sys
base = sys.base_prefix
prefix = os.path.dirname(os.path.dirname(os.path.abspath(sys.executable)))
found, prefixes = os.path.join(prefix, "pyvenv.cfg"), [base]
if os.path.isfile(found):
    with open(found, encoding="utf-8") as file:
        said = dict(line.replace(" ", "").strip().lower().split("=", 1) for line in file if "=" in line)
    prefixes = [prefix, base] if said.get("include-system-site-packages") == "true" else [prefix]
    sys.prefix = sys.exec_prefix = prefix
packages = [path for each in prefixes for path in site.getsitepackages([each])]
print(json.dumps({"version": sys.version_info[:2], "prefix": base, "packages": packages}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python, and where its files are."""

    executable: str
    readable: tuple[str, ...]
    """Host paths that programs may read."""

    packages: tuple[str, ...] = ()
    """Folders that programs import from, beside the standard library."""


def own() -> Interpreter:
    """Return this interpreter, with the standard library only."""
    return Interpreter(executable=sys.executable, readable=tuple(_readable(sys.base_prefix, ())))


def configured(python: str) -> Interpreter:
    """Return the interpreter of an environment, with the packages that are installed there.

    Raises:
        SandboxError: It does not run, or is too old.
    """
    try:
        asked = subprocess.run(
            [python, "-I", "-S", "-c", _QUESTION], capture_output=True, timeout=_QUESTION_SECONDS, check=True, env={}
        )
        answer = json.loads(asked.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SandboxError(
            f"sandbox: '{python}' does not run as a Python interpreter: {error}",
            hint="Set [sandbox] python to the bin/python of an environment.",
        ) from error
    if tuple(answer["version"]) < (3, 11):
        version = ".".join(map(str, answer["version"]))
        raise SandboxError(f"sandbox: '{python}' is Python {version}", hint="Programs need Python 3.11 or later.")
    packages = tuple(path for path in answer["packages"] if Path(path).is_dir())
    return Interpreter(executable=python, readable=tuple(_readable(answer["prefix"], packages)), packages=packages)


def orjson_folder() -> str | None:
    """Return where orjson is installed for this process."""
    found = importlib.util.find_spec("orjson")
    return None if found is None or found.origin is None else str(Path(found.origin).parent)


def _readable(prefix: str, packages: tuple[str, ...]) -> Iterator[str]:
    own_folders = {f"{prefix}/lib", f"{prefix}/{sys.platlibdir}"}
    for path in (*sorted(own_folders), *packages, *_SHARED):
        if Path(path).exists():
            yield path
