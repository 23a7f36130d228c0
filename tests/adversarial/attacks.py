"""Attacks: a program that tries something, held or not, and the same program with nothing around it."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandboxes import Ran, Sandbox

_TABLES = Path(__file__).parents[1] / "data" / "syscalls"

NUMBERS = {
    name: int(number)
    for number, name in map(str.split, (_TABLES / f"{platform.machine()}.txt").read_text().splitlines())
}
"""System calls by the kernel's own table."""

LET_THROUGH = (_TABLES / f"{platform.machine()}.allowed.txt").read_text().split()
"""Those that a program may make whatever the arguments."""

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
        return await self.sandbox.run(self._definitions(source), **more)

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
