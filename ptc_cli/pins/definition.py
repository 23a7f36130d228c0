"""What is pinned of a server: the definition of each tool, and its instructions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.jsonvalue import JsonObject, text_digest
from ptc_cli.core.server import ServerListing, ToolSpec

INSTRUCTIONS = "instructions"

_TOOL = "tool "


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything that a server says of one tool, or of how it is to be used; a model relies on it."""

    digest: str
    spec: ToolSpec | None = None
    """None for instructions."""

    instructions: str = ""

    @property
    def key(self) -> str:
        """What it is a definition of; no tool has a name that collides with the instructions."""
        return INSTRUCTIONS if self.spec is None else key_of(self.spec.name)

    @property
    def tool(self) -> str | None:
        """The wire name; None for instructions."""
        return None if self.spec is None else self.spec.name


def key_of(tool: str) -> str:
    """Return the key under which a tool is pinned."""
    return f"{_TOOL}{tool}"


def tool_of(key: str) -> str | None:
    """Return the tool that is pinned under a key; None for the instructions."""
    return None if key == INSTRUCTIONS else key.removeprefix(_TOOL)


def definition(spec: ToolSpec, digest: str | None = None) -> Definition:
    """Return a tool's definition; `digest` is the tool's own, where that is known already."""
    known = spec.digest if digest is None else digest
    # A tool's own digest is what programs rely on, in which a title is nothing. A model reads that too.
    return Definition(digest=known if spec.title is None else text_digest(f"{known} {spec.title}"), spec=spec)


def definitions(listing: ServerListing, known: Mapping[str, str]) -> Iterator[Definition]:
    """Yield everything of a listing that is pinned; `known` holds the digests of tools that are known already."""
    for spec in listing.tools:
        yield definition(spec, known.get(spec.name))
    if listing.instructions:
        yield Definition(digest=text_digest(listing.instructions), instructions=listing.instructions)


def as_json(found: Definition) -> JsonObject:
    """Return a definition as it is kept."""
    return {"instructions": found.instructions} if found.spec is None else to_json(found.spec)


def parsed(digest: str, kept: JsonObject) -> Definition | None:
    """Return a definition that was kept; None if it is not what its digest says."""
    try:
        if "instructions" in kept:
            text = kept["instructions"]
            found = Definition(digest=text_digest(text), instructions=text)
        else:
            found = definition(from_json(ToolSpec, kept))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return found if found.digest == digest else None
