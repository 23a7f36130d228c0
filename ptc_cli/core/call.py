"""One tool call, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from ptc_cli.core.jsonvalue import JsonObject, JsonValue, digest
from ptc_cli.core.server import DirectOrProgrammatic

FailureKind = Literal[
    "error",  # the tool answered that it failed
    "invalid",  # the arguments do not fit its schema: nothing was sent
    "not-found",  # the caller's view has no such tool
    "denied",  # policy, or a person, said no
    "budget",  # a budget of the run is used up
    "timeout",
    "unavailable",  # the server could not be reached, or died
    "cancelled",
]

CallMethod = Literal["tools/call", "resources/read", "prompts/get"]

ContentType = Literal["text", "image", "audio", "resource", "resource_link"]


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """One call on its way to the server that owns the tool."""

    run: str
    site: int = 0
    """1-based line of the program that called; 0 for a call from outside a program."""

    ordinal: int = 0
    """How many calls with the same site and arguments came before it in its run."""

    method: CallMethod = "tools/call"
    server: str
    tool: str
    """The wire name; for a resource its URI, and `arguments` is empty; for a prompt its name."""

    arguments: JsonObject
    deadline: float
    """Seconds since the epoch."""

    via: DirectOrProgrammatic = "programmatic"

    @cached_property
    def arguments_digest(self) -> str:
        """Digest of what is called with what."""
        return digest([self.method, self.server, self.tool, self.arguments])

    def numbered(self, *, run: str, ordinal: int) -> ToolCall:
        """Return the call as the one that it is in a run."""
        made = replace(self, run=run, ordinal=ordinal)
        # What is called with what stays the same, and hashing it is a quarter of what the gate does.
        made.__dict__["arguments_digest"] = self.arguments_digest
        return made

    @cached_property
    def id(self) -> str:
        """Call site, argument hash and ordinal: the same however parallel calls interleave."""
        return f"{self.site}-{self.arguments_digest[:12]}-{self.ordinal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One block of a tool's answer (MCP, "Tool result")."""

    type: ContentType
    text: str | None = None
    data: bytes | None = None
    mime_type: str | None = None
    uri: str | None = None
    name: str | None = None
    extras: Mapping[str, JsonValue] = field(default_factory=dict)
    """What its server says of it besides, such as `_meta` and `annotations`, for front doors that pass results on.

    What it says of the resource that a block holds is under `resource`. Programs do not see it.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFailure:
    """Why a call has no value."""

    kind: FailureKind
    message: str
    """The upstream's own text where there is one."""

    hint: str | None = None
    lacks: JsonObject | None = None
    """What the server wants its client to be capable of, in the protocol's words, where that is why it did nothing."""

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n{self.hint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came back from a call."""

    value: JsonValue = None
    """What the program gets, unless `is_content`."""

    is_content: bool = False
    """Whether the program gets the content blocks: one as it is, several as a list, text blocks as `str`."""

    content: tuple[Content, ...] = ()
    failure: ToolFailure | None = None
    structured: JsonValue = None
    """`structuredContent` as it came, for front doors that pass results on."""

    meta: Mapping[str, JsonValue] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """Such as: the result does not fit the declared schema."""

    @property
    def is_error(self) -> bool:
        """Whether the call failed."""
        return self.failure is not None

    @property
    def bytes(self) -> int:
        """About how many bytes of text and data the answer held."""
        return sum(len(block.text or "") + len(block.data or b"") for block in self.content)

    @classmethod
    def failed(cls, kind: FailureKind, message: str, *, hint: str | None = None) -> ToolResult:
        """Return the result of a call that failed before any answer."""
        return cls(failure=ToolFailure(kind=kind, message=message, hint=hint))


class ToolCaller(Protocol):
    """The way from a program to the server that owns a tool."""

    async def __call__(self, call: ToolCall, /) -> ToolResult:
        """Carry one call; what can go wrong is in the result's `failure`, nothing is raised but cancellation."""
        ...
