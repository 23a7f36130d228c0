"""Attacks: a program that tries something, held or not, and the same program with nothing around it."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandboxes import Ran, Sandbox

# By the kernel's own tables: x86_64 first, then aarch64.
_NUMBERS: Mapping[str, tuple[int, int]] = {
    "socket": (41, 198), "ptrace": (101, 117), "process_vm_readv": (310, 270), "mount": (165, 40),
    "unshare": (272, 97), "setns": (308, 268), "clone": (56, 220), "clone3": (435, 435), "pivot_root": (155, 41),
    "chroot": (161, 51), "keyctl": (250, 219), "add_key": (248, 217), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "memfd_create": (319, 279), "personality": (135, 92), "shmget": (29, 194), "msgget": (68, 186),
    "mq_open": (240, 180), "pidfd_open": (434, 434), "prctl": (157, 167), "setuid": (105, 146),
    "capset": (126, 91), "open_by_handle_at": (304, 265), "init_module": (175, 105), "kexec_load": (246, 104),
    "setpriority": (141, 140), "prlimit64": (302, 261), "seccomp": (317, 277), "tkill": (200, 130),
}  # fmt: skip

NUMBERS = {name: pair[platform.machine() == "aarch64"] for name, pair in _NUMBERS.items()}

_PRELUDE = """
import ctypes, json, os, signal, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
N = {numbers!r}
W = {world!r}

def syscall(name, *arguments):
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    answer = libc.syscall(ctypes.c_long(N[name]), *words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer

def read(path):
    with open(path, 'rb') as file:
        return file.read(200)

def outcome():
    try:
        return ['done', repr(attack())[:300]]
    except BaseException as error:
        return ['refused', f'{{type(error).__name__}}: {{error}}'[:300]]
"""

# Refusals that say that the attack itself is broken, and so prove nothing.
_MISTAKES = ("NameError", "SyntaxError", "TypeError", "AttributeError", "IndexError", "KeyError", "AssertionError")


@dataclass(frozen=True)
class World:
    """What of the test's own an attack may aim at."""

    folder: Path
    port: int
    abstract: str
    victim: int

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder), "secret": str(self.folder / "secret"), "socket": str(self.folder / "socket"),
            "port": self.port, "abstract": self.abstract, "victim": self.victim, "parent": os.getpid(),
        }  # fmt: skip


@contextmanager
def world(folder: Path) -> Iterator[World]:
    (folder / "secret").write_text("PRIVATE")
    name = f"attack-{os.getpid()}"
    victim = subprocess.Popen(["sleep", "300"], env={"SECRET": "tok_verysecret", "PATH": "/usr/bin:/bin"})
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as by_path, socket.socket(socket.AF_UNIX) as abstract:
        tcp.bind(("127.0.0.1", 0))
        by_path.bind(str(folder / "socket"))
        abstract.bind(f"\0{name}")
        for listener in (tcp, by_path, abstract):
            listener.listen(50)
        try:
            yield World(folder=folder, port=tcp.getsockname()[1], abstract=name, victim=victim.pid)
        finally:
            victim.kill()
            victim.wait()


@dataclass(frozen=True)
class Attacks:
    """Try attacks in one sandbox, aimed at one world."""

    sandbox: Sandbox
    world: World

    @property
    def backend(self) -> str:
        return self.sandbox.layers.backend

    def program(self, source: str) -> str:
        return f"{self._definitions(source)}\noutcome()"

    async def tried(self, source: str, **more: Any) -> list[str]:
        """Return what became of `attack()` of a program, held."""
        ran = await self.sandbox.run(self.program(source), **more)
        told: list[str] = ran.value
        return told

    async def is_refused(self, source: str, **more: Any) -> None:
        """Assert that `attack()` is refused, and not because it is broken."""
        done, said = await self.tried(source, **more)
        assert done == "refused", said
        assert not said.startswith(_MISTAKES), said

    async def raw(self, source: str, **more: Any) -> Ran:
        """Return how a program that just goes on ended."""
        return await self.sandbox.run(self.program("def attack(): pass\n" + source), **more)

    def succeeds_unconfined(self, source: str) -> None:
        """Assert that the same `attack()` succeeds in a plain Python, so that its refusal says something."""
        told = json.loads(self._plain(f"{self._definitions(source)}\nprint(json.dumps(outcome()))"))
        assert told[0] == "done", told

    def _definitions(self, source: str) -> str:
        return _PRELUDE.format(numbers=NUMBERS, world=self.world.facts) + source

    def _plain(self, program: str) -> str:
        command = [sys.executable, "-I", "-c", program]
        plain = subprocess.run(command, cwd=self.world.folder, capture_output=True, text=True, timeout=30, check=True)
        return plain.stdout.splitlines()[-1]

    async def is_held(self, source: str, **more: Any) -> None:
        """Assert that `attack()` succeeds in a plain Python, and is refused here."""
        self.succeeds_unconfined(source)
        await self.is_refused(source, **more)
