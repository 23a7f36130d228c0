"""Outside packages, fetched through the configured registries into a folder that is kept from one run to the next."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

_NODE_PACKAGE = f"node-{sys.platform}-{'arm64' if platform.machine() in ('arm64', 'aarch64') else 'x64'}"
NODE = f"{_NODE_PACKAGE}@22.23.3"
PACKAGES = (
    NODE,
    "@modelcontextprotocol/conformance@0.2.0-alpha.12",
    "@modelcontextprotocol/inspector@0.15.0",
    "@modelcontextprotocol/sdk@1.32.2",
    "@modelcontextprotocol/server-everything@2026.8.31",
)
MCPORTER = (f"{_NODE_PACKAGE}@24.21.0", "mcporter@0.12.3")
"""It wants a newer Node than the others."""

FASTMCP = "fastmcp[code-mode]==4.1.2"

_FOLDER = Path(os.environ.get("PTC_OUTSIDE_PACKAGES") or Path(tempfile.gettempdir()) / "ptc-outside-packages")
_INSTALL_SECONDS = 600


@cache
def node_modules() -> Path:
    """Return where the npm packages are, fetching them if need be; without npm or its registry the test is skipped."""
    return _fetched(_FOLDER / "npm", PACKAGES)


@cache
def mcporter() -> list[str]:
    """Return the command that mcporter is, fetching it if need be."""
    modules = _fetched(_FOLDER / "mcporter", MCPORTER)
    return [str(modules / _NODE_PACKAGE / "bin" / "node"), str(modules / "mcporter" / "dist" / "cli.js")]


def _fetched(folder: Path, packages: Sequence[str]) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here")
    marker = folder / ".installed.json"
    if not marker.exists() or json.loads(marker.read_text()) != list(packages):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        _run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages], cwd=folder)
        marker.write_text(json.dumps(packages))
    return folder / "node_modules"


def node() -> str:
    """Return Node of the version that the packages want."""
    return str(node_modules() / _NODE_PACKAGE / "bin" / "node")


def script(*parts: str) -> str:
    """Return a file of the npm packages."""
    return str(node_modules().joinpath(*parts))


@cache
def fastmcp_python() -> str:
    """Return the interpreter of an environment that has FastMCP."""
    folder = _FOLDER / "fastmcp-code-mode"
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        _run([sys.executable, "-m", "venv", str(folder)], cwd=Path("/"))
        _run([str(python), "-m", "pip", "install", "--quiet", FASTMCP], cwd=Path("/"))
        (folder / ".installed").touch()
    return str(python)


def _run(command: list[str], *, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    if done.returncode:
        pytest.skip(f"cannot be fetched: {' '.join(command[:3])}: {done.stderr.strip()[-300:]}")
