"""What the process around monty does to itself, and so to monty, before there is a program. None can be undone."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.worker import kernel, landlock
from ptc_cli.worker.landlock import Access

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache", "/usr/share/zoneinfo")
_LOADERS = ("ld-linux*", "ld64*", "ld-musl-*")
_FILES = 128
_SLACK_BYTES = 256 << 20
_SLACK_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Which layers hold, and why others do not."""

    holding: tuple[str, ...]
    missing: Mapping[str, str]


def confine(binary: str) -> Held:
    """Take away what the machine lets us take away."""
    holding, missing = ["own-interpreter"], dict[str, str]()
    for names, deed in _deeds(binary):
        try:
            deed()
            holding += names
        except OSError as error:
            missing.update(dict.fromkeys(names, str(error)))
    return Held(holding=tuple(holding), missing=missing)


def limit(process: int, *, memory_bytes: int, cpu_seconds: int) -> None:
    """Bound monty's process from outside, loosely: monty itself keeps the limits, and this stops one that does not."""
    if sys.platform == "linux":
        for kind, most in (
            (resource.RLIMIT_DATA, 2 * memory_bytes + _SLACK_BYTES),
            (resource.RLIMIT_CPU, cpu_seconds + _SLACK_SECONDS),
        ):
            resource.prlimit(process, kind, (most, most))
            _lower(kind, most)


def _deeds(binary: str) -> tuple[tuple[tuple[str, ...], Callable[[], object]], ...]:
    rlimits: tuple[tuple[str, ...], Callable[[], object]] = (("rlimits",), _limit_at_start)
    if sys.platform != "linux":
        return (rlimits,)
    spaces = ("user-namespace", "network-namespace", "ipc-namespace", "uts-namespace")
    return (
        rlimits,
        (spaces, lambda: kernel.unshare(kernel.NEW_USER | kernel.NEW_NETWORK | kernel.NEW_IPC | kernel.NEW_UTS)),
        (("no-new-privileges",), kernel.forbid_new_privileges),
        (("capabilities-dropped",), kernel.drop_capabilities),
        (("landlock",), lambda: _withhold_files(binary)),
    )


def _limit_at_start() -> None:
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _FILES)


def _lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _withhold_files(binary: str) -> None:
    version = landlock.version()
    if version == 0:
        raise OSError("the kernel has no Landlock")
    loaders = [str(path) for folder in _LIBRARIES[:2] for pattern in _LOADERS for path in Path(folder).glob(pattern)]
    rules: dict[str | int, Access] = {path: "read" for path in _LIBRARIES if os.path.exists(path)}  # noqa: PTH110
    rules |= dict.fromkeys((binary, *loaders), "run")
    landlock.restrict({**rules, "/dev/null": "write", "/dev/urandom": "read"}, kernel_version=version)
