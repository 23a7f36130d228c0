"""Outside packages, fetched through the configured registries into a folder that is kept from one run to the next."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
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
FASTMCP = "fastmcp==4.1.2"

_FOLDER = Path(os.environ.get("PTC_OUTSIDE_PACKAGES") or Path(tempfile.gettempdir()) / "ptc-outside-packages")
_INSTALL_SECONDS = 600


@cache
def node_modules() -> Path:
    """Return where the npm packages are, fetching them if need be; without npm or its registry the test is skipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here")
    folder = _FOLDER / "npm"
    marker = folder / ".installed.json"
    if not marker.exists() or json.loads(marker.read_text()) != list(PACKAGES):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        _run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES], cwd=folder)
        marker.write_text(json.dumps(PACKAGES))
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
    folder = _FOLDER / "fastmcp"
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
