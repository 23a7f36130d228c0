"""The built wheel, installed with pip into an empty home."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_PROXY")}
    variables = {"PATH": os.environ["PATH"], **pip, "PTC_DAEMON": "never", **environ}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.timeout(600)
def test_an_installed_wheel_shows_the_whole_job_in_an_empty_home(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "dist", ROOT, cwd=tmp_path)
    if built.returncode != 0 and "No matching distribution" in built.stderr:
        pytest.skip("no package index to fetch the build backend from")
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("ptc_cli-*.whl")
    # The dependencies are those of the environment the tests run in: what is tested is the wheel, not the index.
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    packages = next((tmp_path / "venv" / "lib").glob("python3*")) / "site-packages"
    installed = run(
        sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", packages, wheel, cwd=tmp_path
    )
    assert installed.returncode == 0, installed.stderr
    (packages / "dependencies.pth").write_text(_site_packages() + "\n", encoding="utf-8")
    home = tmp_path / "empty"
    home.mkdir()

    shown = run(python, "-m", "ptc_cli", "demo", cwd=home, HOME=str(home))

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "help: Did you mean 'open'?" in shown.stdout
    assert "asked Jonas Keller about T-102" in shown.stdout
    where = run(python, "-c", "import ptc_cli; print(ptc_cli.__file__)", cwd=home).stdout
    assert str(packages) in where


def _site_packages() -> str:
    import click

    return str(Path(click.__file__).parents[1])
