"""Packages of a configured environment: there for programs, and run by nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.event import Kept
from ptc_cli.core.settings import SandboxSettings
from tests.sandboxes import KINDS, Sandbox, started

SCIENCE = os.environ.get("PTC_SCIENCE_PYTHON")
"""The interpreter of an environment with numpy, and where it can be had with pandas and matplotlib."""

BACKENDS = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with a package of ours, and a `.pth` file that would tell if it was run."""
    folder = tmp_path_factory.mktemp("environment")
    for each in (folder, *folder.parents):
        if each.owner() == folder.owner() and each != Path("/tmp"):
            each.chmod(0o755)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=60)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    (packages / "slow.py").write_text("import time\nIMPORTED = time.monotonic_ns()\n")
    (packages / "threads.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )
    (packages / "breaks.py").write_text("raise SystemExit('no licence')\n")
    (packages / "evil.pth").write_text(f"import os; open({str(folder / 'was-run')!r}, 'w')\n")
    return folder


def python_of(environment: Path) -> str:
    return str(environment / "venv" / "bin" / "python")


@BACKENDS
async def test_packages_of_the_environment_can_be_imported_and_its_pth_files_are_not_run(
    kind: Any, environment: Path
) -> None:
    async with started(SandboxSettings(backend=kind, python=python_of(environment))) as sandbox:
        assert await sandbox.value("import slow, sys\n[slow.IMPORTED > 0, sys.version_info[0]]") == [True, 3]

    assert not (environment / "was-run").exists()


async def test_packages_of_the_environment_cannot_be_changed(environment: Path) -> None:
    async with started(SandboxSettings(backend="zygote", python=python_of(environment))) as sandbox:
        outcome = (await sandbox.run("import slow\nopen(slow.__file__, 'a')")).outcome

    assert outcome.error is not None
    assert outcome.error.type in ("OSError", "PermissionError")


async def test_without_the_environment_its_packages_are_not_there(environment: Path) -> None:
    async with started(SandboxSettings(backend="zygote")) as sandbox:
        outcome = (await sandbox.run("import slow")).outcome

    assert outcome.error is not None
    assert outcome.error.type == "ModuleNotFoundError"


@pytest.mark.parametrize(("preload", "is_same"), [(("slow",), True), ((), False)])
async def test_what_is_preloaded_is_imported_once_for_all_programs(
    environment: Path, preload: tuple[str, ...], is_same: bool
) -> None:
    settings = SandboxSettings(backend="zygote", python=python_of(environment), preload=preload)
    async with started(settings) as sandbox:
        first, second = [await sandbox.value("import slow\nslow.IMPORTED") for _ in range(2)]

    assert (first == second) is is_same


@pytest.mark.parametrize(
    ("name", "said"), [("threads", "starts a thread"), ("breaks", "SystemExit"), ("missing", "ModuleNotFoundError")]
)
async def test_what_cannot_be_preloaded_is_refused_and_named(environment: Path, name: str, said: str) -> None:
    settings = SandboxSettings(backend="zygote", python=python_of(environment), preload=(name,))
    with pytest.raises(SandboxError, match=f"'{name}' cannot be preloaded.*{said}"):
        async with started(settings):
            pass


async def test_without_namespaces_nothing_is_preloaded(environment: Path) -> None:
    # The worker has no root of its own there: what it imported could reach everything.
    settings = SandboxSettings(backend="landlock", python=python_of(environment), preload=("breaks",))
    async with started(settings) as sandbox:
        assert await sandbox.value("1") == 1


async def test_an_interpreter_that_is_none_is_refused(tmp_path: Path) -> None:
    for python in ("/no/such/python", "/bin/false", str(tmp_path)):
        with pytest.raises(SandboxError, match="does not run as a Python interpreter"):
            async with started(SandboxSettings(backend="zygote", python=python)):
                pass


NUMPY = "import numpy as np\nm = np.arange(90_000.0).reshape(300, 300)\nfloat(np.linalg.norm(np.linalg.solve(np.eye(300), m) - m))"
PANDAS = (
    "import io, pandas as pd\nt = pd.read_csv(io.StringIO('g,n\\nx,1\\nx,2\\ny,3'))\nt.groupby('g').n.sum().to_dict()"
)
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.savefig('plot.png')"


def has(*modules: str) -> pytest.MarkDecorator:
    code = f"import {', '.join(modules)}"
    found = SCIENCE and subprocess.run([SCIENCE, "-c", code], capture_output=True, check=False).returncode == 0
    return pytest.mark.skipif(not found, reason=f"PTC_SCIENCE_PYTHON names no interpreter with {', '.join(modules)}")


@has("numpy")
@BACKENDS
async def test_numpy_computes_under_the_usual_limits(kind: Any) -> None:
    async with started(SandboxSettings(backend=kind, python=SCIENCE)) as sandbox:
        assert await sandbox.value(NUMPY) == 0.0


@has("numpy")
async def test_every_program_has_its_own_random_numbers_from_a_preloaded_numpy() -> None:
    draw = "import numpy\nfloat(numpy.random.random())"
    async with started(SandboxSettings(backend="zygote", python=SCIENCE, preload=("numpy.random",))) as sandbox:
        drawn = [await sandbox.value(draw, seed=seed) for seed in (1, 2, 1)]

    assert drawn[0] == drawn[2] != drawn[1]


@has("pandas", "matplotlib")
@BACKENDS
async def test_pandas_and_matplotlib_work_and_a_picture_is_kept(kind: Any, tmp_path: Path) -> None:
    settings = SandboxSettings(backend=kind, python=SCIENCE, preload=("pandas", "matplotlib.pyplot"))
    async with started(settings) as sandbox:
        assert await sandbox.value(PANDAS) == {"x": 3, "y": 3}
        if kind == "zygote":
            assert await _picture(sandbox) == b"\x89PNG"


async def _picture(sandbox: Sandbox) -> bytes:
    ran = await sandbox.run(PLOT, keep=("*.png",))
    (picture,) = [event for event in ran.events if isinstance(event, Kept)]
    return picture.content[:4]
