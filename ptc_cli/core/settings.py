"""The configuration, read and merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ptc_cli.core.limits import Limits
from ptc_cli.core.server import Origin, ServerConfig

PolicyWord = Literal["allow", "ask", "deny"]

TaintMode = Literal["off", "on", "strict"]
"""When a tool that sends is asked for: never, once private and untrusted were both read, once either was."""

BackendName = Literal["auto", "zygote", "landlock", "monty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many calls of some tools one run may make, all of them together."""

    glob: str
    """Over `server.tool`."""

    calls: int
    origin: Origin

    def __str__(self) -> str:
        return f"'{self.glob}' = {self.calls} in [policy.budgets] ({self.origin})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """What is allowed where a server's own lists say nothing."""

    default: PolicyWord = "allow"
    destructive: PolicyWord = "ask"
    """For tools whose server states `destructiveHint: true`."""

    deny: tuple[str, ...] = ()
    """Globs over `server.tool`; the union over all files."""

    budgets: tuple[Budget, ...] = ()
    """Calls that one run may make, by globs over `server.tool`; those of all files together."""

    taint: TaintMode = "on"
    """Whether what a run has read decides if it may send unasked; only your own file can turn it down."""

    ask_timeout_seconds: float = 300.0
    pins: Literal["on", "off"] = "on"
    """Whether a tool that is not as it was approved is held back; a project's file cannot switch it off."""

    new_tools: Literal["pin", "hold"] = "pin"
    """Whether a tool that a known server did not have is approved as it is first seen, or held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What programs run in."""

    backend: BackendName = "auto"
    require: tuple[str, ...] = ()
    """Layers without which nothing runs."""

    python: str | None = None
    """The interpreter of the environment whose packages programs may import; None for the standard library only."""

    preload: tuple[str, ...] = ()
    """Modules of that environment that are imported once, for all programs, where there are namespaces."""

    sessions: int = 16
    """How many sessions are kept at most; the one that was idle longest makes room."""

    session_idle_seconds: float = 1800.0
    """After this a session that nobody uses is ended."""

    limits: Limits = field(default_factory=Limits)
    maxima: Limits = field(
        default_factory=lambda: Limits(
            wall_seconds=3600,
            cpu_seconds=3600,
            memory_bytes=8 << 30,
            disk_bytes=4 << 30,
            open_files=1024,
            threads=512,
            calls=100_000,
            concurrent_calls=1000,
            output_bytes=1 << 20,
            kept_bytes=256 << 20,
            value_bytes=16 << 20,
            artifact_bytes=1 << 30,
            result_bytes=4 << 30,
        )
    )
    """What a run may ask for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """A bearer token for clients over HTTP, and what they see."""

    token: str = ""
    """A reference such as `${TEAM_TOKEN}`: a secret belongs into no file."""

    servers: tuple[str, ...] = ("*",)
    """Globs over the names of servers."""

    tools: tuple[str, ...] = ("*",)
    """Globs over `server.tool`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """How `ptc mcp start` shows itself."""

    mode: Literal["catalog", "filesystem", "sidecar"] = "catalog"
    structured_results: bool = False
    """Whether `execute_python` also answers in `structuredContent`, which doubles the tokens."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Other descriptions for our own tools, by name."""

    tokens: Mapping[str, TokenSettings] = field(default_factory=dict)
    """Tokens for clients over HTTP, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StubSettings:
    """What the stubs say beyond what servers declare."""

    learn: bool = True
    """Whether result types are learned from what tools return; a server's own `learn` can only turn it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """How long runs are kept."""

    keep_days: float = 30.0
    keep_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonSettings:
    """The process that keeps servers, checker and sandbox warm for the command line."""

    start: Literal["auto", "never"] = "auto"
    """Whether commands start one when there is none, and use it."""

    idle_seconds: float = 600.0
    """After this without a request it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that files say, merged, with where it was said."""

    servers: tuple[ServerConfig, ...] = ()
    policy: PolicySettings = field(default_factory=PolicySettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    serve: ServeSettings = field(default_factory=ServeSettings)
    stubs: StubSettings = field(default_factory=StubSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)
    daemon: DaemonSettings = field(default_factory=DaemonSettings)
    files: tuple[Origin, ...] = ()
    """The files that were read, strongest first."""

    untrusted: tuple[str, ...] = ()
    """Project files that are inert because nobody has trusted them as they are now."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where this user's files are."""

    config: str
    cache: str
    state: str
    """Journal, trust, logs."""
