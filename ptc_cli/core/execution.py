"""One run to be."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ptc_cli.core.catalog import Caller
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program
from ptc_cli.core.stub import Face, Stub


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionBinding:
    """One tool as a program calls it."""

    name: str
    """The function's name."""

    tool: str
    """The wire name."""

    positional: tuple[str, ...] = ()
    """Wire names of the parameters that may be given by position, in order."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    """Wire names by Python name, of the parameters where the two differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleBinding:
    """One server as a program imports it."""

    module: str
    server: str
    functions: tuple[FunctionBinding, ...]
    types: tuple[str, ...] = ()
    """Names of the stub's classes and aliases, which a program may import for its annotations."""

    @classmethod
    def of(cls, stub: Stub) -> ModuleBinding:
        """Return what a program needs to call the tools of a stub."""
        return cls(
            module=stub.module,
            server=stub.server,
            functions=tuple(
                FunctionBinding(
                    name=tool.name,
                    tool=tool.tool,
                    positional=tuple(p.wire_name for p in tool.parameters if p.is_required),
                    renamed={p.name: p.wire_name for p in tool.parameters if p.name != p.wire_name},
                )
                for tool in stub.tools
            ),
            types=tuple(stub.definitions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run to be: all that a backend needs, on this machine or another, besides `call` and `emit`."""

    run: str
    """The run's id: sortable by time of creation."""

    kind: Literal["program", "call"] = "program"
    """`call`: one direct call from a front door, recorded like a run, with no sandbox."""

    program: Program
    caller: Caller
    limits: Limits = field(default_factory=Limits)
    face: Face = "sync"
    seed: int = 0
    """For the program's `random`."""

    hash_seed: int = 0
    """What the sandbox's interpreter was started with (`PYTHONHASHSEED`); 0 makes hashes the same in every run."""

    started_at: float = 0.0
    """Start of the program's clock, in seconds since the epoch."""

    session: str | None = None
    """The sandbox session whose globals the program shares; None for a program on its own."""

    workspace: str | None = None
    """The named workspace; None for one that ends with the program."""

    mounts: tuple[str, ...] = ()
    """Absolute host paths, of files or folders, visible read-only under `/mnt` by their last part."""

    keep: tuple[str, ...] = ()
    """Globs over paths in the workspace: the files that are kept with the run when it has ended."""

    allow: tuple[str, ...] = ("*",)
    """Globs over `server.tool` that the run may call at most. They narrow policy, never widen it."""

    deny: tuple[str, ...] = ()
    """Globs over `server.tool` that the run may not call."""

    input: str | None = None
    """JSON text that the program finds as `ptc.input`; None for none."""

    supplied: tuple[str, ...] = ()
    """Names that the program uses without importing them."""

    bindings: tuple[ModuleBinding, ...] = ()
    """The servers that the program can reach by name."""

    @classmethod
    def of(cls, program: Program, *, caller: Caller, limits: Limits | None = None) -> Execution:
        """Return a run to be, with a fresh id, seed and clock."""
        now = time.time()
        return cls(
            run=new_run_id(now),
            program=program,
            caller=caller,
            limits=limits or Limits(),
            seed=secrets.randbits(63),
            started_at=now,
        )


def new_run_id(now: float) -> str:
    """Return an id that sorts by time: milliseconds since the epoch, then 40 random bits, in hexadecimal."""
    return f"{int(now * 1000):011x}{secrets.token_hex(5)}"
