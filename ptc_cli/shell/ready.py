"""Interpreters that stand ready: making one costs 0.4 ms, clearing one that has run a tenth of that.

Clearing is bashkit's own `reset`, which builds the interpreter anew: functions, variables, options, traps, aliases and
the working directory are gone, and files it could never write. One that was stopped, or that may still run something
in the background, is not used again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bashkit import Bash

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Command
from ptc_cli.shell.interpreter import Script

_MOST_IDLE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an interpreter is made for; it serves scripts of the same setting only."""

    tree: Node
    mount: str
    cwd: str
    env: frozenset[tuple[str, str]]
    names: frozenset[str]
    """The commands of ours that it knows."""

    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What commands are called for."""

    script: Script
    commands: Mapping[str, Command]
    stdin: str = ""
    """What a command that we wrap reads."""

    starved: set[str] = field(default_factory=set)
    """Commands that were given no input, though they read it; grows while the script runs."""


@dataclass(slots=True)
class Bench:
    """What the commands of one interpreter work on just now.

    It is apart from the interpreter, as commands that refer to their own interpreter would never be freed.
    """

    work: Work | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An interpreter that has run nothing, or nothing that is left."""

    setting: Setting
    bash: Bash
    bench: Bench


class Pool:
    """The interpreters that are idle, the latest used last."""

    def __init__(self, make: Callable[[Setting], Ready]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._idle: list[Ready] = []
        self._is_closed = False

    def take(self, setting: Setting) -> Ready:
        """Return an interpreter for a setting, which nobody else uses."""
        with self._lock:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index].setting == setting:
                    return self._idle.pop(index)
        return self._make(setting)

    def give_back(self, ready: Ready) -> None:
        """Clear an interpreter and keep it for the next script."""
        ready.bench.work = None
        ready.bash.reset()
        with self._lock:
            if self._is_closed:
                return
            # Those of another tree would keep that tree alive.
            self._idle = [other for other in self._idle if other.setting.tree is ready.setting.tree]
            self._idle.append(ready)
            del self._idle[:-_MOST_IDLE]

    def close(self) -> None:
        """Let go of the interpreters: each holds threads, and us through its commands, which no collector sees."""
        with self._lock:
            self._is_closed = True
            self._idle.clear()
