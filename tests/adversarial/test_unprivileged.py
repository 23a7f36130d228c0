"""All attacks again, by programs of an ordinary user: what holds root must hold someone without privileges."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HERE = Path(__file__).parent
SUITES = sorted(path.name for path in HERE.glob("test_sandbox_*.py"))
_SECONDS = 300

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs this is an ordinary user already")


def as_nobody(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.adversarial.unprivileged", sys.executable, *command],
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of nobody's, which nobody can get to."""
    with TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        yield Path(folder)


def test_nobody_is_nobody_with_no_capability(folder: Path) -> None:
    look = "import os; print(os.getresuid(), open('/proc/self/status').read().split('CapEff:')[1].split()[0])"

    assert as_nobody(folder, "-c", look).stdout == "(65534, 65534, 65534) 0000000000000000\n"


@pytest.mark.timeout(_SECONDS)
@pytest.mark.parametrize("suite", SUITES)
def test_the_attacks_are_held_for_an_ordinary_user(suite: str, folder: Path) -> None:
    # A deadline passes for everyone alike, and takes its time.
    options = [
        "-q",
        "-m",
        "not deadline",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        f"--basetemp={folder}/pytest",
        "--tb=short",
    ]
    done = as_nobody(folder, "-m", "pytest", *options, str(HERE / suite))
    passed = re.search(r"(\d+) passed", done.stdout)

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert passed is None or int(passed[1]) >= 20
