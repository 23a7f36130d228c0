"""What a shell keeps between commands, and what a command gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellSession:
    """The working directory and the exported variables: nothing else outlives a command."""

    cwd: str = "/"
    exported: Mapping[str, str] = field(default_factory=dict)
    """Variables beyond those that every shell has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellResult:
    """How a command ended."""

    stdout: str
    stderr: str
    """What the command wrote, then what the shell has to say of limits and missing programs."""

    exit_code: int
    session: ShellSession
    """The session for the next command."""

    is_truncated: bool = False
    """Whether output was cut; where and by how much stands in the text."""
