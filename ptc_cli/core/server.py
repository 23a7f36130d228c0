"""How to reach a server, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ptc_cli.core.jsonvalue import JsonObject, JsonValue, digest

Transport = Literal["stdio", "http", "sse", "local"]
"""`local` is a server made of Python functions of the host program."""

ServerStatus = Literal["ok", "failed", "disabled", "untrusted", "unknown"]
"""`unknown`: configured, but not listed yet."""

DirectOrProgrammatic = Literal["direct", "programmatic"]

Label = Literal["private", "untrusted", "sends"]
"""`private`: reads what is the user's. `untrusted`: returns what strangers wrote. `sends`: carries data out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a setting was written."""

    path: str
    """The file, or a description in angle brackets such as `<python>`."""

    line: int | None = None
    """1-based."""

    is_project: bool = False
    """Whether the file belongs to a project, and so is inert until trusted."""

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolConfig:
    """What the configuration says of one tool."""

    output_schema: JsonObject | None = None
    """The result type, where the server declares none or a wrong one."""

    returns_nothing: bool = False
    """Whether `output_schema = null` was written: the tool returns nothing."""

    timeout_seconds: float | None = None
    concurrent_calls: int | None = None
    """How many calls of it may be on their way at once; None for as many as the server takes."""

    allowed_callers: tuple[DirectOrProgrammatic, ...] = ("direct", "programmatic")
    labels: tuple[Label, ...] = ()
    """Besides those that the server's `labels` and its own annotations give it; none can be taken away."""

    approved: str | None = None
    """What `approval` gave when a person said that the tool need not be asked for; counts while it is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthConfig:
    """How to log in to a server, beyond what the server itself says of that (OAuth 2.1)."""

    grant: Literal["authorization_code", "client_credentials"] = "authorization_code"
    """`client_credentials`: ptc logs in as itself, with `client_id` and `client_secret`, and nobody is asked."""

    client_id: str | None = None
    """The client that was registered by hand; by default ptc registers itself."""

    client_secret: str | None = None
    """Its secret, by reference."""

    client_metadata_url: str | None = None
    """The https address of a client metadata document, for servers that take one in the place of a registration."""

    redirect_port: int | None = None
    """The port on 127.0.0.1 that a registration by hand names; any free one by default."""

    scopes: tuple[str, ...] = ()
    """What to ask for, instead of what the server names."""

    issuer: str | None = None
    """The one authorisation server to log in at, whatever the server names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """One upstream, as configured. References such as `${TOKEN}` are still unresolved here."""

    name: str
    transport: Transport
    command: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 60.0
    """How long one call may take."""

    connect_timeout_seconds: float = 30.0
    concurrent_calls: int | None = None
    """How many calls may be on their way at once; the others wait, every run in its turn."""

    roots: tuple[str, ...] = ()
    """Folders that the server is told it may work in (MCP, "Roots"), whoever calls."""

    enabled: bool = True
    allow: tuple[str, ...] = ()
    """Globs over wire names of tools that may be called unasked, whatever the policy's defaults say."""

    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    labels: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    """Labels by globs over wire names of tools, or addresses of resources."""

    tools: Mapping[str, ToolConfig] = field(default_factory=dict)
    learn: bool = True
    """Whether result types are learned from what its tools return, where none is declared."""

    auth: AuthConfig | None = None
    origin: Origin
    is_trusted: bool = True
    """Whether the file it comes from may start processes and reach addresses."""

    @property
    def identity(self) -> str:
        """Digest of what the server *is*: how it is reached, unresolved. Policy and origin do not count."""
        return digest(
            {
                "transport": self.transport,
                "command": self.command,
                "args": list(self.args),
                "env": dict(self.env),
                "cwd": self.cwd,
                "url": self.url,
                "headers": dict(self.headers),
            }
        )

    def tool(self, name: str) -> ToolConfig:
        """Return what is configured for a tool; defaults if nothing is."""
        return self.tools.get(name, _NO_TOOL_CONFIG)


_NO_TOOL_CONFIG = ToolConfig()


class SecretResolver(Protocol):
    """The way from a configured text to what it refers to, at the moment of connecting."""

    def __call__(self, text: str, /) -> str:
        """Return the text with its references replaced by their values.

        Raises:
            ConfigError: A reference has no value; the message names it, never a value.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnnotations:
    """A server's own claims about a tool. Hints, not promises (MCP, "Tool annotations")."""

    title: str | None = None
    read_only: bool | None = None
    destructive: bool | None = None
    idempotent: bool | None = None
    open_world: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool, as its server describes it."""

    server: str
    name: str
    """The wire name."""

    title: str | None = None
    description: str = ""
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    annotations: ToolAnnotations = field(default_factory=ToolAnnotations)
    meta: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over everything a user or a checker relies on, the order of parameters included."""
        properties = self.input_schema.get("properties")
        annotations = self.annotations
        return digest(
            {
                "server": self.server,
                "name": self.name,
                "description": self.description,
                "input": self.input_schema,
                "order": list(properties) if isinstance(properties, dict) else [],
                "output": self.output_schema,
                "annotations": [
                    annotations.title,
                    annotations.read_only,
                    annotations.destructive,
                    annotations.idempotent,
                    annotations.open_world,
                ],
            }
        )


def approval(config: ServerConfig, spec: ToolSpec) -> str:
    """Return what a person approves with a tool: how its server is reached, and what the server says of it."""
    return digest([config.identity, spec.digest])


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedTool:
    """A tool that was listed but cannot be used."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerListing:
    """What a server offered when it was last asked, or why it could not be asked."""

    server: str
    status: ServerStatus
    reason: str | None = None
    """Why the status is not `ok`, and what to do."""

    tools: tuple[ToolSpec, ...] = ()
    rejected: tuple[RejectedTool, ...] = ()
    instructions: str = ""
    protocol_version: str | None = None
    """The MCP revision that was spoken, such as `2025-11-25`."""

    server_version: str | None = None
    listed_at: float = 0.0
    """Seconds since the epoch."""
