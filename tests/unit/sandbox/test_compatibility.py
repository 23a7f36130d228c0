"""Ordinary programs do in a sandbox what they do in a plain Python: each is run in both."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.sandboxes import KINDS, Sandbox

PROGRAMS = sorted((Path(__file__).parents[2] / "data" / "compat").glob("*.py"))
_NEEDS_A_DISK = "# needs a disk"
_SECONDS = 60


@cache
def plain(program: Path) -> tuple[str, str, bool]:
    """Return what a program prints, on both streams, and whether it ends well, with nothing around it."""
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-I", str(program)],
            cwd=folder,
            env={"LANG": "C.UTF-8", "TMPDIR": folder},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    return done.stdout.decode(), done.stderr.decode(), done.returncode == 0


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= 60


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("sandbox", KINDS, indirect=True, scope="module")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
async def test_a_program_prints_what_it_prints_elsewhere(sandbox: Sandbox, program: Path) -> None:
    source = program.read_text(encoding="utf-8")
    if _NEEDS_A_DISK in source and sandbox.layers.backend == "landlock":
        pytest.skip("there is no folder to write to without namespaces")
    ran = await sandbox.run(source)

    assert (ran.stdout, ran.stderr, ran.outcome.status == "ok") == plain(program), ran.outcome.error
    assert plain(program)[0]
