"""A machine that refuses things: start a sandbox on it, run a program, and say what came of it.

`python -m tests.denied '{"deny": ["unshare"], "backend": "auto"}'`. What is denied stays denied for this process and
all it starts, as in a container. A process of its own, since none of it can be undone.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from ptc_cli.core.errors import PtcError
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox import probe
from ptc_cli.worker import kernel
from ptc_cli.worker.seccomp import ALLOW, IF_EQUAL, LOAD, RETURN, Instruction, assemble
from tests.processes import command_lines
from tests.sandboxes import started

_NUMBERS = {
    "unshare": (272, 97), "mount": (165, 40), "setns": (308, 268), "pivot_root": (155, 41), "open_tree": (428, 428),
    "move_mount": (429, 429), "mount_setattr": (442, 442), "sethostname": (170, 161), "capset": (126, 91),
    "landlock_create_ruleset": (444, 444), "landlock_restrict_self": (446, 446), "seccomp": (317, 277),
    "prctl": (157, 167), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "landlock_add_rule": (445, 445),
    "clone": (56, 220), "fork": (57, 57), "prlimit64": (302, 261), "setresuid": (117, 147), "umount2": (166, 39),
}  # fmt: skip
_SUBREAPER = 36
_NEW_PRIVILEGES = 38


def deny(names: list[str], code: int) -> None:
    """Refuse system calls from now on; of prctl only what forbids new privileges."""
    program = []
    for name in names:
        number = _NUMBERS[name][platform.machine() == "aarch64"]
        if name == "prctl":
            # Jumps over the rest when it is another operation.
            program += [Instruction(LOAD, 0, 0, 0), Instruction(IF_EQUAL, 0, 3, number), Instruction(LOAD, 0, 0, 16)]
            program += [Instruction(IF_EQUAL, 0, 1, _NEW_PRIVILEGES), Instruction(RETURN, 0, 0, 0x00050000 | code)]
        else:
            program += [Instruction(LOAD, 0, 0, 0), Instruction(IF_EQUAL, 0, 1, number)]
            program += [Instruction(RETURN, 0, 0, 0x00050000 | code)]
    program.append(Instruction(RETURN, 0, 0, ALLOW))
    if os.geteuid() != 0:
        kernel.forbid_new_privileges()
    kernel.install_filter(assemble(program))


def become_unprivileged() -> None:
    """Be a user without any capability, who can read what the one before could."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.NEW_USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {user} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {group} 1")


def allow_no_user_namespaces() -> None:
    """Set this machine's number of user namespaces to none, as seen from here on."""
    become_unprivileged()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


async def tell(order: dict[str, Any]) -> dict[str, Any]:
    settings = SandboxSettings(backend=order.get("backend", "auto"), require=tuple(order.get("require", ())))
    if order.get("doctor"):
        return examined()
    if order.get("probe"):
        return {"probe": [[each.backend, list(each.holding), _names(each.missing)] for each in await probe(settings)]}
    try:
        async with started(settings) as sandbox:
            layers = sandbox.layers
            told = {"backend": layers.backend, "holding": list(layers.holding), "missing": _names(layers.missing)}
            return {**told, "value": await sandbox.value("demo.add(1, 2)")}
    except PtcError as error:
        return {"refused": type(error).__name__, "message": error.message, "hint": error.hint}


def examined() -> dict[str, Any]:
    """Return what `ptc doctor` says."""
    with TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "ptc_cli", "doctor", "--json"],
            env={**os.environ, "PTC_HOME": home},
            capture_output=True,
            check=False,
        )
        # The checker's first cache is written to its end, also when the command has ended.
        psutil.wait_procs(psutil.Process().children(recursive=True), timeout=30)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _names(missing: Any) -> dict[str, str]:
    return {layer.name: layer.reason for layer in missing if layer.advice}


def main() -> None:
    order = json.loads(sys.argv[1])
    # What loses its parent becomes a child of this process, and is counted.
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    if order.get("unprivileged"):
        become_unprivileged()
        kernel.drop_capabilities()
    if order.get("no_user_namespaces"):
        allow_no_user_namespaces()
    if order.get("deny"):
        deny(order["deny"], getattr(errno, order.get("errno", "EPERM")))
    told = asyncio.run(tell(order))
    left = command_lines(psutil.Process())
    print(json.dumps({**told, "left": left}))


if __name__ == "__main__":
    main()
