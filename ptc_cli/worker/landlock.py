"""The Landlock layer: which files may be opened, and no network, signals or abstract sockets beyond the process."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Mapping
from typing import Literal

from ptc_cli.worker.kernel import KernelError, syscall

Access = Literal["read", "write", "run"]

_RUN = 1 << 0
_WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE, _MAKE_LINK = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_MOVE, _TRUNCATE = 1 << 13, 1 << 14

_READ = _READ_FILE | _READ_FOLDER
_WRITE = (
    _READ | _WRITE_FILE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _MAKE_LINK | _MOVE | _TRUNCATE
)
_OF_A_FILE = _RUN | _WRITE_FILE | _READ_FILE | _TRUNCATE
_RIGHTS: Mapping[Access, int] = {"read": _READ, "write": _WRITE, "run": _READ | _RUN}

_ASK_VERSION = 1
_BENEATH = 1
_TCP_VERSION, _SCOPE_VERSION = 4, 6
_TCP_BIND_AND_CONNECT, _SIGNALS_AND_ABSTRACT_SOCKETS = 3, 3


def version() -> int:
    """Return the kernel's version of Landlock, 0 for none."""
    try:
        return syscall("landlock_create_ruleset", 0, 0, _ASK_VERSION)
    except KernelError:
        return 0


def handled_files(kernel_version: int) -> int:
    """Return every right over files that a version of Landlock can withhold."""
    by_version = {1: 13, 2: 14, 3: 15, 4: 15}
    return (1 << by_version.get(kernel_version, 16)) - 1


def restrict(rules: Mapping[str | int, Access], *, kernel_version: int) -> None:
    """Withhold every right but those over the paths, or descriptors, given, from this thread and those it starts."""
    files = handled_files(kernel_version)
    network = _TCP_BIND_AND_CONNECT if kernel_version >= _TCP_VERSION else 0
    scope = _SIGNALS_AND_ABSTRACT_SOCKETS if kernel_version >= _SCOPE_VERSION else 0
    attributes = struct.pack("QQQ", files, network, scope)[: _attribute_bytes(kernel_version)]
    ruleset = syscall("landlock_create_ruleset", attributes, len(attributes), 0)
    try:
        for place, access in rules.items():
            _allow(ruleset, place, _RIGHTS[access] & files)
        syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _attribute_bytes(kernel_version: int) -> int:
    if kernel_version >= _SCOPE_VERSION:
        return 24
    return 16 if kernel_version >= _TCP_VERSION else 8


def _allow(ruleset: int, place: str | int, rights: int) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC) if isinstance(place, str) else os.dup(place)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_A_FILE
        syscall("landlock_add_rule", ruleset, _BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
