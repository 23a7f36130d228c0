"""A layer that is silently not there is noticed: the worker's own source is broken, one layer at a time, in a copy.

Nothing in the product switches a layer off, so the tests take the step out of the source that builds it. What a worker
claims to hold must have been tried on a first process, and be refused when the trial finds it open.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import ptc_cli

PACKAGE = Path(ptc_cli.__file__).parent
_SECONDS = 60


@dataclass(frozen=True)
class Break:
    """A step that is taken out of a module of the worker, and what must be found missing for it."""

    module: str
    changes: tuple[tuple[str, str], ...]
    layer: str
    backends: tuple[str, ...] = ("zygote", "landlock")


ZYGOTE = ("zygote",)
BREAKS = {
    "landlock": Break(
        "landlock", (('        syscall("landlock_restrict_self", ruleset, 0)\n', ""),), "landlock"
    ),
    "seccomp": Break("kernel", (('    syscall("seccomp", _SET_FILTER, 0, header)\n', ""),), "seccomp"),
    "rlimits": Break("confine", (("resource.setrlimit(kind, (most, most))", "pass"),), "rlimits"),
    # Without namespaces a root may become another user first, which has none to drop.
    "capabilities": Break("confine", (("kernel.drop_capabilities()", "pass"),), "capabilities-dropped", ZYGOTE),
    # Landlock is given only to who forgoes them.
    "privileges": Break("confine", (("kernel.forbid_new_privileges()", "pass"),), "landlock"),
    "network": Break("namespaces", (("kernel.unshare(kernel.NEW_NETWORK)", "pass"),), "network-namespace", ZYGOTE),
    "host_name": Break(
        "namespaces",
        (("kernel.unshare(kernel.NEW_UTS)", "pass"), ('kernel.set_host_name("sandbox")', "pass")),
        "uts-namespace",
        ZYGOTE,
    ),
    "process_ids": Break("confine", (("kernel.unshare(kernel.NEW_PIDS)", "pass"),), "pid-namespace", ZYGOTE),
    "a_user_of_its_own": Break("confine", (("kernel.NEW_USER | kernel.NEW_MOUNTS", "kernel.NEW_MOUNTS"),), "user-namespace", ZYGOTE),
    "mounts_of_its_own": Break("confine", ((" | kernel.NEW_MOUNTS", ""),), "mount-namespace", ZYGOTE),
    "read_only": Break("namespaces", (("kernel.restrict_tree(root, kernel.READ_ONLY | kernel.NO_SETUID)", "pass"),), "read-only-root", ZYGOTE),
    "only_what_is_needed": Break("namespaces", (("in (*readable, *FILES", 'in ("/var", *readable, *FILES'),), "read-only-root", ZYGOTE),
    "another_root": Break("namespaces", (("kernel.enter_root(root)", "pass"),), "mount-namespace", ZYGOTE),
}  # fmt: skip


def broken(folder: Path, break_: Break) -> Path:
    """Return a folder with the package in it, as it is but for one step of the worker."""
    package = folder / "ptc_cli"
    package.mkdir()
    for each in PACKAGE.iterdir():
        if each.name != "worker":
            (package / each.name).symlink_to(each)
    shutil.copytree(PACKAGE / "worker", package / "worker", ignore=shutil.ignore_patterns("__pycache__"))
    source = package / "worker" / f"{break_.module}.py"
    for old, new in break_.changes:
        text = source.read_text()
        assert text.count(old) == 1, f"{old!r} is not what builds the layer any more"
        source.write_text(text.replace(old, new))
    return folder


@pytest.mark.parametrize(
    ("name", "backend"), [(name, backend) for name, break_ in BREAKS.items() for backend in break_.backends]
)
def test_a_layer_that_is_not_built_is_found_missing(name: str, backend: str, tmp_path: Path) -> None:
    where = broken(tmp_path, BREAKS[name])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.denied", json.dumps({"backend": backend})],
        env={**os.environ, "PYTHONPATH": f"{where}:{PACKAGE.parent}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert told.get("refused") == "LayersMissingError", told
    assert f"{BREAKS[name].layer} is missing" in told["message"]
    assert told["left"] == []
