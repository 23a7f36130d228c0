"""Generated source, and where it sits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ptc_cli.core.face import Face as Face  # so that who knows stubs knows their faces
from ptc_cli.core.jsonvalue import digest, text_digest
from ptc_cli.core.server import RejectedTool

ResultSource = Literal["declared", "configured", "learned", "none"]
"""Where a result type comes from."""

_TOP_LEVEL_DEF = re.compile(r"^def ", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a tool, in Python and on the wire."""

    name: str
    wire_name: str
    annotation: str
    is_required: bool
    default: str | None = None
    """Source text of the default, `...` where the schema states none."""

    description: str = ""
    """One line, with the constraints that the type cannot say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStub:
    """One tool as a Python function."""

    name: str
    """The function's name in the stub."""

    tool: str
    """The wire name."""

    digest: str
    """The digest of the `ToolSpec` it was made from."""

    parameters: tuple[Parameter, ...]
    """Required ones first, in the order of the signature."""

    returns: str
    """The result annotation."""

    result_source: ResultSource
    signature: str
    """One line, sync face: `search(query: str, *, limit: int = 10) -> list[Issue]`."""

    summary: str
    """The first sentence of the description, safe inside a docstring and on one line."""

    learned_from: int = 0
    """From how many results at least the type was learned, where `result_source` says so."""

    types: tuple[str, ...] = ()
    """Names of the stub's classes and aliases that the signature uses, directly or through others."""

    losses: tuple[str, ...] = ()
    """What of the schema the annotations do not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """One server as a module."""

    server: str
    module: str
    source: str
    """The `.pyi` text, sync face; learned results are `Any` in it, and so are the types that were learned for them."""

    learned_source: str | None = None
    """The same with learned result types, which is what people and agents read; None where nothing was learned."""

    tools: tuple[ToolStub, ...]
    definitions: Mapping[str, str] = field(default_factory=dict)
    """Source of every class and alias in `shown`, by name, in order."""

    rejected: tuple[RejectedTool, ...] = ()
    """Listed tools that cannot be functions, and why."""

    def face(self, face: Face) -> str:
        """Return the module's source with its functions in a face."""
        return in_face(self.source, face)

    @property
    def shown(self) -> str:
        """The source as people and agents read it, sync face."""
        return self.source if self.learned_source is None else self.learned_source

    def tool(self, name: str) -> ToolStub | None:
        """Return a tool by its wire name."""
        return next((tool for tool in self.tools if tool.tool == name), None)

    def function(self, name: str) -> ToolStub | None:
        """Return a tool by its function's name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    @property
    def digest(self) -> str:
        """SHA-256 of the source, and of what was learned."""
        return text_digest(self.source if self.learned_source is None else f"{self.source}\0{self.learned_source}")


def in_face(source: str, face: Face) -> str:
    """Return the source of a stub, given in the sync face, in a face."""
    return source if face == "sync" else _TOP_LEVEL_DEF.sub("async def ", source)


@dataclass(frozen=True, slots=True, kw_only=True)
class StubTree:
    """A read-only tree of text files: what an agent explores."""

    files: Mapping[str, str]
    """Text by absolute path, such as `/tools/github.pyi`; directories are implied."""

    modified_at: float = 0.0
    """Modification time of everything in it, in seconds since the epoch."""

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.files))

    @property
    def digest(self) -> str:
        """SHA-256 over paths and texts."""
        return digest({path: text_digest(text) for path, text in self.files.items()})
