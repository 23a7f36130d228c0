"""A first process that is confined like a program and looks whether every layer holds."""

from __future__ import annotations

import json
import os
import resource
import socket
from collections.abc import Callable, Mapping

from ptc_cli.worker.confine import Allowance, Cage, fork, isolate, limit, lock
from ptc_cli.worker.files import Held
from ptc_cli.worker.namespaces import NAMESPACE_FILES, LayerMissingError, identities, layer

_MOST_BYTES = 1 << 16
_ALLOWANCE = Allowance(memory_bytes=1 << 30, cpu_seconds=9, file_bytes=1 << 20, open_files=32, threads=8)


def holding(cage: Cage, before: Mapping[str, str]) -> dict[str, str]:
    """Return each layer with what speaks against it: nothing, if it holds.

    `before` says in which namespaces this machine's other processes are.
    """
    read, write = os.pipe()
    with layer("pid-namespace"):
        canary = fork(cage)
    if canary == 0:
        os._exit(_sing(cage, before, write))
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read(_MOST_BYTES)
    os.waitpid(canary, 0)
    found: dict[str, str] = json.loads(text) if text else {"sandbox": "the first confined process died"}
    return found


def _sing(cage: Cage, before: Mapping[str, str], write: int) -> int:
    try:
        found = _look(cage, before)
    except LayerMissingError as missing:
        found = {missing.layer: missing.reason}
    os.write(write, json.dumps(found).encode()[:_MOST_BYTES])
    return 0


def _look(cage: Cage, before: Mapping[str, str]) -> dict[str, str]:
    files = Held(disk_bytes=1 << 20)
    isolate(cage, files)
    found = _namespaces(cage, before) if cage.use_namespaces else {}
    found |= _privileges(cage)
    lock(cage, files)
    if cage.landlock_version:
        found["landlock"] = _refused(lambda: os.close(os.open("self/status", os.O_RDONLY, dir_fd=cage.processes)))
    limit(_ALLOWANCE, already_mapped_bytes=1 << 30)
    found["rlimits"] = "" if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 64 else "limits were not taken over"
    found["seccomp"] = _refused(lambda: socket.socket().close()) or _refused(_fork)
    return found


def _namespaces(cage: Cage, before: Mapping[str, str]) -> dict[str, str]:
    now = identities(cage.processes)
    found = {name: "" if now[name] != before[name] else "it is still the machine's own" for name in NAMESPACE_FILES}
    if os.getpid() != 1:
        found["pid-namespace"] = "the program is not the first process of its own"
    found["read-only-root"] = _refused(_write_to_root) or _writable(cage.readable) or _strangers(cage.readable)
    return found


def _writable(readable: tuple[str, ...]) -> str:
    """Return what to say of a mount that only the owner of its files keeps a program from writing to."""
    mounts = ("/", *(path for path in readable if os.path.exists(path)))  # noqa: PTH110
    more = [path for path in mounts if not os.statvfs(path).f_flag & os.ST_RDONLY]
    return f"{', '.join(more)} could be written to" if more else ""


def _strangers(readable: tuple[str, ...]) -> str:
    expected = {"dev", "etc", "mnt", "tmp", "workspace"} | {path.split("/")[1] for path in readable}
    more = set(os.listdir("/")) - expected  # noqa: PTH208
    return f"the root shows {', '.join(sorted(more))}" if more else ""


def _privileges(cage: Cage) -> dict[str, str]:
    descriptor = os.open("self/status", os.O_RDONLY, dir_fd=cage.processes)
    try:
        lines = os.read(descriptor, _MOST_BYTES).decode().splitlines()
    finally:
        os.close(descriptor)
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    # Who starts without capabilities cannot shrink the set that bounds them; without new privileges it bounds nothing.
    bound = ("CapBnd",) if cage.use_namespaces else ()
    capabilities = [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", *bound)]
    return {
        "capabilities-dropped": "" if not any(int(each, 16) for each in capabilities) else "some capability is left",
        "no-new-privileges": "" if status["NoNewPrivs"] == "1" else "executing a file may still gain privileges",
    }


def _write_to_root() -> None:
    os.close(os.open("/usr/canary" if os.path.isdir("/usr") else "/canary", os.O_WRONLY | os.O_CREAT))  # noqa: PTH112


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _refused(deed: Callable[[], None]) -> str:
    try:
        deed()
    except OSError:
        return ""
    return "what it must refuse was done"
