"""Where monty is installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.core.errors import SandboxUnavailableError

_INSTALL = "pip install 'ptc-cli[monty]'"
_PACKAGES = ("pydantic_monty", "typing_extensions")
_BINARIES = ("monty", "monty.exe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Monty's client and its interpreter."""

    packages: tuple[str, ...]
    """Folders to import the client, and what it needs, from."""

    binary: str


def installed() -> Installed:
    """Return where monty is installed for this process.

    Raises:
        SandboxUnavailableError: It is not.
    """
    found = [importlib.util.find_spec(name) for name in _PACKAGES]
    origins = [Path(spec.origin) for spec in found if spec is not None and spec.origin is not None]
    binary = _binary()
    if len(origins) < len(_PACKAGES) or binary is None:
        raise SandboxUnavailableError("sandbox: the backend 'monty' is not installed", hint=_INSTALL)
    # A package is a folder, a module a file, in the folder that is imported from.
    folders = [origin.parent.parent if origin.name == "__init__.py" else origin.parent for origin in origins]
    return Installed(packages=tuple(dict.fromkeys(map(str, folders))), binary=str(binary))


def _binary() -> Path | None:
    """Return the interpreter that was installed with the client; no other program of that name will do."""
    try:
        files = importlib.metadata.files("pydantic-monty-runtime") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    places = [Path(str(file.locate())).resolve() for file in files if file.name in _BINARIES]
    return next((place for place in places if place.is_file()), None)
